/** What goes over the wire between the widget and the house. Parsed where it arrives, trusted from there on. */

export interface Wording {
  en: string;
  zh: string;
}

export interface Field {
  key: string;
  label: Wording;
  kind: 'text' | 'email' | 'phone' | 'select' | 'checkbox';
  required: boolean;
  options: string[];
}

/** What a business chose about an inbox, as far as customers may know it. */
export interface Config {
  key: string;
  name: string;
  colour: string;
  position: 'right' | 'left';
  title: Wording;
  greeting: Wording;
  suggestions: { en: string[]; zh: string[] };
  prechat: { enabled: boolean; fields: Field[] };
  hours: { open_now: boolean; opens_at?: string | null; zone: string };
  out_of_hours: 'bot_only' | 'take_message' | 'queue';
  uploads: { enabled: boolean; max_mib: number; types: string[] };
  csat: boolean;
  /** How soon people usually answer, where the business says so. */
  reply_minutes?: number | null;
  limits: { chars: number };
}

export interface Attachment {
  hash: string;
  name: string;
  media_type: string;
  bytes: number;
}

export interface Citation {
  number: number;
  chunk: string;
  title: string;
  source: string;
  heading: string[];
  quote: string;
}

export type Mode = 'model' | 'quote' | 'fixed';

/** An event of the conversation in its place. */
export type Frame = { seq: number; at: string } & (
  | { type: 'opened' }
  | { type: 'customer_said'; client_id: string; text: string; attachments?: Attachment[] }
  | { type: 'turn_started'; turn: string }
  | { type: 'bot_said'; turn: string; text: string; mode: Mode; citations: Citation[]; offers_human: boolean }
  | { type: 'escalated'; notice?: string }
  | { type: 'claimed'; agent?: string }
  | { type: 'released'; to_bot: boolean }
  /** Passed on to somebody, or to those who wait. */
  | { type: 'transferred'; agent?: { name?: string } | null }
  | { type: 'agent_said'; text: string; agent?: string; attachments?: Attachment[]; citations?: Citation[] }
  | { type: 'seen'; through: number }
  | { type: 'resolved' }
  | { type: 'reopened' }
  | { type: 'rated'; score: number }
);

/** A verified sentence of a reply that is not said yet. */
export interface Sentence {
  turn: string;
  number: number;
  text: string;
  citations: Citation[];
}

/** Where a waiting customer stands. */
export interface Queue {
  position?: number | null;
  wait_s?: number | null;
  open_now: boolean;
}

export interface Passage {
  title: string;
  source: string;
  heading: string[];
  question: string | null;
  text: string;
}

/** A conversation of this visitor. */
export interface Door {
  id: string;
  token: string;
}

export interface Identity {
  id: string;
  name?: string;
  email?: string;
  phone?: string;
  proof?: string;
}

export interface Contact {
  name?: string;
  email?: string;
  phone?: string;
  attributes?: Record<string, string>;
}
