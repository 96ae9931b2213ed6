// The bar over a conversation: whose it is, who else looks, and the next steps.
import { useQuery } from '@tanstack/react-query';
import { ArrowLeftRight, Bot, CheckCheck, Clock3, Ellipsis, Eye, Flag, Hand, Inbox as InboxIcon, PanelLeft, PanelRight, PencilLine, RotateCcw, Tag } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import * as calls from '../api/calls';
import type { Conversation, Priority, Watching } from '../api/wire';
import { Avatar, Badge, Button, IconButton } from '../kit/basics';
import { SelectField, TextArea, TextField } from '../kit/fields';
import { Dialog } from '../kit/dialog';
import { Menu } from '../kit/layers';
import { useCommand, useKeys } from '../shell/commands';
import { useNow } from '../shell/live';
import { useMe } from '../shell/me';
import { dateTime, lasted } from '../words/format';
import { useLanguage, useWords } from '../words';
import { waitTone } from './row';
import { useAct } from './use-act';

interface Props {
  data: Conversation;
  watching: Watching[];
  listShown: boolean;
  sidebar: boolean;
  onList: () => void;
  onSidebar: () => void;
  onLeave: () => void;
  onNext: () => void;
}

const PRIORITIES: Priority[] = ['urgent', 'high', 'normal', 'low'];

export function Header({ data, watching, listShown, sidebar, onList, onSidebar, onLeave, onNext }: Props) {
  const w = useWords();
  const language = useLanguage();
  const keys = useKeys();
  const { me, speaks } = useMe();
  const { row } = data;
  const act = useAct(row.id);
  const [dialog, setDialog] = useState<'transfer' | 'snooze' | 'labels'>();
  const [snoozing, setSnoozing] = useState(false);
  const mine = row.owner.kind === 'agent' && row.owner.agent === me.id;
  const open = row.status !== 'resolved';
  const claimable = open && row.owner.kind !== 'agent' && speaks;
  const settle = (next: boolean) => act.mutate({ do: 'resolve' }, { onSuccess: () => (next ? onNext() : undefined) });
  useCommand('claim', () => act.mutate({ do: 'claim' }), claimable);
  useCommand('resolve', () => (open ? settle(false) : act.mutate({ do: 'reopen' })), speaks);
  useCommand('resolve_next', () => settle(true), open && speaks);
  useCommand('transfer', () => setDialog('transfer'), open && speaks);
  useCommand('snooze', () => setSnoozing(true), open && speaks);
  useCommand('labels', () => setDialog('labels'));

  const others = watching.filter((one) => one.agent !== me.id);
  const typing = others.filter((one) => one.state === 'typing');
  return (
    <header className="talk-head">
      <div className="row">
        <IconButton small label={listShown ? w.inbox.hideList : w.inbox.showList} icon={PanelLeft} pressed={!listShown} onClick={onList} />
        <Avatar name={row.contact.name || w.visitor} size={30} />
        <div className="grow">
          {listShown ? <h2 className="clip">{row.contact.name || w.visitor}</h2> : <h1 className="clip">{row.contact.name || w.visitor}</h1>}
          <div className="owner-line">
            <OwnerLine data={data} />
          </div>
        </div>
        {speaks ? (
          <>
            {claimable ? (
              <Button small look="primary" icon={Hand} busy={act.isPending} onClick={() => act.mutate({ do: 'claim' })} title={keys('claim')}>
                {row.owner.kind === 'bot' ? w.act.takeOver : w.act.claim}
              </Button>
            ) : null}
            {open && claimable ? <IconButton small label={w.act.resolve} keys={keys('resolve')} icon={CheckCheck} onClick={() => settle(false)} /> : open ? (
              <Button small look={mine ? 'primary' : 'secondary'} icon={CheckCheck} busy={act.isPending && act.variables?.do === 'resolve'} onClick={() => settle(false)} title={keys('resolve')}>
                {w.act.resolve}
              </Button>
            ) : (
              <Button small icon={RotateCcw} onClick={() => act.mutate({ do: 'reopen' })}>
                {w.act.reopen}
              </Button>
            )}
            {open ? <IconButton small label={w.act.transfer} keys={keys('transfer')} icon={ArrowLeftRight} onClick={() => setDialog('transfer')} /> : null}
            {open ? <SnoozeMenu open={snoozing} onOpenChange={setSnoozing} snoozed={row.status === 'snoozed'} onSnooze={(until) => act.mutate({ do: 'snooze', until })} onWake={() => act.mutate({ do: 'wake' })} onCustom={() => setDialog('snooze')} /> : null}
            <Menu
              trigger={<IconButton small label={w.act.more} icon={Ellipsis} />}
              parts={[
                { key: 'labels', label: w.act.labels, icon: Tag, keys: keys('labels'), onSelect: () => setDialog('labels') },
                ...(mine
                  ? [
                      { key: 'bot', label: w.act.giveToBot, icon: Bot, onSelect: () => act.mutate({ do: 'release', to: 'bot' }) },
                      { key: 'queue', label: w.act.giveToQueue, icon: InboxIcon, onSelect: () => act.mutate({ do: 'release', to: 'queue' }) },
                    ]
                  : []),
                'line',
                { heading: w.act.priority },
                ...PRIORITIES.map((priority) => ({ key: priority, label: w.priorities[priority], icon: Flag, checked: row.priority === priority, onSelect: () => act.mutate({ do: 'priority', priority }) })),
              ]}
            />
          </>
        ) : (
          <Badge icon={Eye}>{w.conversation.readOnly}</Badge>
        )}
        <IconButton small label={sidebar ? w.inbox.hideSidebar : w.inbox.showSidebar} keys={keys('sidebar')} icon={PanelRight} pressed={sidebar} onClick={onSidebar} />
      </div>
      {others.length > 0 ? (
        <div className={`watching ${typing.length > 0 ? 'typing' : ''}`} role="status">
          {typing.length > 0 ? <PencilLine size={13} aria-hidden /> : <Eye size={13} aria-hidden />}
          {typing.length > 0 ? w.conversation.colleagueTyping(typing.map((one) => one.name).join(w.comma)) : w.conversation.colleagueViewing(others.map((one) => one.name).join(w.comma))}
        </div>
      ) : null}
      {dialog === 'transfer' ? <Transfer id={row.id} onClose={() => setDialog(undefined)} onDone={onLeave} /> : null}
      {dialog === 'snooze' ? <SnoozeDialog onClose={() => setDialog(undefined)} onSnooze={(until) => act.mutate({ do: 'snooze', until })} /> : null}
      {dialog === 'labels' ? <Labels data={data} onClose={() => setDialog(undefined)} /> : null}
      {row.status === 'snoozed' && row.snoozed_until ? <div className="watching">{w.conversation.snoozedUntil(dateTime(row.snoozed_until, language))}</div> : null}
    </header>
  );
}

function OwnerLine({ data: { row } }: { data: Conversation }) {
  const w = useWords();
  const language = useLanguage();
  const { me } = useMe();
  const now = useNow(1000);
  const waited = row.waiting_since ? now - Date.parse(row.waiting_since) : 0;
  return (
    <>
      <span className="clip">
        {row.status === 'resolved'
          ? w.conversation.resolved
          : row.owner.kind === 'bot'
            ? w.conversation.botHas
            : row.owner.kind === 'queue'
              ? w.conversation.queueHas
              : row.owner.agent === me.id
                ? w.conversation.youHave
                : w.conversation.otherHas(row.owner.name ?? w.agent)}
      </span>
      {row.waiting_since && row.status === 'open' && row.owner.kind !== 'bot' ? (
        <Badge tone={waitTone(waited)}>
          <span className="num">{w.list.waits(lasted(waited, language))}</span>
        </Badge>
      ) : null}
    </>
  );
}

/** The usual times to look again, from now on. */
export function snoozeTimes(now: Date): { key: 'hour' | 'hours' | 'tomorrow' | 'monday'; at: Date }[] {
  const later = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
  const morning = (days: number) => {
    const day = new Date(now);
    day.setDate(day.getDate() + days);
    day.setHours(9, 0, 0, 0);
    return day;
  };
  const toMonday = (8 - now.getDay()) % 7 || 7;
  return [
    { key: 'hour', at: later(1) },
    { key: 'hours', at: later(4) },
    { key: 'tomorrow', at: morning(1) },
    { key: 'monday', at: morning(toMonday) },
  ];
}

function SnoozeMenu({ open, onOpenChange, snoozed, onSnooze, onWake, onCustom }: { open: boolean; onOpenChange: (open: boolean) => void; snoozed: boolean; onSnooze: (until: string) => void; onWake: () => void; onCustom: () => void }) {
  const w = useWords();
  const language = useLanguage();
  const keys = useKeys();
  return (
    <Menu
      open={open}
      onOpenChange={onOpenChange}
      trigger={<IconButton small label={w.act.snooze} keys={keys('snooze')} icon={Clock3} />}
      parts={[
        { heading: w.snooze.until },
        ...(snoozed ? [{ key: 'wake', label: w.snooze.wake, onSelect: onWake }] : []),
        ...(open ? snoozeTimes(new Date()) : []).map(({ key, at }) => ({ key, label: `${w.snooze[key]} · ${dateTime(at.toISOString(), language)}`, onSelect: () => onSnooze(at.toISOString()) })),
        { key: 'custom', label: w.snooze.custom, onSelect: onCustom },
      ]}
    />
  );
}

function SnoozeDialog({ onClose, onSnooze }: { onClose: () => void; onSnooze: (until: string) => void }) {
  const w = useWords();
  const [text, setText] = useState('');
  const at = text === '' ? undefined : new Date(text);
  const past = at !== undefined && at.getTime() <= Date.now();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!at || past) return;
    onSnooze(at.toISOString());
    onClose();
  };
  return (
    <Dialog open onOpenChange={onClose} title={w.act.snooze} hint={w.snooze.hint}>
      <form onSubmit={submit}>
        <TextField label={w.snooze.until} type="datetime-local" required autoFocus value={text} onChange={(event) => setText(event.target.value)} error={past ? w.snooze.past : undefined} />
        <div className="dialog-foot">
          <Button onClick={onClose}>{w.cancel}</Button>
          <Button look="primary" type="submit">
            {w.act.snooze}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Transfer({ id, onClose, onDone }: { id: string; onClose: () => void; onDone: () => void }) {
  const w = useWords();
  const { me } = useMe();
  const act = useAct(id);
  const teams = useQuery({ queryKey: ['teams'], queryFn: calls.teams, staleTime: 300_000 });
  const agents = useQuery({ queryKey: ['agents'], queryFn: calls.agents, staleTime: 60_000 });
  const [to, setTo] = useState('');
  const [note, setNote] = useState('');
  const options = [
    { value: '', label: w.transfer.choose },
    ...(teams.data ?? []).map((one) => ({ value: `team:${one.id}`, label: w.transfer.team(one.name) })),
    ...(agents.data ?? []).filter((one) => one.id !== me.id && one.role !== 'qa').map((one) => ({ value: `agent:${one.id}`, label: w.transfer.agent(one.name, w.presence[one.presence], one.load, one.capacity) })),
  ];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [kind, target] = to.split(':');
    if (!target) return;
    act.mutate({ do: 'transfer', to: kind === 'team' ? { team: target } : { agent: target }, note: note.trim() }, { onSuccess: () => { onClose(); onDone(); } });
  };
  return (
    <Dialog open onOpenChange={onClose} title={w.act.transfer} hint={w.transfer.hint}>
      <form className="stack" onSubmit={submit}>
        <SelectField label={w.transfer.to} options={options} required value={to} onChange={(event) => setTo(event.target.value)} autoFocus />
        <TextArea label={w.transfer.note} rows={3} value={note} maxLength={2000} onChange={(event) => setNote(event.target.value)} hint={w.transfer.noteHint} />
        <div className="dialog-foot" style={{ marginTop: 8 }}>
          <Button onClick={onClose}>{w.cancel}</Button>
          <Button look="primary" type="submit" disabled={to === ''} busy={act.isPending}>
            {w.act.transfer}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Labels({ data, onClose }: { data: Conversation; onClose: () => void }) {
  const w = useWords();
  const act = useAct(data.row.id);
  const [text, setText] = useState('');
  const add = (event: FormEvent) => {
    event.preventDefault();
    const label = text.trim();
    if (label !== '') act.mutate({ do: 'labels', add: [label], remove: [] });
    setText('');
  };
  return (
    <Dialog open onOpenChange={onClose} title={w.act.labels}>
      <div className="row wrap" style={{ marginBottom: 12 }}>
        {data.row.labels.length === 0 ? <span className="muted">{w.labels.none}</span> : null}
        {data.row.labels.map((label) => (
          <button type="button" className="chip" key={label} onClick={() => act.mutate({ do: 'labels', add: [], remove: [label] })} aria-label={`${w.list.remove}: ${label}`}>
            {label} ×
          </button>
        ))}
      </div>
      <form className="row" onSubmit={add} style={{ alignItems: 'flex-end' }}>
        <div className="grow">
          <TextField label={w.labels.add} value={text} maxLength={40} autoFocus onChange={(event) => setText(event.target.value)} />
        </div>
        <Button type="submit" disabled={text.trim() === ''}>
          {w.add}
        </Button>
      </form>
    </Dialog>
  );
}
