// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { frontdesk } from '../src/api.ts';
import type { Core } from '../src/core.ts';
import { memory } from '../src/wire/memory.ts';
import { EMPTY } from '../src/model/state.ts';
import type { Queue } from '../src/model/types.ts';
import { standing } from '../src/ui/header.tsx';
import { Prose } from '../src/ui/prose.tsx';
import { words } from '../src/words/en.ts';
import { CONFIG } from './house.ts';

describe('prose', () => {
  const shown = (text: string): HTMLElement => {
    const holder = document.createElement('div');
    render(<Prose text={text} known={(number) => number === 1} mark={(number) => <sup>{number}</sup>} />, holder);
    return holder;
  };

  test('is text, whatever a document says', () => {
    const holder = shown('<img src=x onerror=alert(1)> <script>alert(1)</script>\n\n[x](javascript:alert(1)) **b** [1] [2]');
    expect(holder.querySelectorAll('img, script, a')).toHaveLength(0);
    expect(holder.querySelector('strong')?.textContent).toBe('b');
    expect([...holder.querySelectorAll('sup')].map((mark) => mark.textContent)).toEqual(['1']);
    expect(holder.textContent).toContain('<script>alert(1)</script>');
    expect(holder.textContent).toContain('[2]');
  });

  test('sends nobody away with a key to the page', () => {
    const link = shown('[shop](https://shop.example)').querySelector('a');
    expect(link?.getAttribute('rel')).toContain('noopener');
    expect(link?.getAttribute('target')).toBe('_blank');
  });

  test('has no style attributes, which a strict policy forbids', () => {
    expect(shown('# a\n\n| b |\n|---|\n| c |\n\n- d').querySelectorAll('[style]')).toHaveLength(0);
  });
});

test('the head says who answers now, and promises nothing that is not so', () => {
  const said = (owner: 'bot' | 'queue' | 'agent', open_now: boolean, queue: Queue | null = null, reply_minutes: number | null = 5): string =>
    standing({ conversation: { ...EMPTY, owner, agent: 'Ann', queue }, config: { ...CONFIG, hours: { open_now, zone: 'UTC' }, reply_minutes }, words });
  expect(said('bot', true)).toBe('AI assistant, answers at once\nTeam usually answers in 5 minutes');
  expect(said('bot', true, null, null)).toBe('AI assistant, answers at once');
  expect(said('bot', false)).toBe('AI assistant, answers at once\nTeam is away');
  expect(said('queue', true)).toBe('Waiting for a person\nTeam usually answers in 5 minutes');
  expect(said('queue', true, { open_now: true, position: 2, wait_s: 600 })).toBe('You are 2nd in line · about 10 minutes to go');
  expect(said('queue', true, { open_now: true, position: 1, wait_s: null }), 'nobody is at the desk').toBe('You are 1st in line\nNobody is at the desk right now');
  expect(said('queue', true, { open_now: false, position: 1 }), 'the assistant is silent').toBe('Team is away');
  expect(said('agent', false)).toBe('You are talking to Ann');
});

describe('commands', () => {
  const core = () => ({ view: { open: false }, show: vi.fn(), send: vi.fn(), type: vi.fn(), identify: vi.fn(() => Promise.resolve()), reach: vi.fn(), on: vi.fn(), shutdown: vi.fn() });
  beforeEach(() => vi.spyOn(console, 'error').mockImplementation(() => undefined));
  afterEach(() => vi.restoreAllMocks());

  test('that come before boot are made up for, in order', () => {
    const made = core();
    const boot = vi.fn(() => made as unknown as Core);
    const call = frontdesk(boot, () => undefined);
    call('identify', 'user-42', { name: 'Ann' }, 'proof');
    call('open');
    expect(boot).not.toHaveBeenCalled();
    call('boot', { inbox: 'k' });
    call('boot', { inbox: 'k' });
    expect(boot).toHaveBeenCalledTimes(1);
    expect(made.identify).toHaveBeenCalledWith({ id: 'user-42', name: 'Ann', proof: 'proof' });
    expect(made.show).toHaveBeenCalledWith(true);
  });

  test('to listen give the way to stop, also before boot', () => {
    const made = core();
    const call = frontdesk(() => made as unknown as Core, () => undefined);
    const heard = vi.fn();
    const stop = call('on', 'open', heard);
    call('boot', { inbox: 'k' });
    const [, listen] = made.on.mock.calls[0] as unknown as [string, (what: unknown) => void];
    listen(1);
    (stop as () => void)();
    listen(2);
    expect(heard.mock.calls).toEqual([[1]]);
  });

  test('that make no sense say so and break nothing', () => {
    const made = core();
    const call = frontdesk(() => made as unknown as Core, () => undefined);
    call('boot', {});
    call('boot', { inbox: 'k' });
    for (const wrong of [['identify'], ['identify', 42], ['on', 'noise', () => 1], ['theme', 'pink'], ['dance']] as const) call(...(wrong as unknown as [string]));
    expect(console.error).toHaveBeenCalledTimes(6);
    expect(made.identify).not.toHaveBeenCalled();
  });

  test('other products have other names for the same', () => {
    const made = core();
    const unmount = vi.fn();
    const call = frontdesk(() => made as unknown as Core, unmount);
    call('boot', { id: 'k' });
    call('show');
    call('hide');
    call('showNewMessage', 'Hello');
    expect(made.show.mock.calls).toEqual([[true], [false], [true]]);
    expect(made.type).toHaveBeenCalledWith('Hello');
    call('reset');
    expect(made.shutdown).toHaveBeenCalled();
    expect(unmount).toHaveBeenCalled();
  });
});

describe('memory', () => {
  beforeEach(() => localStorage.clear());

  test('is shared by tabs and forgets a visitor who leaves', () => {
    const [one, other] = [memory('k'), memory('k')];
    one.write({ door: { id: 'a', token: 't' }, language: 'ar' });
    other.write({ draft: 'x' });
    expect(one.read()).toMatchObject({ door: { id: 'a' }, draft: 'x', language: 'ar' });
    expect(memory('another').read().door).toBeNull();
    one.clear();
    expect(other.read()).toMatchObject({ door: null, draft: '' });
  });

  test('of a page that allows none lasts as long as the page', () => {
    const broken = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new Error('no room');
    });
    const kept = memory('full');
    kept.write({ draft: 'x' });
    expect(kept.read().draft).toBe('x');
    broken.mockRestore();
  });

  test('that somebody has spoilt is empty', () => {
    localStorage.setItem('frontdesk:k', '{');
    expect(memory('k').read().door).toBeNull();
  });
});
