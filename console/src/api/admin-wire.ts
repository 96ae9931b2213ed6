// What the administrative API says and hears.
import type { Citation, Decision, Id, Language, Mode, Role, Scores, Time } from './wire';

/** A text in both languages. */
export interface Wording {
  en: string;
  zh: string;
}

export type DocumentStatus = 'queued' | 'reading' | 'cut' | 'embedding' | 'ready' | 'failed' | 'withdrawn';

export interface Doc {
  id: Id;
  name: string;
  title: string | null;
  status: DocumentStatus;
  searchable: boolean;
  reason: ({ code: string } & Wording) | null;
  warnings: { code: string; message: string }[];
  language: string | null;
  revision: number;
  bytes: number;
  chunks: number;
  vectors: number;
  vectors_goal: number;
  uploaded_at: Time;
  finished_at: Time | null;
}

export interface Received {
  documents: { id: Id; name: string; unchanged: boolean }[];
  refused: ({ name: string; code: string } & Wording)[];
}

export interface Chunk {
  name: string;
  ordinal: number;
  heading: string[];
  question?: string | null;
  text: string;
  tokens: number;
  language: string;
}

export interface Revision {
  number: number;
  state: string;
  title: string | null;
  hash: string;
  bytes: number;
  text_bytes: number;
  chunks: number;
  uploaded_at: Time;
  finished_at: Time | null;
  current: boolean;
  first_version: number | null;
  last_version: number | null;
}

export interface Hunk {
  kind: 'same' | 'added' | 'removed' | 'skipped';
  text: string;
}

export interface Difference {
  from: number;
  to: number;
  hunks: Hunk[];
}

export interface Version {
  version: number;
  at: Time;
  cause: string;
  restored: number | null;
  documents: number;
}

export type SearchMode = 'hybrid' | 'words' | 'vectors';

/** What search works with; words alone where no model is named. */
export interface Searching {
  model?: string;
  languages: string[];
}

export interface PlayedHit {
  chunk: string;
  document: Id;
  title: string;
  source: string;
  heading: string[];
  question: string | null;
  text: string;
  tokens: number;
  scores: Scores;
  rank: number;
  terms: string[];
}

export interface Played {
  query: string;
  hits: PlayedHit[];
  by_meaning?: boolean;
  decision: Decision;
  answer: { text: string; citations: Citation[]; mode: Mode } | null;
  reply?: string;
  took_ms: number;
}

export type FieldKind = 'text' | 'email' | 'phone' | 'select' | 'checkbox';

export interface FormField {
  key: string;
  label: Wording;
  kind: FieldKind;
  required: boolean;
  options: string[];
}

export interface Span {
  from: string;
  to: string;
}

export interface Holiday {
  date: string;
  closed?: boolean;
  from?: string;
  to?: string;
}

export type OutOfHours = 'bot_only' | 'take_message' | 'queue';

export interface InboxSettings {
  colour: string;
  position: 'right' | 'left';
  title: Wording;
  greeting: Wording;
  suggestions: { en: string[]; zh: string[] };
  origins: string[];
  prechat: { enabled: boolean; fields: FormField[] };
  hours: { zone: string; always: boolean; week: Span[][]; holidays: Holiday[] };
  out_of_hours: OutOfHours;
  uploads: { enabled: boolean; max_mib: number; types: string[] };
  csat: boolean;
  team?: Id | null;
  /** What visitors are promised; nothing where nobody chose it. */
  reply_minutes?: number | null;
  /** Hours without a word of the customer until the house closes what the bot has; 0 never. */
  resolve_idle_hours: number;
}

export interface Inbox {
  id: Id;
  key: string;
  name: string;
  channel: string;
  settings: InboxSettings;
}

export interface Skills {
  languages: string[];
  topics: string[];
}

export interface Colleague {
  id: Id;
  name: string;
  email: string;
  role: Role;
  capacity: number;
  teams: Id[];
  skills: Skills;
  /** They have not chosen a password of their own yet. */
  must_change_password?: boolean;
}

export interface ColleagueWanted {
  name: string;
  email: string;
  role: Role;
  teams: Id[];
  skills: Skills;
  capacity: number;
}

export interface AdminTeam {
  id: Id;
  name: string;
  members: Id[];
  topics: string[];
  languages: string[];
}

export interface RuleExample {
  text: string;
  expect: boolean;
  got: string | null;
  ok: boolean;
}

export interface Rule {
  name: string;
  action: 'escalate' | 'offer' | 'reply';
  priority?: 'low' | 'normal' | 'high' | 'urgent' | null;
  description: Wording | string;
  examples: RuleExample[];
}

export interface Policy {
  toml: string;
  rules: Rule[];
  source: 'built-in' | 'file';
  edited?: boolean;
}

export interface RuleVerdict {
  rule: string | null;
  action?: Rule['action'] | null;
  reason?: string | null;
  priority?: 'low' | 'normal' | 'high' | 'urgent' | null;
  reply?: string | null;
}

export type ModelKind = 'none' | 'openai' | 'cassette';

export interface ModelSettings {
  kind: ModelKind;
  base_url: string;
  model: string;
  set: boolean;
  source?: 'settings' | 'console';
  active?: string | null;
}

export interface ModelWanted {
  kind: ModelKind;
  base_url: string;
  model: string;
  api_key?: string;
}

export interface ModelTried {
  ok: boolean;
  took_ms: number;
  error?: Wording | null;
}

export interface AuditItem {
  id: number;
  at: Time;
  who: { id: Id; name: string } | null;
  ip: string;
  action: string;
  what: string;
  before?: unknown;
  after?: unknown;
}

export interface AuditPage {
  items: AuditItem[];
  next: number | null;
}

export type StepKey = 'password' | 'knowledge' | 'question' | 'model' | 'widget' | 'team';

export interface Step {
  key: StepKey;
  done: boolean;
}

export const said = (wording: Wording | string, language: Language): string => (typeof wording === 'string' ? wording : wording[language] || wording.en);
