/**
 * Follows a conversation for as long as it is wanted. Comes back by itself with the number of the last event that it saw, so nothing
 * is lost and nothing comes twice.
 */
import { pause } from '../model/outbox.ts';
import type { Door, Frame, Queue, Sentence } from '../model/types.ts';
import { refusal, type House } from './http.ts';
import { parser, type Sent } from './sse.ts';

/** Without a sign of life for this long a stream is dead; the house speaks every 15 seconds. */
const SILENCE_MS = 45_000;

export type News =
  | { kind: 'frame'; frame: Frame }
  | { kind: 'sentence'; sentence: Sentence }
  | { kind: 'typing'; name: string }
  | { kind: 'queue'; queue: Queue };

export interface Listener {
  news(news: News): void;
  connected(yes: boolean): void;
  /** The conversation does not exist any more. */
  gone(): void;
}

/** Follows after event `last`. Returns a function that stops it. */
export function follow(house: House, door: Door, last: number, listener: Listener): () => void {
  const stop = new AbortController();
  let failures = 0;

  const hear = (sent: Sent): void => {
    const news = read(sent);
    if (!news) return;
    if (news.kind === 'frame') last = Math.max(last, news.frame.seq);
    listener.news(news);
  };

  async function once(): Promise<void> {
    const attempt = new AbortController();
    const abort = (): void => attempt.abort();
    stop.signal.addEventListener('abort', abort);
    let watchdog = setTimeout(abort, SILENCE_MS);
    try {
      const headers = house.headers(door.token, 'text/event-stream');
      if (last > 0) headers['Last-Event-ID'] = String(last);
      const path = `/api/v1/conversations/${encodeURIComponent(door.id)}/events`;
      const response = await fetch(house.url(path), { headers, signal: attempt.signal, cache: 'no-store', credentials: 'omit' });
      if (response.status === 401 || response.status === 404) {
        stop.abort();
        listener.gone();
        return;
      }
      if (!response.ok || !response.body) throw await refusal(response);
      failures = 0;
      listener.connected(true);
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      const feed = parser(hear);
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(abort, SILENCE_MS);
        feed(decoder.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(watchdog);
      stop.signal.removeEventListener('abort', abort);
    }
  }

  void (async () => {
    while (!stop.signal.aborted) {
      try {
        await once();
      } catch {
        // Comes back below.
      }
      if (stop.signal.aborted) return;
      listener.connected(false);
      failures += 1;
      await rest(pause(failures, Math.random()), stop.signal);
    }
  })();
  return () => stop.abort();
}

/** Waits; shorter when the browser says that the network is back, or when the wait is pointless. */
export function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    const end = (): void => {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      resume();
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}

/** What was sent, in our words; nothing when it is of no concern here. */
export function read(sent: Sent): News | null {
  let data: unknown;
  try {
    data = JSON.parse(sent.data);
  } catch {
    return null;
  }
  if (typeof data !== 'object' || data === null) return null;
  if (sent.event === 'sentence') return { kind: 'sentence', sentence: data as Sentence };
  if (sent.event === 'queue') return { kind: 'queue', queue: data as Queue };
  if (sent.event === 'typing') {
    return { kind: 'typing', name: 'name' in data && typeof data.name === 'string' ? data.name : '' };
  }
  return 'seq' in data && typeof data.seq === 'number' && 'type' in data ? { kind: 'frame', frame: data as Frame } : null;
}
