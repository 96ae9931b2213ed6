// What the administration's API says and hears.
import type { Citation, Decision, Hit, Id, Role, Time } from '../api/wire';

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
  reason: { code: string; en: string; zh: string } | null;
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
  refused: { name: string; code: string; en: string; zh: string }[];
}

export interface Chunk {
  name: string;
  ordinal: number;
  heading: string[];
  question: string | null;
  text: string;
  tokens: number;
  language: string;
}

export interface Revision {
  number: number;
  state: string;
  title: string | null;
  bytes: number;
  chunks: number;
  uploaded_at: Time;
  finished_at: Time | null;
  current: boolean;
  first_version?: number | null;
  last_version?: number | null;
}

export interface Difference {
  from: number;
  to: number;
  hunks: { kind: 'same' | 'added' | 'removed' | 'skipped'; text: string }[];
}

export interface Version {
  version: number;
  at: Time;
  cause: string;
  restored: number | null;
  documents: number;
}

export type SearchMode = 'hybrid' | 'words' | 'vectors';

export interface Played {
  query: string;
  hits: Hit[];
  by_meaning?: boolean;
  decision: Decision & { confidence?: number };
  answer: { text: string; citations: Citation[]; mode: 'model' | 'quote' } | null;
  reply?: string;
  took_ms: number;
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

export type FieldKind = 'text' | 'email' | 'phone' | 'select' | 'checkbox';

export interface PrechatField {
  key: string;
  label: Wording;
  kind: FieldKind;
  required: boolean;
  options: string[];
}

export interface InboxSettings {
  colour: string;
  position: 'right' | 'left';
  title: Wording;
  greeting: Wording;
  suggestions: { en: string[]; zh: string[] };
  origins: string[];
  prechat: { enabled: boolean; fields: PrechatField[] };
  hours: { zone: string; always: boolean; week: Span[][]; holidays: Holiday[] };
  out_of_hours: 'bot_only' | 'take_message' | 'queue';
  uploads: { enabled: boolean; max_mib: number; types: string[] };
  csat: boolean;
  team?: Id | null;
  reply_minutes: number;
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

export interface Member {
  id: Id;
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

export interface Rule {
  name: string;
  action: 'escalate' | 'offer' | 'reply';
  priority?: string | null;
  description: Wording | string;
  examples: { text: string; expect: boolean; got: string | null; ok: boolean }[];
}

export interface Policy {
  toml: string;
  rules: Rule[];
  source: 'built-in' | 'file';
  edited?: boolean;
}

export interface Ruled {
  rule: string | null;
  action?: string | null;
  reason?: string | null;
  priority?: string | null;
  reply?: string | null;
}

export interface ModelSettings {
  kind: string;
  base_url: string;
  model: string;
  set: boolean;
  source?: string;
  active?: string | null;
}

export interface ModelChoice {
  kind: string;
  base_url: string;
  model: string;
  api_key?: string;
}

export interface Tried {
  ok: boolean;
  took_ms: number;
  error?: Wording | null;
}

export interface AuditItem {
  id: number | string;
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
  next: number | string | null;
}

export type Step = 'password' | 'knowledge' | 'question' | 'model' | 'widget' | 'team';
