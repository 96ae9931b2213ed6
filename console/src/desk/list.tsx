// The list of conversations: virtual, live, with search, filters and order.
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { ArrowDownUp, CircleAlert, Coffee, Search, X } from 'lucide-react';
import { Suspense, useEffect, useRef, useState } from 'react';
import { VList, type VListHandle } from 'virtua';
import type { Filter, Row, SavedView, Sort } from '../api/wire';
import { Button, Empty, IconButton, Skeleton } from '../kit/basics';
import { TextField } from '../kit/fields';
import { Menu } from '../kit/layers';
import { later } from '../later';
import { useCommand } from '../shell/commands';
import { useNow } from '../shell/live';
import { useMe } from '../shell/me';
import { useWords } from '../words';
import { FilterButton, FilterValue, type Change } from './filter';
import { pick } from './lists';
import { RowItem } from './row';
import { useInboxes } from './use-inboxes';

export const BulkBar = later(() => import('./bulk').then((one) => one.BulkBar));

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
  const inboxes = useInboxes();
  const handle = useRef<VListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const [searching, setSearching] = useState(filter.q !== undefined);
  const at = rows.findIndex((row) => row.id === selected);
  useEffect(() => {
    if (at >= 0) handle.current?.scrollToIndex(at, { align: 'nearest' });
  }, [at]);

  const { speaks } = useMe();
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const lastPicked = useRef<string>(undefined);
  const chosen = rows.filter((row) => picked.has(row.id));
  const toggle = (id: string, range: boolean) => {
    if (!speaks) return;
    setPicked(pick(rows, picked, id, range ? (lastPicked.current ?? selected) : undefined));
    lastPicked.current = id;
  };
  const pickNone = () => {
    lastPicked.current = undefined;
    setPicked(new Set());
  };
  const done = () => {
    pickNone();
    // The bar goes, and with it the focus.
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>('[data-row]')?.focus());
  };
  useEffect(pickNone, [view]);
  useCommand('pick', () => selected && toggle(selected, false), speaks && at >= 0);

  const keys = (event: React.KeyboardEvent) => {
    const row = event.target instanceof HTMLAnchorElement ? event.target.dataset.row : undefined;
    const bare = !event.altKey && !event.ctrlKey && !event.metaKey;
    if (row && bare && event.key.toLowerCase() === 'x') toggle(row, event.shiftKey);
    else if (event.key === 'Escape' && chosen.length > 0) pickNone();
    else return arrows(event);
    event.preventDefault();
  };
  const arrows = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || !(event.target instanceof HTMLAnchorElement)) return;
    const from = rows.findIndex((row) => row.id === (event.target as HTMLElement).dataset.row);
    const to = rows[from + step];
    if (!to) return;
    event.preventDefault();
    handle.current?.scrollToIndex(from + step, { align: 'nearest' });
    // At once where it is drawn: who presses twice is two rows further.
    const drawn = () => box.current?.querySelector<HTMLElement>(`[data-row="${to.id}"]`);
    const row = drawn();
    if (row) row.focus();
    else requestAnimationFrame(() => drawn()?.focus());
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
      <div className="list-body" ref={box} onKeyDown={keys}>
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
              <RowItem key={row.id} row={row} inbox={inboxes.get(row.inbox)} now={now} selected={row.id === selected} picked={picked.has(row.id)} picking={chosen.length > 0} onPick={speaks ? toggle : undefined} onOpen={onOpen} href={`/inbox/${view}/${row.id}`} />
            ))}
          </VList>
        )}
      </div>
      {chosen.length > 0 ? (
        <Suspense>
          <BulkBar ids={chosen.map((row) => row.id)} onDone={done} />
        </Suspense>
      ) : null}
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
