/** Requests to the house. What it refuses comes back as a `Refusal`, in the reader's language. */
import type { Attachment, Config, Contact, Door, Identity, Passage, Queue } from '../model/types.ts';

/** A request that takes longer has failed: a connection that hangs must hold up nothing. */
const PATIENCE_MS = 20_000;
/** Files are large, and lines are slow. */
const FILE_PATIENCE_MS = 180_000;

/** What the house said instead of what was asked for. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly retryAfter: number | null,
  ) {
    super(detail);
  }

  /** Whether the same request may succeed later. */
  get passing(): boolean {
    return this.status === 429 || this.status >= 500;
  }

  /** Whether the conversation does not exist any more. */
  get gone(): boolean {
    return this.status === 401 || this.status === 404;
  }
}

/** Why something was refused, as far as it helps a visitor. When to come back is said to programs. */
export function reason(error: unknown): string | null {
  return error instanceof Refusal && error.status !== 429 ? error.message : null;
}

interface Asked {
  token?: string;
  body?: unknown;
  form?: FormData;
  patience?: number;
  accept?: string;
}

/** The house as a visitor's browser reaches it. */
export interface House {
  url(path: string): string;
  headers(token?: string, accept?: string): Record<string, string>;
  config(key: string): Promise<Config>;
  open(inbox: string, language: string, contact: Contact, identity: Identity | null, previous: Door | null): Promise<Door>;
  say(door: Door, client_id: string, text: string, attachments: Attachment[]): Promise<void>;
  human(door: Door): Promise<Queue & { notice?: string }>;
  passage(door: Door, chunk: string): Promise<Passage>;
  upload(door: Door, file: File): Promise<Attachment>;
  file(door: Door, hash: string): Promise<Blob>;
  transcript(door: Door, format: 'txt' | 'html'): Promise<Blob>;
  tell(door: Door, what: 'typing' | 'receipts' | 'rating' | 'contact' | 'end', body?: unknown): Promise<void>;
}

/** `language()` is asked at every request, because it may change. */
export function house(base: string, language: () => string): House {
  const url = (path: string): string => base + path;
  const headers = (token?: string, accept = 'application/json'): Record<string, string> => ({
    Accept: accept,
    'Accept-Language': language(),
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
  });

  async function ask(method: string, path: string, { token, body, form, accept, patience = PATIENCE_MS }: Asked = {}): Promise<Response> {
    const response = await fetch(url(path), {
      method,
      cache: 'no-store',
      credentials: 'omit',
      headers: { ...headers(token, accept), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(form ? { body: form } : {}),
      signal: AbortSignal.timeout(patience),
    });
    if (response.ok) return response;
    throw await refusal(response);
  }

  // The house is ours and its answers are described by its own tests; this is the one place where they are trusted.
  const json = async <T>(method: string, path: string, asked?: Asked): Promise<T> => (await ask(method, path, asked)).json() as Promise<T>;
  const of = (door: Door): string => `/api/v1/conversations/${encodeURIComponent(door.id)}`;

  return {
    url,
    headers,
    config: (key) => json('GET', `/api/v1/widget/${encodeURIComponent(key)}`),
    open: (inbox, tag, contact, identity, previous) =>
      json('POST', '/api/v1/conversations', {
        body: { inbox, language: tag, ...(Object.keys(contact).length > 0 ? { contact } : {}), ...(identity ? { identity } : {}), ...(previous ? { previous } : {}) },
      }),
    say: async (door, client_id, text, attachments) => {
      const body = { client_id, text, ...(attachments.length > 0 ? { attachments } : {}) };
      await ask('POST', `${of(door)}/messages`, { token: door.token, body });
    },
    human: async (door) => {
      const response = await ask('POST', `${of(door)}/human`, { token: door.token, body: {} });
      const text = await response.text();
      return text ? (JSON.parse(text) as Queue & { notice?: string }) : { open_now: true };
    },
    passage: (door, chunk) => json('GET', `${of(door)}/passages/${encodeURIComponent(chunk)}`, { token: door.token }),
    upload: (door, file) => {
      const form = new FormData();
      form.append('file', file, file.name);
      return json('POST', `${of(door)}/attachments`, { token: door.token, form, patience: FILE_PATIENCE_MS });
    },
    file: async (door, hash) => (await ask('GET', `${of(door)}/attachments/${hash}`, { token: door.token, accept: '*/*', patience: FILE_PATIENCE_MS })).blob(),
    transcript: async (door, format) => (await ask('GET', `${of(door)}/transcript?format=${format}`, { token: door.token, accept: '*/*' })).blob(),
    tell: async (door, what, body = {}) => {
      await ask('POST', `${of(door)}/${what}`, { token: door.token, body });
    },
  };
}

/** Reads a problem document (RFC 9457). */
export async function refusal(response: Response): Promise<Refusal> {
  let code = '';
  let detail = `HTTP ${response.status}`;
  try {
    const problem: unknown = await response.json();
    if (typeof problem === 'object' && problem !== null) {
      if ('code' in problem && typeof problem.code === 'string') code = problem.code;
      if ('detail' in problem && typeof problem.detail === 'string') detail = problem.detail;
    }
  } catch {
    // Not ours: a proxy's own page.
  }
  return new Refusal(response.status, code, detail, Number(response.headers.get('retry-after')) || null);
}
