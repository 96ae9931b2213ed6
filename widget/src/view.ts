/** What the face of the widget is drawn from, and what a page may choose. */
import { revived, type Outbox } from './model/outbox.ts';
import { EMPTY, type Conversation } from './model/state.ts';
import type { Config, Contact, Door } from './model/types.ts';
import type { Kept, Theme } from './wire/memory.ts';
import { choose, type Language } from './words/index.ts';
import type { Words } from './words/words.ts';

export interface Options {
  inbox: string;
  language?: string;
  theme?: Theme;
  launcher?: boolean;
  position?: 'left' | 'right';
  colour?: string;
  contact?: Contact;
}

export interface View {
  config: Config | null;
  words: Words | null;
  language: Language;
  theme: Theme;
  /** Whether a message of a person's may be heard. */
  sound: boolean;
  open: boolean;
  /** Somebody opened it on this page. What an earlier page left open takes the focus from nobody. */
  opened: boolean;
  launcher: boolean;
  conversation: Conversation;
  outbox: Outbox;
  door: Door | null;
  /** Whether the stream is up; nothing is said before the first try. */
  link: 'none' | 'up' | 'down';
  online: boolean;
  read: number;
  typing: string | null;
  draft: string;
  known: Contact;
  identified: boolean;
  asked: boolean;
  notice: 'trouble' | 'gone' | 'told' | null;
  reason: string | null;
  /** A picture that is looked at. */
  picture: Picture | null;
  /** Grows when a conversation is left: what was begun in it, such as a form, is not the next one's. */
  visit: number;
}

export interface Picture {
  address: string;
  name: string;
}

export type Happening = 'ready' | 'open' | 'close' | 'message' | 'unread' | 'error';

/** Here the panel fills the screen. */
export const SMALL = '(max-width: 480px)';

/** The view before anything was heard: what the page chose, and what an earlier visit left. */
export function firstView(options: Options, kept: Kept): View {
  return {
    config: null,
    words: null,
    language: choose([options.language, kept.language, document.documentElement.lang, ...navigator.languages]),
    theme: options.theme ?? kept.theme ?? 'auto',
    sound: kept.sound,
    // A panel that fills the screen would hide the page that somebody went to.
    open: kept.open && !matchMedia(SMALL).matches,
    opened: false,
    launcher: options.launcher ?? true,
    conversation: EMPTY,
    outbox: revived(kept.outbox),
    door: kept.door,
    link: 'none',
    online: navigator.onLine,
    read: kept.read,
    typing: null,
    draft: kept.draft,
    known: { ...(kept.contact ?? {}), ...(options.contact ?? {}) },
    identified: false,
    asked: false,
    notice: null,
    reason: null,
    picture: null,
    visit: 0,
  };
}
