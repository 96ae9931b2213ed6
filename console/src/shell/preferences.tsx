// One's own console: name, language, theme, notices, shortcuts, password, canned replies.
import { useState } from 'react';
import type { Language, NoticeKind, Settings } from '../api/wire';
import { Badge, Banner, Button } from '../kit/basics';
import { SelectField, TextField } from '../kit/fields';
import { Switch } from '../kit/switch';
import { Table } from '../kit/table';
import { Tabs } from '../kit/tabs';
import { toast } from '../kit/toast';
import { useWords } from '../words';
import { CannedEditor } from '../desk/canned-editor';
import { isMac, pressOf } from './commands';
import { AWAY_AFTER } from './idle';
import { clash, COMMAND_IDS, comboOf, name, spell, type CommandId } from './keys';
import { useTitle } from './live';
import { useMe } from './me';
import { chime, wanted } from './notices';
import { PasswordForm } from './signin';

export default function Preferences() {
  const w = useWords();
  const [tab, setTab] = useState('general');
  useTitle(w.settings.title);
  return (
    <main className="page">
      <header className="page-head">
        <h1>{w.settings.title}</h1>
      </header>
      <Tabs
        label={w.settings.title}
        value={tab}
        onChange={setTab}
        tabs={[
          { key: 'general', label: w.settings.general, content: <General /> },
          { key: 'notices', label: w.settings.notices, content: <Notices /> },
          { key: 'keys', label: w.settings.shortcuts, content: <Shortcuts /> },
          { key: 'canned', label: w.settings.canned, content: <CannedEditor /> },
          { key: 'password', label: w.settings.password, content: <Password /> },
        ]}
      />
    </main>
  );
}

function General() {
  const w = useWords();
  const { me, change, settle } = useMe();
  const [own, setOwn] = useState(me.name);
  return (
    <div className="form">
      <TextField label={w.settings.name} value={own} maxLength={80} onChange={(event) => setOwn(event.target.value)} onBlur={() => (own.trim() && own !== me.name ? change({ name: own.trim() }) : undefined)} hint={w.settings.nameHint} />
      <TextField label={w.signin.email} value={me.email} readOnly />
      <SelectField
        label={w.language}
        value={me.language}
        onChange={(event) => change({ language: event.target.value as Language })}
        options={[
          { value: 'en', label: 'English' },
          { value: 'zh', label: '简体中文' },
        ]}
      />
      <SelectField
        label={w.settings.theme}
        value={me.settings?.theme ?? 'auto'}
        onChange={(event) => settle({ theme: event.target.value as NonNullable<Settings['theme']> })}
        options={[
          { value: 'auto', label: w.settings.auto },
          { value: 'light', label: w.settings.light },
          { value: 'dark', label: w.settings.dark },
        ]}
      />
      <SelectField
        label={w.settings.away}
        hint={w.settings.awayHint}
        value={String(me.settings?.away_after ?? AWAY_AFTER)}
        onChange={(event) => settle({ away_after: Number(event.target.value) })}
        options={[...[5, 15, 30, 60].map((minutes) => ({ value: String(minutes), label: w.settings.minutes(minutes) })), { value: '0', label: w.settings.never }]}
      />
    </div>
  );
}

const KINDS: NoticeKind[] = ['message', 'waiting', 'assigned', 'mention'];

function Notices() {
  const w = useWords();
  const { me, settle } = useMe();
  const settings = me.settings ?? {};
  const supported = 'Notification' in window;
  const [permission, setPermission] = useState(supported ? Notification.permission : 'denied');
  const desktop = async (on: boolean) => {
    if (!on) return settle({ desktop: false });
    const answer = await Notification.requestPermission();
    setPermission(answer);
    if (answer === 'granted') settle({ desktop: true });
  };
  return (
    <div className="form">
      <Switch label={w.settings.sound} hint={w.settings.soundHint} checked={settings.sound !== false} onChange={(sound) => settle({ sound })} />
      <Switch label={w.settings.desktop} hint={w.settings.desktopHint} checked={settings.desktop === true && permission === 'granted'} disabled={!supported || permission === 'denied'} onChange={(on) => void desktop(on)} />
      {permission === 'denied' ? <Banner tone="warn">{w.settings.blocked}</Banner> : null}
      <h2>{w.settings.which}</h2>
      {KINDS.map((kind) => (
        <div className="row" key={kind}>
          <div className="grow">
            <Switch label={w.settings.kinds[kind]} checked={wanted(kind, settings)} onChange={(on) => settle({ notify: { ...settings.notify, [kind]: on } })} />
          </div>
          <Button small look="ghost" onClick={() => chime(kind)} aria-label={`${w.settings.listen}: ${w.settings.kinds[kind]}`}>
            {w.settings.listen}
          </Button>
        </div>
      ))}
    </div>
  );
}

function Shortcuts() {
  const w = useWords();
  const { me, settle } = useMe();
  const custom = me.settings?.shortcuts;
  const [editing, setEditing] = useState<CommandId>();
  const put = (id: CommandId, combo: string | null | undefined) => {
    const next = { ...custom };
    if (combo === undefined) delete next[id];
    else next[id] = combo;
    settle({ shortcuts: next });
    setEditing(undefined);
  };
  return (
    <div className="form wide">
      <Switch label={w.settings.keysOn} hint={w.settings.keysHint} checked={me.settings?.shortcuts_off !== true} onChange={(on) => settle({ shortcuts_off: !on })} />
      <Table columns={[w.settings.command, w.settings.key, { name: w.settings.actions, said: true }]}>
        {COMMAND_IDS.map((id) => {
          const combo = comboOf(id, custom);
          return (
            <tr key={id}>
              <td>{w.commands[id]}</td>
              <td>
                {editing === id ? (
                  <input
                    className="input compact"
                    style={{ width: 180 }}
                    readOnly
                    autoFocus
                    aria-label={w.settings.press(w.commands[id])}
                    placeholder={w.settings.pressNow}
                    onBlur={() => setEditing(undefined)}
                    onKeyDown={(event) => {
                      if (event.key === 'Tab') return;
                      event.preventDefault();
                      event.stopPropagation();
                      if (event.key === 'Escape') return setEditing(undefined);
                      const said = spell(pressOf(event.nativeEvent), isMac);
                      if (said === null || (said.startsWith('Key') && said.length === 4)) return;
                      const other = clash(id, said, custom);
                      if (other) return toast(w.settings.taken(name(said, isMac), w.commands[other]), { bad: true });
                      put(id, said);
                    }}
                  />
                ) : combo === null ? (
                  <Badge>{w.settings.off}</Badge>
                ) : (
                  <kbd>{name(combo, isMac)}</kbd>
                )}
              </td>
              <td>
                <div className="row" style={{ justifyContent: 'flex-end' }}>
                  <Button small look="ghost" onClick={() => setEditing(id)} aria-label={`${w.settings.change}: ${w.commands[id]}`}>
                    {w.settings.change}
                  </Button>
                  {combo !== null && id !== 'palette' ? (
                    <Button small look="ghost" onClick={() => put(id, null)} aria-label={`${w.settings.switchOff}: ${w.commands[id]}`}>
                      {w.settings.switchOff}
                    </Button>
                  ) : null}
                  {custom?.[id] !== undefined ? (
                    <Button small look="ghost" onClick={() => put(id, undefined)} aria-label={`${w.settings.reset}: ${w.commands[id]}`}>
                      {w.settings.reset}
                    </Button>
                  ) : null}
                </div>
              </td>
            </tr>
          );
        })}
      </Table>
    </div>
  );
}

function Password() {
  const w = useWords();
  const [done, setDone] = useState(0);
  return (
    <div className="form">
      <PasswordForm
        key={done}
        submitLabel={w.password.save}
        onDone={() => {
          setDone(done + 1);
          toast(w.password.saved);
        }}
      />
    </div>
  );
}
