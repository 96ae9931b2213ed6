// What the desk's API says and hears. One file, so that a change of the contract is one change here.

export type Id = string;
export type Time = string;
export type Role = 'owner' | 'admin' | 'agent' | 'qa';
export type Presence = 'online' | 'busy' | 'away' | 'offline';
export type Language = 'en' | 'zh';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';
export type Status = 'open' | 'snoozed' | 'resolved';
export type View = 'mine' | 'unassigned' | 'waiting' | 'all' | 'snoozed' | 'resolved' | 'bot' | 'mentions';
export type Sort = 'newest' | 'longest_waiting' | 'priority';
export type Mood = 'calm' | 'unhappy' | 'angry';
export type Mode = 'model' | 'quote' | 'fixed';
export type ReasonKind = 'asked' | 'rule' | 'no_evidence' | 'fault';

export interface Settings {
  theme?: 'auto' | 'light' | 'dark';
  shortcuts?: Record<string, string | null>;
  shortcuts_off?: boolean;
  sound?: boolean;
  desktop?: boolean;
  /** Minutes without a touch until the console says away; 0 never. */
  away_after?: number;
  notify?: Partial<Record<NoticeKind, boolean>>;
}
export type NoticeKind = 'message' | 'waiting' | 'assigned' | 'mention';

export interface Me {
  id: Id;
  name: string;
  email: string;
  role: Role;
  language: Language;
  csrf: string;
  presence: Presence;
  capacity: number;
  teams: Id[];
  must_change_password: boolean;
  settings: Settings | null;
}

export interface Owner {
  kind: 'bot' | 'queue' | 'agent';
  agent?: Id | null;
  name?: string | null;
}

export interface Row {
  id: Id;
  seq: number;
  inbox: string;
  channel: string;
  language: string;
  status: Status;
  owner: Owner;
  team?: Id | null;
  priority: Priority;
  labels: string[];
  contact: { id: Id | null; name: string; email?: string | null; verified: boolean };
  last: { seq: number; at: Time; from: 'customer' | 'bot' | 'agent'; text: string; attachments: number } | null;
  opened_at: Time;
  last_at: Time;
  waiting_since?: Time | null;
  unread: number;
  snoozed_until?: Time | null;
  escalation?: { kind: ReasonKind; rule?: string | null; at: Time } | null;
  rating?: number | null;
  /** Notes that mention me and that I have not seen; only in the list of mentions. */
  mentions?: number;
}

export type Counts = Record<View, number>;

export interface ListPage {
  items: Row[];
  next: string | null;
  counts: Counts;
}

export interface Filter {
  view: View;
  team?: string;
  label?: string;
  channel?: string;
  inbox?: string;
  language?: string;
  priority?: string;
  agent?: string;
  q?: string;
  sort?: Sort;
}

export interface Person {
  id: Id;
  name: string;
}

export interface Attachment {
  hash: string;
  name: string;
  media_type: string;
  bytes: number;
  url?: string;
}

export interface Citation {
  number: number;
  document: Id;
  chunk: string;
  title: string;
  source: string;
  heading: string[];
  quote: string;
  start: number;
  end: number;
}

export interface Scores {
  bm25: number | null;
  cosine: number | null;
  fused: number;
}

export interface Decision {
  turn: Id;
  action: 'answer' | 'offer' | 'escalate' | 'reply';
  mode: Mode;
  language: string;
  rule?: string | null;
  because: string;
  query: string;
  evidence: { confidence: number; bm25_per_term: number; cosine: number | null; margin: number; coverage: number; focus?: number; terms: number };
  thresholds: { answer: number; offer: number };
  calibration: string;
  knowledge: number;
  considered: { chunk: string; document: Id; title: string; scores: Scores }[];
  prompt?: string | null;
  model?: string | null;
  cut?: { sentence: string; why: string }[];
  faults?: string[];
  usage?: { model_calls: number; prompt_tokens: number; completion_tokens: number; duration_ms: number };
}

export interface Summary {
  problem: string;
  tried: string[];
  facts: string[];
  open_question: string;
  citations: Citation[];
  mood?: Mood;
  proposed_reply?: string;
  by_model: boolean;
}

export type Party = 'customer' | 'bot' | 'system' | { agent: Person | Id };
export type Target = { team: Person | Id } | { agent: Person | Id };

interface Place {
  seq: number;
  at: Time;
}

export type Frame = Place &
  (
    | { type: 'opened'; channel?: string }
    | { type: 'customer_said'; client_id: string; text: string; language?: string; attachments?: Attachment[] }
    | { type: 'turn_started'; turn: Id }
    | ({ type: 'decided' } & (Decision | { decision: Decision }))
    | { type: 'bot_said'; turn: Id; text: string; mode: Mode; citations: Citation[]; offers_human: boolean }
    | { type: 'escalated'; reason: { kind: ReasonKind; rule?: string | null; priority: Priority }; summary: Summary; team?: Person | Id | null; notice?: string }
    | { type: 'summarised'; of: number; summary: Summary }
    | { type: 'claimed'; agent: Person; routed?: boolean }
    | { type: 'released'; agent: Person; to_bot: boolean; vanished?: boolean; unanswered?: boolean }
    | { type: 'transferred'; by: Person; to: Target; note?: string }
    | { type: 'snoozed'; by: Person; until: Time }
    | { type: 'woken'; by: Party }
    | { type: 'prioritised'; by: Person; priority: Priority }
    | { type: 'agent_said'; agent: Person; client_id: string; text: string; attachments?: Attachment[]; citations?: Citation[] }
    | { type: 'draft_judged'; agent: Person; outcome: DraftOutcome }
    | { type: 'noted'; agent: Person; text: string; mentions?: Person[] }
    | { type: 'seen'; by: Party; through: number }
    | { type: 'tagged'; label: string; removed: boolean }
    | { type: 'resolved'; by: Party }
    | { type: 'reopened'; by: Party }
    | { type: 'rated'; score: number; comment: string }
    | { type: 'delivered'; message: number }
    | { type: 'delivery_failed'; message: number; why: string }
    | { type: 'imported'; source: string }
    | { type: 'recognised'; customer: Id }
    | { type: 'addressed'; language: string }
  );

export interface Watching {
  agent: Id;
  name: string;
  state: 'viewing' | 'typing';
}

export interface Conversation {
  row: Row;
  events: Frame[];
  summary?: Summary | null;
  contact: Contact | null;
  earlier: Row[];
  watching: Watching[];
}

export interface Contact {
  id: Id;
  name: string;
  email?: string | null;
  phone?: string | null;
  external_id?: string | null;
  verified: boolean;
  attributes: Record<string, unknown>;
  notes: string;
  created_at: Time;
  language?: string | null;
}

export interface ContactPage {
  items: Contact[];
  next: string | null;
}

export interface Agent {
  id: Id;
  name: string;
  email: string;
  role: Role;
  presence: Presence;
  load: number;
  capacity: number;
  teams: Id[];
  skills: { languages: string[]; topics: string[] };
}

export interface Team {
  id: Id;
  name: string;
  members: Id[];
}

export interface Canned {
  id: Id;
  shortcut: string;
  title: string;
  text: string;
  language?: string | null;
  shared: boolean;
}

export interface SavedView {
  id: Id;
  name: string;
  shared: boolean;
  filter: Filter;
}

export interface Hit {
  chunk: string;
  document: Id;
  title: string;
  source: string;
  heading: string[];
  question?: string | null;
  text: string;
  tokens?: number;
  scores: Scores;
  rank: number;
  terms: string[];
}

export interface PassageText {
  title: string;
  source: string;
  heading: string[];
  question?: string | null;
  text: string;
}

export type DraftOutcome = 'accepted' | 'edited' | 'rejected';

export interface Draft {
  text: string;
  citations: Citation[];
  /** `none` when the documents give nothing to say; the text is empty then. */
  mode: Mode | 'none';
  because: string;
}

export interface Reworded {
  text: string;
  /** Numbers, dates, amounts and names that stand in only one of both texts. */
  differs?: string[];
}

export interface Found {
  conversations: Row[];
  contacts: Contact[];
  passages: Hit[];
}

export interface Sentence {
  turn: Id;
  number: number;
  text: string;
  citations: Citation[];
}
