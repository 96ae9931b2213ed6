// What was sent and is not yet in the conversation: shown at once, kept on failure, gone when its event arrives. It is kept
// in this browser, as drafts are: one per conversation and agent, so that a reload loses nothing that nobody received.
import { useSyncExternalStore } from 'react';
import type { Attachment, Citation } from '../api/wire';
import { blank, isBlank, type Written } from './draft';

export interface Pending {
  client_id: string;
  text: string;
  attachments: Attachment[];
  citations: Citation[];
  /** Proposals that it was made from; what became of them is told once it is sent. */
  proposed?: string[];
  state: 'sending' | 'sent' | 'failed';
  why?: string;
}

const DRAFT = 'frontdesk.draft.';
const UNSENT = 'frontdesk.draft.unsent.';
const place = (me: string, conversation: string) => `${me}.${conversation}`;

function read<T>(key: string): Partial<T> | undefined {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as Partial<T> ?? undefined;
  } catch {
    return undefined;
  }
}

function keep(key: string, value: object | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A full storage loses the copy, not what stands on the page.
  }
}

const waiting = new Map<string, Pending[]>();
const readers = new Set<() => void>();

/** After a reload nobody knows whether what was on its way arrived: it can be sent again, which is harmless. */
function list(at: string): Pending[] {
  const known = waiting.get(at);
  if (known) return known;
  const kept = read<Pending[]>(UNSENT + at);
  const fresh = Array.isArray(kept) ? (kept as Pending[]).map((one) => ({ ...one, state: 'failed' as const })) : [];
  waiting.set(at, fresh);
  return fresh;
}

function put(at: string, all: Pending[]): void {
  waiting.set(at, all);
  const unsent = all.filter((one) => one.state !== 'sent');
  keep(UNSENT + at, unsent.length === 0 ? undefined : unsent);
  for (const tell of readers) tell();
}

/** What one agent sent in one conversation. */
export function outbox(me: string, conversation: string) {
  const at = place(me, conversation);
  const change = (client_id: string, to: Partial<Pending>) => put(at, list(at).map((one) => (one.client_id === client_id ? { ...one, ...to } : one)));
  return {
    all: () => list(at),
    add: (one: Pending) => put(at, [...list(at).filter((other) => other.client_id !== one.client_id), one]),
    sent: (client_id: string) => change(client_id, { state: 'sent' }),
    fail: (client_id: string, why: string) => change(client_id, { state: 'failed', why }),
    drop: (client_id: string) => (list(at).some((one) => one.client_id === client_id) ? put(at, list(at).filter((one) => one.client_id !== client_id)) : undefined),
  };
}

export function usePending(me: string, conversation: string): Pending[] {
  return useSyncExternalStore(
    (tell) => {
      readers.add(tell);
      return () => readers.delete(tell);
    },
    () => list(place(me, conversation)),
  );
}

export function readDraft(me: string, conversation: string): Written {
  return { ...blank, ...read<Written>(DRAFT + place(me, conversation)) };
}

export function keepDraft(me: string, conversation: string, written: Written): void {
  keep(DRAFT + place(me, conversation), isBlank(written) ? undefined : written);
}
