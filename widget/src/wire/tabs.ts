/**
 * Several tabs of one visitor, in step. One of them holds the connection and passes on what it hears; when it closes, another one
 * takes over. Where the browser has no locks (a page without TLS), each tab holds its own connection.
 */
import type { News } from './stream.ts';
import type { Outbox } from '../model/outbox.ts';
import type { Door, Frame, Identity } from '../model/types.ts';

/** What tabs tell each other. */
export type Word =
  | { say: 'news'; door: string; news: News }
  | { say: 'connected'; door: string; yes: boolean }
  | { say: 'entered'; by: Door }
  /** The conversation was left; this much is still to be said in the next one. */
  | { say: 'left'; outbox: Outbox }
  /** Somebody else is here now, or nobody: who was before is forgotten. */
  | { say: 'visitor'; identity: Identity | null }
  | { say: 'outbox'; outbox: Outbox }
  | { say: 'read'; through: number }
  | { say: 'hello'; door: string; last: number }
  /** The answer to `hello`: what the newcomer has not seen, and what is not in any event. */
  | { say: 'history'; door: string; frames: Frame[]; connected: boolean };

export interface Tabs {
  tell(word: Word): void;
  close(): void;
}

export function tabs(name: string, hear: (word: Word) => void): Tabs {
  if (typeof BroadcastChannel === 'undefined') return { tell: () => undefined, close: () => undefined };
  const channel = new BroadcastChannel(name);
  let open = true;
  channel.onmessage = (event: MessageEvent<Word>) => hear(event.data);
  return {
    // What was under way when the widget was shut down may still want to say something.
    tell: (word) => open && channel.postMessage(word),
    close() {
      open = false;
      channel.close();
    },
  };
}

/**
 * Calls `lead` when this tab may hold the connection: at once, or when the tab that holds it closes. Returns a function that gives
 * the place up.
 */
export function elect(name: string, lead: () => void): () => void {
  const locks = navigator.locks as LockManager | undefined;
  if (!locks || typeof BroadcastChannel === 'undefined') {
    lead();
    return () => undefined;
  }
  const stop = new AbortController();
  let release = (): void => undefined;
  const held = new Promise<void>((resume) => (release = resume));
  locks
    .request(name, { signal: stop.signal }, () => {
      lead();
      return held;
    })
    .catch(() => undefined);
  return () => {
    stop.abort();
    release();
  };
}
