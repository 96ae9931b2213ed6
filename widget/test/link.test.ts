// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from 'vitest';
import { house } from '../src/wire/http.ts';
import { Link } from '../src/wire/link.ts';
import { Receipts, type Standing } from '../src/wire/receipts.ts';
import { follow, type News } from '../src/wire/stream.ts';
import { tabs, type Tabs } from '../src/wire/tabs.ts';
import { openHouse, refused } from './house.ts';

const DOOR = { id: 'c1', token: 't1' };
const ours = () => house('https://help.example', () => 'en');
const soon = <T>(look: () => T): Promise<T> => vi.waitFor(look, { timeout: 6_000, interval: 5 });
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a stream', () => {
  const listen = (last = 0) => {
    const news: News[] = [];
    const ups: boolean[] = [];
    const gone = vi.fn();
    stops.push(follow(ours(), DOOR, last, { news: (one) => news.push(one), connected: (yes) => ups.push(yes), gone }));
    return { news, ups, gone };
  };

  test('comes back by itself, after the last event that it saw', async () => {
    let broken = 1;
    const house = openHouse(({ path }) => (path.endsWith('/events') && broken-- > 0 ? new Response('id: 7\nevent: seen\ndata: {"seq":7,"at":"","type":"seen","through":1}\n\n') : undefined));
    const { news, ups } = listen(3);
    await soon(() => expect(ups).toEqual([true, false, true]));
    expect(news).toMatchObject([{ kind: 'frame', frame: { seq: 7 } }]);
    expect(house.to('GET /conversations/c1/events').map((one) => one.after)).toEqual(['3', '7']);
  });

  test('of a conversation that is gone ends', async () => {
    const house = openHouse(() => refused(404));
    const { gone, ups } = listen();
    await soon(() => expect(gone).toHaveBeenCalledTimes(1));
    expect(ups).toEqual([]);
    expect(house.asked).toHaveLength(1);
  });
});

describe('tabs', () => {
  /** Browsers hand a lock to one after the other; happy-dom has none. */
  function locks(): void {
    const queues = new Map<string, Promise<unknown>>();
    vi.stubGlobal('navigator', {
      onLine: true,
      locks: {
        request(name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<void>) {
          const before = queues.get(name) ?? Promise.resolve();
          const mine = before.then(() => (signal.aborted ? undefined : hold()));
          queues.set(name, mine);
          return mine;
        },
      },
    });
  }

  const tab = () => {
    const seen: number[] = [];
    const up = vi.fn();
    const channel: Tabs = tabs('frontdesk:k', (word) => link.overhear(word));
    const link = new Link(ours(), channel, { news: (one) => one.kind === 'frame' && seen.push(one.frame.seq), connected: up, gone: () => undefined });
    stops.push(() => (link.drop(), channel.close()));
    return { link, seen, up };
  };

  test('share one connection: a newcomer is told what was, and takes over when the first one closes', async () => {
    locks();
    const house = openHouse();
    const [first, second] = [tab(), tab()];
    first.link.take(DOOR);
    await soon(() => expect(first.up).toHaveBeenCalledWith(true));
    house.tell('c1', { seq: 1, type: 'opened' });
    await soon(() => expect(first.seen).toEqual([1]));
    second.link.take(DOOR);
    await soon(() => expect(second.seen).toEqual([1]));
    house.tell('c1', { seq: 2, type: 'resolved' });
    await soon(() => expect(second.seen).toEqual([1, 2]));
    expect(house.to('GET /conversations/c1/events')).toHaveLength(1);
    first.link.drop();
    await soon(() => expect(house.to('GET /conversations/c1/events').map((one) => one.after)).toEqual([null, '2']));
    house.tell('c1', { seq: 3, type: 'reopened' });
    await soon(() => expect(second.seen).toEqual([1, 2, 3]));
    expect(first.seen).toEqual([1, 2]);
  });

  test('hear nothing of another conversation', async () => {
    locks();
    const house = openHouse();
    const [first, second] = [tab(), tab()];
    first.link.take(DOOR);
    second.link.take({ id: 'c2', token: 't2' });
    await soon(() => expect(house.to('GET /conversations/c2/events')).toHaveLength(1));
    await soon(() => expect(first.up).toHaveBeenCalledWith(true));
    house.tell('c1', { seq: 1, type: 'opened' });
    await soon(() => expect(first.seen).toEqual([1]));
    expect(second.seen).toEqual([]);
  });
});

test('receipts say each thing once: what arrived, and what somebody looked at', () => {
  vi.useFakeTimers();
  const house = openHouse();
  let now: Standing = { door: DOOR, last: 4, read: 0, looking: false };
  const read = vi.fn();
  const receipts = new Receipts(ours(), () => now, read);
  const told = (change: Partial<Standing> = {}): unknown => {
    now = { ...now, ...change };
    for (let again = 0; again < 3; again += 1) receipts.soon();
    vi.runAllTimers();
    return house.asked.splice(0).map((one) => one.body);
  };
  expect(told()).toEqual([{ delivered: 4 }]);
  expect(told(), 'nothing is new').toEqual([]);
  expect(told({ looking: true })).toEqual([{ read: 4 }]);
  expect(read).toHaveBeenCalledWith(4);
  receipts.told(6);
  expect(told({ last: 6 }), 'another tab was faster').toEqual([]);
  receipts.forget();
  expect(told({ last: 1, door: { id: 'c2', token: 't2' } })).toEqual([{ read: 1 }]);
  expect(told({ door: null, last: 9 })).toEqual([]);
});
