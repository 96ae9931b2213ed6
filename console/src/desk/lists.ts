// Lists of conversations that stay true while rows change. Pure.
import type { Filter, ListPage, Row, Sort } from '../api/wire';

/** What one call takes. */
const MOST_PICKED = 100;
const RANK = { urgent: 3, high: 2, normal: 1, low: 0 } as const;

/** Whether a row stands in a list; undefined where only the server can tell (words that were searched, notes that mention somebody). */
export function belongs(row: Row, filter: Filter, me: string): boolean | undefined {
  if (filter.view === 'mentions') return undefined;
  const open = row.status === 'open';
  const inView = {
    mine: open && row.owner.kind === 'agent' && row.owner.agent === me,
    unassigned: open && row.owner.kind === 'queue',
    waiting: open && row.waiting_since != null,
    all: open,
    snoozed: row.status === 'snoozed',
    resolved: row.status === 'resolved',
    bot: open && row.owner.kind === 'bot',
  }[filter.view];
  // A chat that was opened and never used is nobody's business.
  if (!inView || row.last === null) return false;
  if (filter.team && row.team !== filter.team) return false;
  if (filter.label && !row.labels.includes(filter.label)) return false;
  if (filter.channel && row.channel !== filter.channel) return false;
  if (filter.inbox && row.inbox !== filter.inbox) return false;
  // `zh` finds `zh-CN`.
  if (filter.language && !row.language.startsWith(filter.language)) return false;
  if (filter.priority && row.priority !== filter.priority) return false;
  if (filter.agent && row.owner.agent !== filter.agent) return false;
  return filter.q ? undefined : true;
}

export function order(sort: Sort | undefined): (a: Row, b: Row) => number {
  const newest = (a: Row, b: Row) => b.last_at.localeCompare(a.last_at);
  const waiting = (a: Row, b: Row) => {
    if (a.waiting_since && b.waiting_since) return a.waiting_since.localeCompare(b.waiting_since);
    return a.waiting_since ? -1 : b.waiting_since ? 1 : newest(a, b);
  };
  if (sort === 'longest_waiting') return waiting;
  if (sort === 'priority') return (a, b) => RANK[b.priority] - RANK[a.priority] || waiting(a, b);
  return newest;
}

/** The pages of a list after a row changed. A row whose place lies beyond what was loaded waits for its page. */
export function place(pages: ListPage[], row: Row, filter: Filter, me: string): ListPage[] {
  const all = pages.flatMap((page) => page.items);
  const before = all.find((one) => one.id === row.id);
  // A list of an older state must not push a newer one aside.
  if (before && before.seq > row.seq) return pages;
  const stays = belongs(row, filter, me) ?? before !== undefined;
  if (!stays) return before ? pages.map((page) => ({ ...page, items: page.items.filter((one) => one.id !== row.id) })) : pages;
  const others = all.filter((one) => one.id !== row.id);
  const compare = order(filter.sort);
  const found = others.findIndex((one) => compare(row, one) < 0);
  const index = found === -1 ? others.length : found;
  const more = pages.at(-1)?.next != null;
  if (index === others.length && more && !before) return pages;
  const items = [...others.slice(0, index), row, ...others.slice(index)];
  let rest = items;
  return pages.map((page, at) => {
    const last = at === pages.length - 1;
    const mine = last ? rest : rest.slice(0, page.items.length);
    rest = rest.slice(mine.length);
    return { ...page, items: mine };
  });
}

/** What is picked after a press: that one alone changes sides, or all from the last one to it are picked. At most as many as one call takes. */
export function pick(rows: Row[], picked: ReadonlySet<string>, id: string, from: string | undefined): Set<string> {
  const next = new Set(picked);
  const [start, end] = [rows.findIndex((row) => row.id === from), rows.findIndex((row) => row.id === id)];
  if (from !== undefined && start !== -1 && end !== -1) for (const row of rows.slice(Math.min(start, end), Math.max(start, end) + 1)) next.add(row.id);
  else if (!next.delete(id)) next.add(id);
  return new Set([...next].slice(0, MOST_PICKED));
}

/** The conversation after or before another in a list; the first or last when that one is not in it. */
export function neighbour(rows: Row[], id: string | undefined, step: 1 | -1): Row | undefined {
  const at = rows.findIndex((row) => row.id === id);
  if (at === -1) return step === 1 ? rows[0] : rows.at(-1);
  return rows[at + step];
}
