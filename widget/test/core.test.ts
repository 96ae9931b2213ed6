// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Core } from '../src/core.ts';
import { memory } from '../src/wire/memory.ts';
import { json, openHouse, refused, CONFIG, type Asked } from './house.ts';

const HOUSE = 'https://help.example';
const cores: Core[] = [];

/** A tab of this browser. */
async function tab(options: { contact?: { phone: string } } = {}): Promise<Core> {
  const core = new Core(HOUSE, { inbox: 'k', language: 'en', ...options });
  cores.push(core);
  await core.start();
  return core;
}
const kept = () => memory('k').read();
const soon = <T>(look: () => T): Promise<T> => vi.waitFor(look, { timeout: 4_000, interval: 5 });
const said = (asked: Asked[]): unknown[] => asked.map((one) => one.body['text']);

beforeEach(() => localStorage.clear());
afterEach(() => {
  for (const core of cores.splice(0)) core.shutdown();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('what was written', () => {
  test('is tried again when a connection hangs', async () => {
    const limits: [number, AbortController][] = [];
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((patience) => {
      const control = new AbortController();
      limits.push([patience, control]);
      return control.signal;
    });
    let hangs = true;
    const house = openHouse(({ path }) => {
      if (!path.endsWith('/messages') || !hangs) return undefined;
      hangs = false;
      const [, control] = limits.at(-1) ?? [];
      return new Promise((_, reject) => control?.signal.addEventListener('abort', () => reject(new DOMException('', 'TimeoutError'))));
    });
    const core = await tab();
    core.send('Hello');
    await soon(() => expect(house.to('POST /conversations/c1/messages')).toHaveLength(1));
    expect(core.view.outbox[0]?.state).toBe('sending');
    limits.at(-1)?.[1].abort();
    await soon(() => expect(core.view.outbox[0]?.state).toBe('sent'));
    expect(house.to('POST /conversations/c1/messages')).toHaveLength(2);
    await core.upload(new File(['x'], 'x.png'));
    const patience = limits.map(([each]) => each);
    expect(patience.at(-1), 'files take longer').toBeGreaterThan(patience[0] ?? Infinity);
  });

  test('in a tab that closed is sent by another one', async () => {
    const house = openHouse();
    const core = await tab();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const closed = new BroadcastChannel('frontdesk:k');
    closed.postMessage({ say: 'outbox', outbox: [{ client_id: 'x', text: 'Hello', attachments: [], at: '', state: 'sending' }] });
    await soon(() => expect(core.view.outbox).toHaveLength(1));
    closed.close();
    core.send('And more');
    expect(core.view.outbox.map((one) => one.state), 'the other tab may be at it').toEqual(['sending', 'waiting']);
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();
    await soon(() => expect(said(house.to('POST /conversations/c1/messages'))).toEqual(['Hello', 'And more']));
  });

  test('is said in the next conversation when its own is gone', async () => {
    const house = openHouse(({ path }) => (path === '/conversations/c1/messages' ? refused(401) : undefined));
    const core = await tab();
    core.send('Hello');
    core.send('Are you there?');
    await soon(() => expect(said(house.to('POST /conversations/c2/messages'))).toEqual(['Hello', 'Are you there?']));
    expect(core.view.door?.id).toBe('c2');
    expect(core.view.notice).toBe('gone');
  });

  test('is marked, and not sent for ever, where every conversation is refused', async () => {
    const house = openHouse(({ path }) => (path.endsWith('/messages') ? refused(404, 'Not here.') : undefined));
    const core = await tab();
    core.send('Hello');
    await soon(() => expect(core.view.outbox[0]).toMatchObject({ state: 'failed', reason: 'Not here.' }));
    expect(house.to('POST /conversations')).toHaveLength(2);
  });
});

describe('a new conversation', () => {
  const withAnn = async (end: () => Response | undefined) => {
    const house = openHouse(({ path }) => (path.endsWith('/end') ? end() : undefined));
    const core = await tab();
    core.send('Hello');
    await soon(() => expect(core.view.link).toBe('up'));
    house.tell('c1', { seq: 2, type: 'claimed', agent: 'Ann' });
    await soon(() => expect(core.view.conversation.owner).toBe('agent'));
    return { house, core };
  };

  test('ends the one that a person has', async () => {
    const { house, core } = await withAnn(() => undefined);
    await core.startOver();
    expect(house.to('POST /conversations/c1/end')).toHaveLength(1);
    expect(core.view.door).toBeNull();
  });

  test('is none when the earlier one cannot be ended', async () => {
    const { core } = await withAnn(() => refused(503));
    await core.startOver();
    expect(core.view.door?.id).toBe('c1');
    expect(core.view.notice).toBe('trouble');
  });

  test('names the one before, unless somebody else begins it', async () => {
    const house = openHouse();
    const core = await tab();
    core.send('One');
    await soon(() => expect(core.view.door?.id).toBe('c1'));
    await core.startOver();
    core.send('Two');
    await soon(() => expect(core.view.door?.id).toBe('c2'));
    expect(house.to('POST /conversations').map((one) => one.body['previous'])).toEqual([undefined, { id: 'c1', token: 't1' }]);
    await core.identify({ id: 'ann' });
    await core.startOver();
    await core.identify({ id: 'bob' });
    core.send('Three');
    await soon(() => expect(core.view.door?.id).toBe('c3'));
    expect(house.to('POST /conversations').at(-1)?.body).not.toHaveProperty('previous');
  });
});

describe('somebody else in the same browser', () => {
  test('inherits nothing, in no tab', async () => {
    const house = openHouse();
    const [first, second] = [await tab({ contact: { phone: '1' } }), await tab()];
    await first.identify({ id: 'ann', name: 'Ann', proof: 'p' });
    await second.identify({ id: 'ann', name: 'Ann', proof: 'p' });
    await first.reach({ attributes: { plan: 'pro' } });
    first.type('half a sen');
    second.type('tence');
    first.send('Hello');
    await soon(() => expect(second.view.door?.id).toBe('c1'));
    await first.identify({ id: 'bob', name: 'Bob' });
    await soon(() => expect(second.view.door).toBeNull());
    for (const core of [first, second]) expect(core.view).toMatchObject({ known: { name: 'Bob' }, draft: '', outbox: [], identified: true });
    expect(kept()).toMatchObject({ contact: { name: 'Bob' }, draft: '', door: null, previous: null, visitor: 'bob' });
    expect(JSON.stringify(kept())).not.toMatch(/pro|ann|phone/);
    second.send('Who am I?');
    await soon(() => expect(house.to('POST /conversations')).toHaveLength(2));
    expect(house.to('POST /conversations').at(-1)?.body).toEqual({ inbox: 'k', language: 'en', contact: { name: 'Bob' }, identity: { id: 'bob', name: 'Bob' } });
  });

  test('does not get what the one before was still saying of themselves', async () => {
    let answer = (_: Response): void => undefined;
    openHouse(({ path }) => (path.endsWith('/contact') ? new Promise((then) => (answer = then)) : undefined));
    const core = await tab();
    core.send('Hello');
    await soon(() => expect(core.view.door?.id).toBe('c1'));
    void core.identify({ id: 'ann' });
    const saying = core.reach({ phone: '1' });
    await core.identify({ id: 'bob' });
    answer(new Response(null, { status: 204 }));
    await saying;
    expect(core.view.known).toEqual({});
    expect(JSON.stringify(kept())).not.toContain('phone');
  });

  test('does not enter a conversation that was being opened for the one before', async () => {
    let open = (_: Response): void => undefined;
    let first = true;
    const house = openHouse(({ method, path }) => {
      if (`${method} ${path}` !== 'POST /conversations' || !first) return undefined;
      first = false;
      return new Promise((then) => (open = then));
    });
    const core = await tab();
    await core.identify({ id: 'ann' });
    core.send('My secret');
    await soon(() => expect(house.to('POST /conversations')).toHaveLength(1));
    await core.identify({ id: 'bob' });
    open(json({ id: 'hers', token: 't' }, 201));
    core.send('Hello');
    await soon(() => expect(core.view.door?.id).toBe('c1'));
    await soon(() => expect(said(house.asked.filter(({ path }) => path.endsWith('/messages')))).toEqual(['Hello']));
    expect(house.asked.some(({ path }) => path.includes('hers'))).toBe(false);
  });

  test('finds nothing of who signed out, also not what was under way', async () => {
    let answer = (_: Response): void => undefined;
    const house = openHouse(({ path }) => (path.endsWith('/messages') ? new Promise((then) => (answer = then)) : undefined));
    const [first, second] = [await tab(), await tab()];
    await first.identify({ id: 'ann', email: 'ann@example.com' });
    await second.identify({ id: 'ann', email: 'ann@example.com' });
    first.send('My secret');
    await soon(() => expect(house.to('POST /conversations/c1/messages')).toHaveLength(1));
    await soon(() => expect(second.view.outbox).toHaveLength(1));
    first.shutdown();
    answer(new Response(null, { status: 202 }));
    await soon(() => expect(second.view).toMatchObject({ known: {}, identified: false, door: null, outbox: [] }));
    expect(JSON.stringify(localStorage)).not.toMatch(/secret|ann|c1/);
    second.send('Hello');
    await soon(() => expect(house.to('POST /conversations')).toHaveLength(2));
    expect(house.to('POST /conversations').at(-1)?.body).toEqual({ inbox: 'k', language: 'en' });
  });
});

test('a tab that wakes up late overwrites nothing', async () => {
  openHouse();
  const core = await tab();
  await core.identify({ id: 'ann' });
  memory('k').write({ visitor: 'bob', door: { id: 'his', token: 't' }, draft: 'mine' });
  const other = new BroadcastChannel('frontdesk:k');
  other.postMessage({ say: 'visitor', identity: null });
  await soon(() => expect(core.view.identified).toBe(false));
  other.close();
  expect(kept()).toMatchObject({ visitor: 'bob', door: { id: 'his' }, draft: 'mine' });
});

test('business hours are looked up again, but not all the time', async () => {
  let open_now = false;
  const house = openHouse(({ path }) => (path === '/widget/k' ? json({ ...CONFIG, hours: { open_now, zone: 'UTC' } }) : undefined));
  const core = await tab();
  const now = vi.spyOn(Date, 'now');
  open_now = true;
  core.show(true);
  expect(house.to('GET /widget/k')).toHaveLength(1);
  now.mockReturnValue(new Date().getTime() + 3_600_000);
  document.dispatchEvent(new Event('visibilitychange'));
  await soon(() => expect(core.view.config?.hours.open_now).toBe(true));
  expect(house.to('GET /widget/k')).toHaveLength(2);
});

test('files wait their turn where the house takes only so many', async () => {
  let busy = 2;
  const house = openHouse(({ path }) => {
    if (!path.endsWith('/attachments') || busy-- <= 0) return undefined;
    return new Response('{"detail":"Wait for the time in Retry-After."}', { status: 429, headers: { 'retry-after': '0.01' } });
  });
  const core = await tab();
  const files = await Promise.all(['a', 'b'].map((name) => core.upload(new File(['x'], name))));
  expect(files.map((file) => file.hash)).toEqual(['h', 'h']);
  expect(house.to('POST /conversations/c1/attachments')).toHaveLength(4);
  busy = 1;
  const late = core.upload(new File(['x'], 'hers'));
  await core.startOver();
  await expect(late, 'nor in the next conversation').rejects.toThrow('was left');
  core.send('Hello');
  await soon(() => expect(core.view.door?.id).toBe('c2'));
  busy = 9;
  await expect(core.upload(new File(['x'], 'c'))).rejects.toMatchObject({ status: 429 });
  expect(house.to('POST /conversations/c2/attachments'), 'but not for ever').toHaveLength(5);
});

test('a file that cannot be fetched is told, and costs nobody the conversation', async () => {
  openHouse(({ path }) => (path.endsWith('/transcript') ? refused(404) : undefined));
  const core = await tab();
  core.send('Hello');
  await soon(() => expect(core.view.door?.id).toBe('c1'));
  expect(await core.got(core.transcript())).toBeNull();
  expect(core.view).toMatchObject({ notice: 'trouble', door: { id: 'c1' } });
});

test('a panel that was left open is open on the next page, but takes no focus; on a small screen it is not', async () => {
  openHouse();
  const core = await tab();
  core.show(true);
  expect(core.view).toMatchObject({ open: true, opened: true });
  expect((await tab()).view).toMatchObject({ open: true, opened: false });
  core.show(false);
  core.show(true, false);
  expect(core.view, 'the page itself opened it').toMatchObject({ open: true, opened: false });
  vi.stubGlobal('matchMedia', (query: string) => ({ matches: query.includes('max-width') }));
  expect((await tab()).view.open).toBe(false);
});
