// Three panes: the list, the conversation, what is known about the customer.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { MessagesSquare } from 'lucide-react';
import { Suspense, useMemo, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import * as calls from '../api/calls';
import type { Filter, Sort } from '../api/wire';
import { Empty } from '../kit/basics';
import { later } from '../later';
import { useCommand, useKeys } from '../shell/commands';
import { useTitle } from '../shell/live';
import { VIEWS } from '../shell/shell';
import { useWords } from '../words';
import { List } from './list';
import { neighbour } from './lists';
import { Opening } from './opening';

export const ConversationPane = later(() => import('./conversation').then((one) => one.ConversationPane));

const FIELDS = ['team', 'label', 'channel', 'inbox', 'language', 'priority', 'agent', 'q', 'sort'] as const;

export function Inbox({ view, id }: { view: string; id?: string }) {
  const w = useWords();
  const keys = useKeys();
  const [, go] = useLocation();
  const [params, setParams] = useSearchParams();
  const saved = useQuery({ queryKey: ['views'], queryFn: calls.views, staleTime: 300_000 });
  const [listShown, setListShown] = useState(true);
  const own = view.startsWith('f-') ? saved.data?.find((one) => `f-${one.id}` === view) : undefined;
  const known = VIEWS.find((one) => one.view === view)?.view;

  const filter = useMemo<Filter>(() => {
    const base: Filter = own ? { ...own.filter } : { view: known ?? 'all' };
    for (const field of FIELDS) {
      const value = params.get(field);
      if (value !== null && value !== '') {
        if (field === 'sort') base.sort = value as Sort;
        else base[field] = value;
      }
    }
    return base;
  }, [own, known, params]);

  const list = useInfiniteQuery({
    queryKey: ['list', filter],
    queryFn: ({ pageParam, signal }) => calls.conversations(filter, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const title = own?.name ?? (known ? w.views[known] : w.views.all);
  useTitle(title);

  const search = params.toString();
  const open = (to: string | undefined) => go(`/inbox/${view}${to ? `/${to}` : ''}${search ? `?${search}` : ''}`);
  const step = (by: 1 | -1) => {
    const row = neighbour(rows, id, by);
    if (row) open(row.id);
  };
  useCommand('next', () => step(1), rows.length > 0);
  useCommand('previous', () => step(-1), rows.length > 0);

  const change = (changes: Partial<Record<(typeof FIELDS)[number], string | undefined>>) =>
    setParams((before) => {
      const next = new URLSearchParams(before);
      for (const [field, value] of Object.entries(changes)) {
        if (value === undefined || value === '') next.delete(field);
        else next.set(field, value);
      }
      return next;
    });

  return (
    <div className={`inbox ${listShown ? '' : 'list-hidden'} ${id ? 'chosen' : ''}`}>
      <List title={title} view={view} saved={own} filter={filter} rows={rows} list={list} selected={id} onOpen={open} onFilter={change} />
      {id ? (
        <Suspense
          fallback={
            <main className="conversation" aria-label={w.conversation.loading}>
              <Opening />
            </main>
          }
        >
          <ConversationPane key={id} id={id} listShown={listShown} onList={() => setListShown(!listShown)} onLeave={() => open(undefined)} onNext={() => open(neighbour(rows, id, 1)?.id ?? neighbour(rows, id, -1)?.id)} />
        </Suspense>
      ) : (
        <main className="blank">
          <Empty icon={MessagesSquare} title={w.inbox.none}>
            {keys('next') ? w.inbox.noneHint(keys('next') ?? '', keys('palette') ?? '') : ''}
          </Empty>
        </main>
      )}
    </div>
  );
}

