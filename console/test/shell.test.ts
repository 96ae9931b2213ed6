import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Presence } from '../src/api/wire';
import { watchIdle } from '../src/shell/idle';

describe('who is away', () => {
  let presence: Presence;
  let stop: () => void;
  const watch = (minutes: number) => watchIdle({ me: 'me', minutes, presence: () => presence, change: (to) => (presence = to) });
  const press = () => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }));

  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    presence = 'online';
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('is said after the time, and taken back with the next key', () => {
    stop = watch(15);
    vi.advanceTimersByTime(10 * 60_000);
    press();
    vi.advanceTimersByTime(14 * 60_000);
    expect(presence).toBe('online');
    vi.advanceTimersByTime(2 * 60_000);
    expect(presence).toBe('away');
    press();
    expect(presence).toBe('online');
  });

  it('is left as somebody chose it', () => {
    stop = watch(15);
    presence = 'away';
    vi.advanceTimersByTime(60 * 60_000);
    press();
    expect(presence).toBe('away');
    presence = 'busy';
    vi.advanceTimersByTime(60 * 60_000);
    expect(presence).toBe('busy');
  });

  it('is remembered by the browser, and never said by who does not want it', () => {
    stop = watch(5);
    vi.advanceTimersByTime(6 * 60_000);
    stop();
    // The same person in a new tab.
    stop = watch(0);
    expect(presence).toBe('away');
    press();
    expect(presence).toBe('online');
    vi.advanceTimersByTime(600 * 60_000);
    expect(presence).toBe('online');
  });
});
