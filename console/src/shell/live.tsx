// One line per tab to the desk: what changes anywhere reaches the caches, the bell and the title.
import { useQuery, useQueryClient, type InfiniteData, type QueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import * as calls from '../api/calls';
import { follow } from '../api/live';
import type { Agent, Conversation, Counts, Filter, ListPage, Me, Presence, Row } from '../api/wire';
import { place } from '../desk/lists';
import { useWords } from '../words';
import { useMe } from './me';
import { announce, type Notice } from './notices';

interface Live {
  up: boolean;
  counts: Counts | undefined;
}
const Context = createContext<Live>({ up: true, counts: undefined });
export const useLive = () => useContext(Context);

export function keepRow(client: QueryClient, row: Row, me: string): void {
  for (const query of client.getQueryCache().findAll({ queryKey: ['list'] })) {
    const filter = query.queryKey[1] as Filter;
    // How often I am mentioned stands in the server's list alone.
    if (filter.view === 'mentions') {
      const shown = (query.state.data as InfiniteData<ListPage> | undefined)?.pages.some((page) => page.items.some((one) => one.id === row.id));
      if (shown) void client.invalidateQueries({ queryKey: query.queryKey });
      continue;
    }
    client.setQueryData<InfiniteData<ListPage>>(query.queryKey, (data) => data && { ...data, pages: place(data.pages, row, filter, me) });
  }
  client.setQueryData<ListPage>(['mine'], (page) => page && place([page], row, { view: 'mine' }, me)[0]);
  client.setQueryData<Conversation>(['conversation', row.id], (one) => (one && one.row.seq <= row.seq ? { ...one, row } : one));
}

/** Reads a customer anew wherever they are on the screen. */
async function refreshContact(client: QueryClient, id: string): Promise<void> {
  const open = client.getQueryCache().findAll({ queryKey: ['conversation'] }).filter((query) => (query.state.data as Conversation | undefined)?.contact?.id === id);
  const shown = open.length > 0 || client.getQueryData(['contact', id]) !== undefined;
  void client.invalidateQueries({ queryKey: ['contacts'] });
  if (!shown) return;
  const fresh = await calls.contact(id).catch(() => undefined);
  if (!fresh) return;
  client.setQueryData(['contact', id], fresh);
  for (const { queryKey } of open) client.setQueryData<Conversation>(queryKey, (known) => known && { ...known, contact: fresh });
}

/** Whether the customer said something since. Of a row that comes for the first time, only its last event can be news. */
export function isNews(row: Row, before: Row | undefined): boolean {
  if (row.last?.from !== 'customer') return false;
  return before === undefined ? row.last.seq === row.seq : row.last.seq > (before.last?.seq ?? 0);
}

export function LiveProvider({ children, onOpen }: { children: ReactNode; onOpen: (conversation: string) => void }) {
  const client = useQueryClient();
  const { me } = useMe();
  const w = useWords();
  const [up, setUp] = useState(true);
  const mine = useQuery({ queryKey: ['mine'], queryFn: calls.mine, staleTime: 60_000 });
  const latest = useRef({ me, w, onOpen });
  latest.current = { me, w, onOpen };

  useEffect(() => {
    let wasDown = false;
    let timer: number | undefined;
    let falling: number | undefined;
    const known = new Map<string, Row>();
    const recount = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void client.invalidateQueries({ queryKey: ['mine'] }), 400);
    };
    const tell = (notice: Notice) => announce(notice, latest.current.me.settings ?? {}, () => latest.current.onOpen(notice.conversation));
    const line = follow(
      () => '/api/v1/desk/events',
      {
        row: (data) => {
          const row = data as Row;
          const { me: self, w: words } = latest.current;
          const before = known.get(row.id);
          known.set(row.id, row);
          keepRow(client, row, self.id);
          if (isNews(row, before) && row.owner.agent === self.id) tell({ kind: 'message', conversation: row.id, title: row.contact.name || words.visitor, text: row.last?.text ?? '' });
          else if (row.status === 'open' && row.owner.kind === 'queue' && before?.owner.kind !== 'queue' && row.escalation && Date.now() - Date.parse(row.escalation.at) < 60_000) {
            tell({ kind: 'waiting', conversation: row.id, title: words.notices.waiting, text: row.contact.name || words.visitor });
          }
        },
        counts: (data) => {
          const counts = data as Counts | null;
          if (counts && typeof counts.mine === 'number') client.setQueryData<ListPage>(['mine'], (page) => page && { ...page, counts });
          else recount();
        },
        contact: (data) => void refreshContact(client, (data as { contact: string }).contact),
        presence: (data) => {
          const said = data as { agent: string; presence: Presence; load: number };
          client.setQueryData<Agent[]>(['agents'], (all) => all?.map((one) => (one.id === said.agent ? { ...one, presence: said.presence, load: said.load } : one)));
          if (said.agent === latest.current.me.id) client.setQueryData<Me>(['me'], (self) => self && { ...self, presence: said.presence });
        },
        mention: (data) => {
          const said = data as { conversation: string; by: string | { name: string }; text: string };
          void client.invalidateQueries({ queryKey: ['list', { view: 'mentions' }] });
          const by = typeof said.by === 'string' ? said.by : said.by.name;
          tell({ kind: 'mention', conversation: said.conversation, title: latest.current.w.notices.mention(by), text: said.text });
        },
        assigned: (data) => {
          const said = data as { conversation: string };
          tell({ kind: 'assigned', conversation: said.conversation, title: latest.current.w.notices.assigned, text: '' });
        },
      },
      (isUp) => {
        // A line that is back within a moment was not lost.
        window.clearTimeout(falling);
        if (isUp) setUp(true);
        else falling = window.setTimeout(() => setUp(false), 1500);
        // What happened while the line was cut is fetched anew.
        if (isUp && wasDown) void client.invalidateQueries();
        wasDown = !isUp;
      },
    );
    return () => {
      window.clearTimeout(timer);
      window.clearTimeout(falling);
      line.close();
    };
  }, [client]);

  const unread = (mine.data?.items ?? []).filter((row) => row.unread > 0).length;
  useEffect(() => {
    badge = unread;
    document.title = withBadge(document.title);
  }, [unread]);
  const live = useMemo(() => ({ up, counts: mine.data?.counts }), [up, mine.data?.counts]);
  return <Context.Provider value={live}>{children}</Context.Provider>;
}

let badge = 0;
const withBadge = (title: string) => `${badge > 0 ? `(${badge}) ` : ''}${title.replace(/^\(\d+\) /, '')}`;

/** Names the page in the browser's tab, after the number of conversations with something unread. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = withBadge(`${title} · Frontdesk`);
  }, [title]);
}

/** The time, moving: for what has been waiting. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return now;
}
