// What an action on conversations still has to be told: until when, to whom, which label.
import { useQuery } from '@tanstack/react-query';
import { Clock3 } from 'lucide-react';
import { useId, useState, type FormEvent } from 'react';
import * as calls from '../api/calls';
import type { Priority } from '../api/wire';
import { Button, IconButton } from '../kit/basics';
import { Dialog } from '../kit/dialog';
import { SelectField, TextArea, TextField } from '../kit/fields';
import { Menu } from '../kit/layers';
import { useKeys } from '../shell/commands';
import { useMe } from '../shell/me';
import { dateTime } from '../words/format';
import { useLanguage, useWords } from '../words';
import { KnownLabels } from './known-labels';

export const PRIORITIES: Priority[] = ['urgent', 'high', 'normal', 'low'];

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

export function SnoozeMenu({ open, onOpenChange, snoozed, onSnooze, onWake, onCustom }: { open: boolean; onOpenChange: (open: boolean) => void; snoozed: boolean; onSnooze: (until: string) => void; onWake: () => void; onCustom: () => void }) {
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

export function SnoozeDialog({ onClose, onSnooze }: { onClose: () => void; onSnooze: (until: string) => void }) {
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

export function Transfer({ busy, onClose, onDo }: { busy: boolean; onClose: () => void; onDo: (action: calls.Action) => void }) {
  const w = useWords();
  const { me } = useMe();
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
    onDo({ do: 'transfer', to: kind === 'team' ? { team: target } : { agent: target }, note: note.trim() });
  };
  return (
    <Dialog open onOpenChange={onClose} title={w.act.transfer} hint={w.transfer.hint}>
      <form className="stack" onSubmit={submit}>
        <SelectField label={w.transfer.to} options={options} required value={to} onChange={(event) => setTo(event.target.value)} autoFocus />
        <TextArea label={w.transfer.note} rows={3} value={note} maxLength={2000} onChange={(event) => setNote(event.target.value)} hint={w.transfer.noteHint} />
        <div className="dialog-foot" style={{ marginTop: 8 }}>
          <Button onClick={onClose}>{w.cancel}</Button>
          <Button look="primary" type="submit" disabled={to === ''} busy={busy}>
            {w.act.transfer}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Several labels may be written at once, with commas between them. */
export const labelsIn = (text: string): string[] => [...new Set(text.split(/[,，、;；]/).map((one) => one.trim()).filter((one) => one !== ''))];

/** The labels of one conversation; without them, one more for several. */
export function Labels({ labels, onClose, onDo }: { labels?: string[]; onClose: () => void; onDo: (action: calls.Action) => void }) {
  const w = useWords();
  const id = useId();
  const [text, setText] = useState('');
  const add = (event: FormEvent) => {
    event.preventDefault();
    const add = labelsIn(text);
    if (add.length > 0) onDo({ do: 'labels', add, remove: [] });
    setText('');
  };
  return (
    <Dialog open onOpenChange={onClose} title={w.act.labels}>
      {labels ? (
        <div className="row wrap" style={{ marginBottom: 12 }}>
          {labels.length === 0 ? <span className="muted">{w.labels.none}</span> : null}
          {labels.map((label) => (
            <button type="button" className="chip" key={label} onClick={() => onDo({ do: 'labels', add: [], remove: [label] })} aria-label={`${w.list.remove}: ${label}`}>
              {label} ×
            </button>
          ))}
        </div>
      ) : null}
      <form className="row" onSubmit={add} style={{ alignItems: 'flex-end' }}>
        <div className="grow">
          <TextField label={w.labels.add} value={text} maxLength={40} list={id} autoComplete="off" autoFocus onChange={(event) => setText(event.target.value)} />
          <KnownLabels id={id} />
        </div>
        <Button type="submit" disabled={labelsIn(text).length === 0}>
          {w.add}
        </Button>
      </form>
    </Dialog>
  );
}
