/**
 * What outlives a page: the conversation, messages that have not left, how far the visitor has read, and what they chose. Kept on the
 * shop's own origin; where a browser allows no storage, it lasts as long as the page.
 */
import type { Outbox } from '../model/outbox.ts';
import type { Contact, Door } from '../model/types.ts';

export interface Kept {
  door: Door | null;
  outbox: Outbox;
  draft: string;
  read: number;
  open: boolean;
  language: string | null;
  theme: Theme | null;
  sound: boolean;
  /** Whom the visitor said to be; who changes starts anew. */
  visitor: string | null;
  /** The conversation before the present one, of the same visitor. */
  previous: Door | null;
  contact: Contact | null;
}

export type Theme = 'light' | 'dark' | 'auto';

const NOTHING: Kept = { door: null, outbox: [], draft: '', read: 0, open: false, language: null, theme: null, sound: true, visitor: null, previous: null, contact: null };

export interface Memory {
  read(): Kept;
  /** What was only `heard` from another tab is written already, and may have changed since. */
  write(change: Partial<Kept>, heard?: boolean): void;
  clear(): void;
}

export function memory(key: string): Memory {
  const name = `frontdesk:${key}`;
  let kept: Kept = NOTHING;
  /** The browser keeps nothing for this page. */
  let forgetful = false;
  const read = (): Kept => {
    try {
      const stored = localStorage.getItem(name);
      // Another tab may have written since, or cleared.
      if (stored) kept = { ...NOTHING, ...(JSON.parse(stored) as Partial<Kept>) };
      else if (!forgetful) kept = NOTHING;
    } catch {
      // No storage, or not ours.
    }
    return kept;
  };
  return {
    read,
    write(change, heard = false) {
      kept = { ...read(), ...change };
      if (heard) return;
      try {
        localStorage.setItem(name, JSON.stringify(kept));
      } catch {
        // Full or forbidden.
        forgetful = true;
      }
    },
    clear() {
      kept = NOTHING;
      try {
        localStorage.removeItem(name);
      } catch {
        // Nothing was kept.
      }
    },
  };
}
