import { describe, expect, it } from 'vitest';
import type { ListPage, Row } from '../src/api/wire';
import { belongs, neighbour, pick, place } from '../src/desk/lists';

const counts = { mine: 0, unassigned: 0, waiting: 0, all: 0, snoozed: 0, resolved: 0, bot: 0, mentions: 0 };
const row = (id: string, fields: Partial<Row> = {}): Row => ({
  id,
  seq: 5,
  inbox: 'default',
  channel: 'web',
  language: 'en',
  status: 'open',
  owner: { kind: 'queue' },
  priority: 'normal',
  labels: [],
  contact: { id: `c${id}`, name: id, verified: false },
  last: { seq: 5, at: '2026-01-01T10:00:00Z', from: 'customer', text: 'hello', attachments: 0 },
  opened_at: '2026-01-01T09:00:00Z',
  last_at: '2026-01-01T10:00:00Z',
  unread: 0,
  ...fields,
});
const page = (items: Row[], next: string | null = null): ListPage => ({ items, next, counts });
const ids = (pages: ListPage[]) => pages.map((one) => one.items.map((item) => item.id).join(''));

describe('a list', () => {
  it('knows who belongs to it', () => {
    const mine = row('a', { owner: { kind: 'agent', agent: 'me' } });
    expect(belongs(mine, { view: 'mine' }, 'me')).toBe(true);
    expect(belongs(mine, { view: 'mine' }, 'other')).toBe(false);
    expect(belongs(mine, { view: 'unassigned' }, 'me')).toBe(false);
    expect(belongs(row('b', { owner: { kind: 'bot' } }), { view: 'waiting' }, 'me')).toBe(false);
    expect(belongs(row('b', { status: 'resolved' }), { view: 'all' }, 'me')).toBe(false);
    expect(belongs(row('b', { labels: ['vip'] }), { view: 'all', label: 'vip' }, 'me')).toBe(true);
    expect(belongs(row('b'), { view: 'all', q: 'refund' }, 'me')).toBeUndefined();
  });

  it('knows who waits from the server, whoever spoke last', () => {
    const notice = { seq: 6, at: '2026-01-01T10:00:01Z', from: 'bot' as const, text: 'A colleague will be with you.', attachments: 0 };
    expect(belongs(row('a', { waiting_since: '2026-01-01T10:00:00Z', last: notice }), { view: 'waiting' }, 'me')).toBe(true);
    expect(belongs(row('a', { waiting_since: null }), { view: 'waiting' }, 'me')).toBe(false);
  });

  it('takes what the server would take', () => {
    expect(belongs(row('a', { language: 'zh-CN' }), { view: 'all', language: 'zh' }, 'me')).toBe(true);
    expect(belongs(row('a', { last: null }), { view: 'all' }, 'me')).toBe(false);
  });

  it('moves a row to the top when something is said', () => {
    const pages = [page([row('a', { last_at: '2026-01-01T12:00:00Z' }), row('b')])];
    expect(ids(place(pages, row('b', { seq: 6, last_at: '2026-01-01T13:00:00Z' }), { view: 'all' }, 'me'))).toEqual(['ba']);
  });

  it('lets go of a row that left, and takes one that came', () => {
    const pages = [page([row('a')])];
    expect(ids(place(pages, row('a', { seq: 6, status: 'resolved' }), { view: 'all' }, 'me'))).toEqual(['']);
    expect(ids(place(pages, row('n', { last_at: '2026-01-02T00:00:00Z' }), { view: 'all' }, 'me'))).toEqual(['na']);
  });

  it('never goes back to an older state', () => {
    const pages = [page([row('a', { seq: 9 })])];
    expect(place(pages, row('a', { seq: 8, status: 'resolved' }), { view: 'all' }, 'me')).toBe(pages);
  });

  it('keeps its pages, and leaves what lies beyond them to the server', () => {
    const at = (hour: string) => `2026-01-01T${hour}:00:00Z`;
    const pages = [page([row('a', { last_at: at('12') }), row('b', { last_at: at('11') })], 'x'), page([row('c', { last_at: at('10') })], 'y')];
    expect(ids(place(pages, row('old', { last_at: at('01') }), { view: 'all' }, 'me'))).toEqual(['ab', 'c']);
    expect(ids(place(pages, row('new', { last_at: at('13') }), { view: 'all' }, 'me'))).toEqual(['newa', 'bc']);
  });

  it('orders by waiting and by priority', () => {
    const pages = [page([row('a', { waiting_since: '2026-01-01T08:00:00Z' }), row('b', { waiting_since: '2026-01-01T09:00:00Z' })])];
    expect(ids(place(pages, row('c', { waiting_since: '2026-01-01T07:00:00Z' }), { view: 'all', sort: 'longest_waiting' }, 'me'))).toEqual(['cab']);
    expect(ids(place(pages, row('u', { priority: 'urgent' }), { view: 'all', sort: 'priority' }, 'me'))).toEqual(['uab']);
  });

  it('lets rows be picked, one by one or from one to another', () => {
    const rows = ['a', 'b', 'c', 'd'].map((id) => row(id));
    const one = pick(rows, new Set(), 'b', undefined);
    expect([...one]).toEqual(['b']);
    expect([...pick(rows, one, 'b', undefined)]).toEqual([]);
    expect([...pick(rows, one, 'd', 'b')]).toEqual(['b', 'c', 'd']);
    expect([...pick(rows, one, 'a', 'b')].sort()).toEqual(['a', 'b']);
    // The row it began with has left the list.
    expect([...pick(rows, one, 'd', 'gone')]).toEqual(['b', 'd']);
    const many = Array.from({ length: 130 }, (_, index) => row(`r${index}`));
    expect(pick(many, new Set(['r0']), 'r129', 'r0').size).toBe(100);
  });

  it('leaves to the server who was mentioned', () => {
    expect(belongs(row('a'), { view: 'mentions' }, 'me')).toBeUndefined();
  });

  it('has neighbours', () => {
    const rows = [row('a'), row('b')];
    expect(neighbour(rows, 'a', 1)?.id).toBe('b');
    expect(neighbour(rows, 'b', 1)).toBeUndefined();
    expect(neighbour(rows, undefined, 1)?.id).toBe('a');
  });
});
