// One chat widget: look with a live preview, opening hours, the form before the first message, the rest.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, Send, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import * as desk from '../api/calls';
import { Badge, Button, Skeleton } from '../kit/basics';
import { SelectField, Switch, TextArea, TextField } from '../kit/fields';
import { Tabs } from '../kit/layers';
import { complain, toast } from '../kit/toast';
import { useLanguage, useWords } from '../words';
import * as calls from './calls';
import { textOn } from './colour';
import { HoursEditor } from './hours';
import { snippet } from './inboxes';
import { Confirm, CopyButton, listed, Page, Secret, useAdminWords } from './kit';
import { FormEditor } from './prechat';
import type { Inbox, InboxSettings, Wording } from './wire';

export default function InboxPage({ id }: { id: string }) {
  const one = useQuery({ queryKey: ['inbox', id], queryFn: () => calls.inbox(id), refetchOnWindowFocus: false });
  if (one.error) return <Page title="…">{<p className="error">{one.error.message}</p>}</Page>;
  if (!one.data) return <Page title="…">{<Skeleton height={240} />}</Page>;
  return <Editor inbox={one.data} />;
}

export type Put = (fields: Partial<InboxSettings>) => void;

function Editor({ inbox }: { inbox: Inbox }) {
  const w = useWords();
  const a = useAdminWords();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [name, setName] = useState(inbox.name);
  const [settings, setSettings] = useState(inbox.settings);
  const [tab, setTab] = useState('look');
  const [doomed, setDoomed] = useState(false);
  const changed = name !== inbox.name || JSON.stringify(settings) !== JSON.stringify(inbox.settings);
  const put: Put = (fields) => setSettings((before) => ({ ...before, ...fields }));
  const save = useMutation({
    mutationFn: () => calls.saveInbox(inbox.id, name.trim(), settings),
    onSuccess: (fresh) => {
      client.setQueryData(['inbox', inbox.id], fresh);
      setSettings(fresh.settings);
      void client.invalidateQueries({ queryKey: ['inboxes'] });
      toast(a.saved);
    },
    onError: complain,
  });
  const remove = useMutation({
    mutationFn: () => calls.deleteInbox(inbox.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['inboxes'] });
      go('/inboxes');
    },
    onError: complain,
  });
  return (
    <Page
      title={inbox.name}
      actions={
        <>
          <Link href="/inboxes" className="button ghost small">
            <ArrowLeft size={15} aria-hidden /> {a.inboxes.all}
          </Link>
          {changed ? <Badge tone="warn">{a.unsaved}</Badge> : null}
          <Button look="primary" small busy={save.isPending} disabled={!changed || name.trim() === ''} onClick={() => save.mutate()}>
            {w.save}
          </Button>
        </>
      }
    >
      <div className="secret" style={{ marginBottom: 20 }}>
        <code>{snippet(inbox.key)}</code>
        <CopyButton text={snippet(inbox.key)} />
      </div>
      <div className="inbox-editor">
        <Tabs
          label={inbox.name}
          value={tab}
          onChange={setTab}
          tabs={[
            { key: 'look', label: a.inboxes.tabs.look, content: <Look name={name} onName={setName} settings={settings} put={put} /> },
            { key: 'hours', label: a.inboxes.tabs.hours, content: <HoursEditor settings={settings} put={put} /> },
            { key: 'form', label: a.inboxes.tabs.form, content: <FormEditor settings={settings} put={put} /> },
            { key: 'more', label: a.inboxes.tabs.more, content: <More inbox={inbox} settings={settings} put={put} onDelete={() => setDoomed(true)} /> },
          ]}
        />
        <Preview settings={settings} />
      </div>
      {doomed ? <Confirm text={a.sure(inbox.name)} action={a.inboxes.delete} onClose={() => setDoomed(false)} onConfirm={() => remove.mutate()} /> : null}
    </Page>
  );
}

/** A text in both languages, side by side. */
export function Both({ label, value, onChange, rows }: { label: string; value: Wording; onChange: (value: Wording) => void; rows?: number }) {
  const a = useAdminWords();
  const one = (key: 'en' | 'zh', name: string) => {
    const props = { label: `${label} · ${name}`, lang: key, value: value[key], maxLength: 2000 };
    return rows ? <TextArea {...props} rows={rows} onChange={(event) => onChange({ ...value, [key]: event.target.value })} /> : <TextField {...props} onChange={(event) => onChange({ ...value, [key]: event.target.value })} />;
  };
  return (
    <div className="both">
      {one('en', a.inboxes.english)}
      {one('zh', a.inboxes.chinese)}
    </div>
  );
}

function Look({ name, onName, settings, put }: { name: string; onName: (name: string) => void; settings: InboxSettings; put: Put }) {
  const a = useAdminWords();
  const lines = (text: string) => text.split('\n').map((line) => line.trimStart());
  return (
    <div className="form wide">
      <TextField label={a.inboxes.name} value={name} maxLength={80} onChange={(event) => onName(event.target.value)} />
      <div className="row" style={{ alignItems: 'flex-start', gap: 24 }}>
        <TextField label={a.inboxes.colour} hint={a.inboxes.contrast} type="color" value={settings.colour} onChange={(event) => put({ colour: event.target.value })} />
        <SelectField
          label={a.inboxes.position}
          value={settings.position}
          onChange={(event) => put({ position: event.target.value === 'left' ? 'left' : 'right' })}
          options={[
            { value: 'right', label: a.inboxes.right },
            { value: 'left', label: a.inboxes.left },
          ]}
        />
      </div>
      <Both label={a.inboxes.title} value={settings.title} onChange={(title) => put({ title })} />
      <Both label={a.inboxes.greeting} value={settings.greeting} onChange={(greeting) => put({ greeting })} rows={2} />
      <Both
        label={a.inboxes.suggestions}
        rows={4}
        value={{ en: settings.suggestions.en.join('\n'), zh: settings.suggestions.zh.join('\n') }}
        onChange={(value) => put({ suggestions: { en: value.en === '' ? [] : lines(value.en), zh: value.zh === '' ? [] : lines(value.zh) } })}
      />
    </div>
  );
}

function More({ inbox, settings, put, onDelete }: { inbox: Inbox; settings: InboxSettings; put: Put; onDelete: () => void }) {
  const a = useAdminWords();
  const teams = useQuery({ queryKey: ['teams'], queryFn: desk.teams });
  const [secret, setSecret] = useState('');
  const make = useMutation({ mutationFn: () => calls.newSecret(inbox.id), onSuccess: (made) => setSecret(made.secret), onError: complain });
  const { uploads } = settings;
  return (
    <div className="form wide">
      <TextArea label={a.inboxes.origins} hint={a.inboxes.originsHint} rows={3} value={settings.origins.join('\n')} onChange={(event) => put({ origins: event.target.value === '' ? [] : event.target.value.split('\n') })} onBlur={() => put({ origins: settings.origins.map((one) => one.trim()).filter(Boolean) })} />
      <SelectField
        label={a.inboxes.team}
        value={settings.team ?? ''}
        onChange={(event) => put({ team: event.target.value === '' ? null : event.target.value })}
        options={[{ value: '', label: a.inboxes.noTeam }, ...(teams.data ?? []).map((one) => ({ value: one.id, label: one.name }))]}
      />
      <TextField label={a.inboxes.reply} type="number" min={1} max={10080} value={settings.reply_minutes} onChange={(event) => put({ reply_minutes: Math.max(1, Number(event.target.value) || 1) })} />
      <Switch label={a.inboxes.csat} checked={settings.csat} onChange={(csat) => put({ csat })} />
      <Switch label={a.inboxes.uploads} checked={uploads.enabled} onChange={(enabled) => put({ uploads: { ...uploads, enabled } })} />
      {uploads.enabled ? (
        <div className="both">
          <TextField label={a.inboxes.maxMib} type="number" min={1} max={100} value={uploads.max_mib} onChange={(event) => put({ uploads: { ...uploads, max_mib: Math.max(1, Number(event.target.value) || 1) } })} />
          <TextField label={a.inboxes.types} key={uploads.types.join()} defaultValue={uploads.types.join(', ')} onBlur={(event) => put({ uploads: { ...uploads, types: listed(event.target.value) } })} />
        </div>
      ) : null}
      <section className="stack">
        <h2>{a.inboxes.secret}</h2>
        <p className="muted">{a.inboxes.secretHint}</p>
        {secret ? (
          <>
            <Secret value={secret} />
            <p className="small muted">{a.inboxes.secretOnce}</p>
          </>
        ) : (
          <div>
            <Button busy={make.isPending} onClick={() => make.mutate()}>
              {a.inboxes.makeSecret}
            </Button>
          </div>
        )}
      </section>
      {inbox.key === 'default' ? null : (
        <div>
          <Button look="danger" icon={Trash2} onClick={onDelete}>
            {a.inboxes.delete}
          </Button>
        </div>
      )}
    </div>
  );
}

/** What a visitor will see, as it is being set up. */
function Preview({ settings }: { settings: InboxSettings }) {
  const a = useAdminWords();
  const language = useLanguage();
  const w = useWords();
  const pick = (wording: Wording) => wording[language] || wording.en || wording.zh;
  const suggestions = settings.suggestions[language].filter((one) => one.trim() !== '');
  const on = { background: settings.colour, color: textOn(settings.colour) };
  return (
    <aside className="preview" aria-label={a.inboxes.preview}>
      <div className="small muted">{a.inboxes.preview}</div>
      <div className="preview-panel" aria-hidden>
        <header style={on}>
          <strong className="clip grow">{pick(settings.title)}</strong>
          <X size={16} />
        </header>
        <div className="preview-body">
          <div className="preview-bubble">
            <span className="badge ai">{w.ai}</span>
            <p>{pick(settings.greeting)}</p>
          </div>
          {suggestions.slice(0, 4).map((one, index) => (
            <span className="chip" key={index}>
              {one}
            </span>
          ))}
        </div>
        <footer>
          <span className="muted grow">{a.inboxes.previewInput}</span>
          <span className="preview-send" style={on}>
            <Send size={14} />
          </span>
        </footer>
      </div>
      <div className={`preview-launcher ${settings.position}`} style={on} aria-hidden>
        <Send size={18} />
      </div>
    </aside>
  );
}
