// Which conversations a list shows, and views that are kept.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { BookmarkPlus, ListFilter, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import { useLocation } from 'wouter';
import * as calls from '../api/calls';
import type { Filter, SavedView } from '../api/wire';
import { Button, IconButton } from '../kit/basics';
import { Check, SelectField, TextField } from '../kit/fields';
import { Popover } from '../kit/layers';
import { complain, toast } from '../kit/toast';
import { useMe } from '../shell/me';
import { useWords } from '../words';
import { KnownLabels } from './known-labels';
import { useInboxes } from './use-inboxes';

export type Change = (changes: Record<string, string | undefined>) => void;

const CHANNELS = ['web', 'email'];

export function FilterValue({ field, value }: { field: string; value: string }) {
  const w = useWords();
  const teams = useQuery({ queryKey: ['teams'], queryFn: calls.teams, staleTime: 300_000 });
  const agents = useQuery({ queryKey: ['agents'], queryFn: calls.agents, staleTime: 60_000 });
  const inboxes = useInboxes();
  if (field === 'channel') return w.channel(value);
  if (field === 'inbox') return inboxes.get(value) ?? value;
  if (field === 'team') return teams.data?.find((one) => one.id === value)?.name ?? value;
  if (field === 'agent') return agents.data?.find((one) => one.id === value)?.name ?? value;
  if (field === 'priority') return w.priorities[value as keyof typeof w.priorities] ?? value;
  if (field === 'language') return value === 'zh' ? '中文' : value === 'en' ? 'English' : value;
  return value;
}

export function FilterButton({ filter, view, saved, onFilter }: { filter: Filter; view: string; saved: SavedView | undefined; onFilter: Change }) {
  const w = useWords();
  const { manages, me } = useMe();
  const client = useQueryClient();
  const [, go] = useLocation();
  const teams = useQuery({ queryKey: ['teams'], queryFn: calls.teams, staleTime: 300_000 });
  const agents = useQuery({ queryKey: ['agents'], queryFn: calls.agents, staleTime: 60_000 });
  const inboxes = useInboxes();
  const id = useId();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const any = { value: '', label: w.list.any };
  const select = (field: 'team' | 'priority' | 'language' | 'agent' | 'channel' | 'inbox', options: { value: string; label: string }[]) => (
    <SelectField label={w.list.fields[field]} className="compact" value={filter[field] ?? ''} onChange={(event) => onFilter({ [field]: event.target.value })} options={[any, ...options]} />
  );
  const save = async () => {
    try {
      const one = await calls.saveView(name.trim(), shared, filter);
      await client.invalidateQueries({ queryKey: ['views'] });
      toast(w.list.savedNow(one.name));
      setName('');
      go(`/inbox/f-${one.id}`);
    } catch (error) {
      complain(error);
    }
  };
  const remove = async () => {
    if (!saved) return;
    try {
      await calls.deleteView(saved.id);
      await client.invalidateQueries({ queryKey: ['views'] });
      go(`/inbox/${saved.filter.view}`);
    } catch (error) {
      complain(error);
    }
  };
  return (
    <Popover align="end" label={w.list.filter} trigger={<IconButton small label={w.list.filter} icon={ListFilter} />}>
      <div className="filter">
        {select('priority', (['urgent', 'high', 'normal', 'low'] as const).map((value) => ({ value, label: w.priorities[value] })))}
        {select('language', [{ value: 'en', label: 'English' }, { value: 'zh', label: '中文' }])}
        {select('team', (teams.data ?? []).map((one) => ({ value: one.id, label: one.name })))}
        {select('agent', (agents.data ?? []).map((one) => ({ value: one.id, label: one.id === me.id ? `${one.name} (${w.you})` : one.name })))}
        {select('channel', CHANNELS.map((value) => ({ value, label: w.channel(value) })))}
        {inboxes.size > 0 ? select('inbox', [...inboxes].map(([value, label]) => ({ value, label }))) : null}
        <KnownLabels id={id} />
        <TextField label={w.list.fields.label} className="compact" list={id} autoComplete="off" defaultValue={filter.label ?? ''} onBlur={(event) => onFilter({ label: event.target.value.trim() })} onKeyDown={(event) => { if (event.key === 'Enter') onFilter({ label: event.currentTarget.value.trim() }); }} />
        <div className="separator whole" />
        {saved && view.startsWith('f-') ? (
          <Button small icon={Trash2} look="danger" onClick={() => void remove()}>
            {w.list.deleteView}
          </Button>
        ) : (
          <form className="stack whole" style={{ gap: 8 }} onSubmit={(event) => { event.preventDefault(); void save(); }}>
            <TextField label={w.list.saveAs} className="compact" value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
            <div className="row">
              {manages ? <Check label={w.list.shared} checked={shared} onChange={(event) => setShared(event.target.checked)} /> : null}
              <span className="grow" />
              <Button small look="primary" icon={BookmarkPlus} type="submit" disabled={name.trim() === ''}>
                {w.save}
              </Button>
            </div>
          </form>
        )}
      </div>
    </Popover>
  );
}

