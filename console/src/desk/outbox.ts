// What was sent and is not yet in the conversation: shown at once, kept on failure, gone when its event arrives. Drafts
// live beside it, one per conversation and tab of the composer, in this browser.
import { useSyncExternalStore } from 'react';
import type { Attachment, Citation } from '../api/wire';

export interface Pending {
  client_id: string;
  text: string;
  attachments: Attachment[];
  citations: Citation[];
  state: 'sending' | 'failed';
  why?: string;
}

const waiting = new Map<string, Pending[]>();
const readers = new Set<() => void>();
const none: Pending[] = [];

function put(conversation: string, list: Pending[]): void {
  if (list.length === 0) waiting.delete(conversation);
  else waiting.set(conversation, list);
  for (const read of readers) read();
}

export const outbox = {
  add(conversation: string, one: Pending): void {
    put(conversation, [...(waiting.get(conversation) ?? none).filter((other) => other.client_id !== one.client_id), one]);
  },
  fail(conversation: string, client_id: string, why: string): void {
    put(conversation, (waiting.get(conversation) ?? none).map((one) => (one.client_id === client_id ? { ...one, state: 'failed', why } : one)));
  },
  drop(conversation: string, client_id: string): void {
    put(conversation, (waiting.get(conversation) ?? none).filter((one) => one.client_id !== client_id));
  },
};

export function usePending(conversation: string): Pending[] {
  return useSyncExternalStore(
    (read) => {
      readers.add(read);
      return () => readers.delete(read);
    },
    () => waiting.get(conversation) ?? none,
  );
}

export interface Written {
  reply: string;
  note: string;
}

const place = (me: string, conversation: string) => `frontdesk.draft.${me}.${conversation}`;

export function readDraft(me: string, conversation: string): Written {
  try {
    const kept = JSON.parse(localStorage.getItem(place(me, conversation)) ?? '{}') as Partial<Written>;
    return { reply: kept.reply ?? '', note: kept.note ?? '' };
  } catch {
    return { reply: '', note: '' };
  }
}

export function keepDraft(me: string, conversation: string, written: Written): void {
  try {
    if (written.reply === '' && written.note === '') localStorage.removeItem(place(me, conversation));
    else localStorage.setItem(place(me, conversation), JSON.stringify(written));
  } catch {
    // A full storage loses the copy, not what stands in the field.
  }
}
