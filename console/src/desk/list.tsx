// The list of conversations: virtual, live, with search, filters and order.
import { useQuery, useQueryClient, type UseInfiniteQueryResult } from '@tanstack/react-query';
import { ArrowDownUp, BookmarkPlus, CircleAlert, Coffee, ListFilter, Search, Trash2, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { VList, type VListHandle } from 'virtua';
import * as calls from '../api/calls';
import type { Filter, Row, SavedView, Sort } from '../api/wire';
import { Button, Empty, IconButton, Skeleton } from '../kit/basics';
import { Check, SelectField, TextField } from '../kit/fields';
import { Menu, Popover } from '../kit/layers';
import { complain, toast } from '../kit/toast';
import { useNow } from '../shell/live';
import { useMe } from '../shell/me';
import { useWords } from '../words';
import { useLocation } from 'wouter';
import { RowItem } from './row';

type Change = (changes: Record<string, string | undefined>) => void;

interface Props {
  title: string;
  view: string;
  saved: SavedView | undefined;
  filter: Filter;
  rows: Row[];
  list: Pick<UseInfiniteQueryResult, 'isPending' | 'error' | 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage' | 'refetch'>;
  selected: string | undefined;
  onOpen: (id: string) => void;
  onFilter: Change;
}

export function List({ title, view, saved, filter, rows, list, selected, onOpen, onFilter }: Props) {
  const w = useWords();
  const now = useNow(1000);
  const handle = useRef<VListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const [searching, setSearching] = useState(filter.q !== undefined);
  const at = rows.findIndex((row) => row.id === selected);
  useEffect(() => {
    if (at >= 0) handle.current?.scrollToIndex(at, { align: 'nearest' });
  }, [at]);

  const arrows = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || !(event.target instanceof HTMLAnchorElement)) return;
    const from = rows.findIndex((row) => row.id === (event.target as HTMLElement).dataset.row);
    const to = rows[from + step];
    if (!to) return;
    event.preventDefault();
    handle.current?.scrollToIndex(from + step, { align: 'nearest' });
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-row="${to.id}"]`)?.focus());
  };

  const sorts: Sort[] = ['newest', 'longest_waiting', 'priority'];
  const chips = (['team', 'label', 'channel', 'inbox', 'language', 'priority', 'agent'] as const).filter((field) => filter[field] && filter[field] !== saved?.filter[field]);
  return (
    <section className="list" aria-label={title}>
      <header className="list-head">
        <h1 className="grow clip">{title}</h1>
        <IconButton small label={w.list.search} icon={Search} pressed={searching} onClick={() => { if (searching) onFilter({ q: undefined }); setSearching(!searching); }} />
        <FilterButton filter={filter} view={view} saved={saved} onFilter={onFilter} />
        <Menu
          trigger={<IconButton small label={w.list.sort} icon={ArrowDownUp} />}
          parts={[{ heading: w.list.sort }, ...sorts.map((sort) => ({ key: sort, label: w.sorts[sort], checked: (filter.sort ?? 'newest') === sort, onSelect: () => onFilter({ sort: sort === 'newest' ? undefined : sort }) }))]}
        />
      </header>
      {searching ? <SearchField value={filter.q ?? ''} onChange={(q) => onFilter({ q })} /> : null}
      {chips.length > 0 ? (
        <div className="chips">
          {chips.map((field) => (
            <button type="button" className="chip" key={field} onClick={() => onFilter({ [field]: undefined })} aria-label={`${w.list.remove}: ${w.list.fields[field]} ${filter[field]}`}>
              <FilterValue field={field} value={filter[field] ?? ''} /> <X size={12} aria-hidden />
            </button>
          ))}
        </div>
      ) : null}
      <div className="list-body" ref={box} onKeyDown={arrows}>
        {list.isPending ? (
          <div className="stack" style={{ padding: 16, gap: 22 }} aria-busy>
            {[1, 2, 3, 4, 5, 6].map((index) => (
              <div className="row" key={index}>
                <Skeleton height={34} width={34} />
                <div className="grow stack" style={{ gap: 7 }}>
                  <Skeleton width="55%" />
                  <Skeleton width="85%" height={11} />
                </div>
              </div>
            ))}
          </div>
        ) : list.error ? (
          <Empty icon={CircleAlert} title={w.list.failed} action={<Button onClick={() => void list.refetch()}>{w.again}</Button>}>
            {list.error.message}
          </Empty>
        ) : rows.length === 0 ? (
          <Empty icon={Coffee} title={filter.q || chips.length > 0 ? w.list.noMatch : w.list.empty[filter.view].title}>
            {filter.q || chips.length > 0 ? w.list.noMatchHint : w.list.empty[filter.view].hint}
          </Empty>
        ) : (
          <VList ref={handle} style={{ height: '100%' }} tabIndex={-1} role="list" aria-label={title} onScroll={(offset) => { const one = handle.current; if (one && list.hasNextPage && !list.isFetchingNextPage && offset + one.viewportSize > one.scrollSize - 600) void list.fetchNextPage(); }}>
            {rows.map((row) => (
              <RowItem key={row.id} row={row} now={now} selected={row.id === selected} onOpen={onOpen} href={`/inbox/${view}/${row.id}`} />
            ))}
          </VList>
        )}
      </div>
    </section>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const w = useWords();
  const [text, setText] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => text !== value && onChange(text.trim()), 250);
    return () => window.clearTimeout(timer);
  });
  return (
    <div style={{ padding: '0 12px 8px' }}>
      <TextField label={w.list.search} hideLabel className="compact" type="search" autoFocus placeholder={w.list.searchHint} value={text} onChange={(event) => setText(event.target.value)} />
    </div>
  );
}

function FilterValue({ field, value }: { field: string; value: string }) {
  const w = useWords();
  const teams = useQuery({ queryKey: ['teams'], queryFn: calls.teams, staleTime: 300_000 });
  const agents = useQuery({ queryKey: ['agents'], queryFn: calls.agents, staleTime: 60_000 });
  if (field === 'team') return teams.data?.find((one) => one.id === value)?.name ?? value;
  if (field === 'agent') return agents.data?.find((one) => one.id === value)?.name ?? value;
  if (field === 'priority') return w.priorities[value as keyof typeof w.priorities] ?? value;
  if (field === 'language') return value === 'zh' ? '中文' : value === 'en' ? 'English' : value;
  return value;
}

function FilterButton({ filter, view, saved, onFilter }: { filter: Filter; view: string; saved: SavedView | undefined; onFilter: Change }) {
  const w = useWords();
  const { manages, me } = useMe();
  const client = useQueryClient();
  const [, go] = useLocation();
  const teams = useQuery({ queryKey: ['teams'], queryFn: calls.teams, staleTime: 300_000 });
  const agents = useQuery({ queryKey: ['agents'], queryFn: calls.agents, staleTime: 60_000 });
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const any = { value: '', label: w.list.any };
  const select = (field: 'team' | 'priority' | 'language' | 'agent', options: { value: string; label: string }[]) => (
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
      <div className="stack" style={{ padding: 10, width: 270 }}>
        {select('priority', (['urgent', 'high', 'normal', 'low'] as const).map((value) => ({ value, label: w.priorities[value] })))}
        {select('language', [{ value: 'en', label: 'English' }, { value: 'zh', label: '中文' }])}
        {select('team', (teams.data ?? []).map((one) => ({ value: one.id, label: one.name })))}
        {select('agent', (agents.data ?? []).map((one) => ({ value: one.id, label: one.id === me.id ? `${one.name} (${w.you})` : one.name })))}
        <TextField label={w.list.fields.label} className="compact" defaultValue={filter.label ?? ''} onBlur={(event) => onFilter({ label: event.target.value.trim() })} onKeyDown={(event) => { if (event.key === 'Enter') onFilter({ label: event.currentTarget.value.trim() }); }} />
        <div className="separator" style={{ margin: 0 }} />
        {saved && view.startsWith('f-') ? (
          <Button small icon={Trash2} look="danger" onClick={() => void remove()}>
            {w.list.deleteView}
          </Button>
        ) : (
          <form className="stack" style={{ gap: 8 }} onSubmit={(event) => { event.preventDefault(); void save(); }}>
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

