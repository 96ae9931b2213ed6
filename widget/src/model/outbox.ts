/**
 * Messages on their way. Each has an id of its own, so that sending it again, after a lost connection or from another tab, is
 * harmless. Pure: time and chance come in as arguments.
 */
import type { Attachment } from './types.ts';

/** `sent` is in the journal, but its event has not come back yet. */
export type SendState = 'waiting' | 'sending' | 'sent' | 'failed';

export interface Pending {
  client_id: string;
  text: string;
  attachments: Attachment[];
  at: string;
  state: SendState;
  /** Why it failed, in the server's words. */
  reason?: string;
}

export type Outbox = readonly Pending[];

export function add(outbox: Outbox, message: Omit<Pending, 'state'>): Outbox {
  return outbox.some((one) => one.client_id === message.client_id) ? outbox : [...outbox, { ...message, state: 'waiting' }];
}

export function mark(outbox: Outbox, client_id: string, state: SendState, reason?: string): Outbox {
  return outbox.map((one) => {
    if (one.client_id !== client_id) return one;
    const { reason: _, ...rest } = one;
    return { ...rest, state, ...(reason === undefined ? {} : { reason }) };
  });
}

export function drop(outbox: Outbox, client_id: string): Outbox {
  return outbox.some((one) => one.client_id === client_id) ? outbox.filter((one) => one.client_id !== client_id) : outbox;
}

/** What comes next: messages leave in the order in which they were written, and one that was refused holds up nobody. */
export function next(outbox: Outbox): Pending | undefined {
  if (outbox.some((one) => one.state === 'sending')) return undefined;
  return outbox.find((one) => one.state === 'waiting');
}

/**
 * What another visit or a tab that closed left behind: whatever was under way then is not known to have arrived. Only what is `ours` is
 * still being sent.
 */
export function revived(outbox: Outbox, ours?: string | null): Outbox {
  const left = (one: Pending): boolean => one.state === 'sending' && one.client_id !== ours;
  return outbox.some(left) ? outbox.map((one) => (left(one) ? { ...one, state: 'waiting' as const } : one)) : outbox;
}

/** What is still to be said when its conversation is gone: what had arrived there went with it. */
export function unsaid(outbox: Outbox): Outbox {
  return revived(outbox.filter((one) => one.state !== 'sent'));
}

/** How long to wait before another try, in milliseconds: longer each time, and never all at the same moment. */
export function pause(failures: number, chance: number): number {
  return Math.min(10_000, 250 * 2 ** Math.min(failures, 6)) * (0.5 + chance / 2);
}
