/** A house for tests: answers requests as the test says, and remembers what was asked. */
import { vi } from 'vitest';
import type { Config } from '../src/model/types.ts';

export interface Asked {
  method: string;
  path: string;
  token: string | null;
  body: Record<string, unknown>;
  /** The event after which a stream begins. */
  after: string | null;
}

type Answer = Response | Promise<Response> | undefined;

export const CONFIG: Config = {
  key: 'k',
  name: 'Shop',
  colour: '#12614f',
  position: 'right',
  title: { en: 'Shop', zh: '商店' },
  greeting: { en: '', zh: '' },
  suggestions: { en: [], zh: [] },
  prechat: { enabled: false, fields: [] },
  hours: { open_now: true, zone: 'UTC' },
  out_of_hours: 'queue',
  uploads: { enabled: true, max_mib: 10, types: [] },
  csat: true,
  reply_minutes: 5,
  limits: { chars: 4000 },
};

export const json = (value: unknown, status = 200): Response => new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
export const refused = (status: number, detail = 'No.'): Response => json({ code: 'no', detail }, status);

/** Stands in for `fetch`. `answer` may say something of its own; otherwise all goes well. */
export function openHouse(answer: (asked: Asked) => Answer = () => undefined) {
  const asked: Asked[] = [];
  /** The streams that are held open, by conversation: what is put in here, a page hears. */
  const streams = new Map<string, (frame: Record<string, unknown>) => void>();
  let opened = 0;
  vi.stubGlobal('fetch', async (address: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    const one: Asked = {
      method: init.method ?? 'GET',
      path: new URL(address).pathname.replace('/api/v1', ''),
      token: headers.get('authorization')?.replace('Bearer ', '') ?? null,
      body: typeof init.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : {},
      after: headers.get('last-event-id'),
    };
    asked.push(one);
    const own = await answer(one);
    if (own) return own;
    const [, , id = '', what] = one.path.split('/');
    if (one.path.startsWith('/widget/')) return json(CONFIG);
    if (one.path === '/conversations') return json({ id: `c${(opened += 1)}`, token: `t${opened}` }, 201);
    if (what === 'human') return json({ notice: '', position: 1, wait_s: 60, open_now: true }, 202);
    if (what === 'attachments') return json({ hash: 'h', name: 'x', media_type: 'image/png', bytes: 1 }, 201);
    if (what !== 'events') return new Response(null, { status: 204 });
    const body = new ReadableStream<Uint8Array>({
      start(control) {
        const bytes = new TextEncoder();
        streams.set(id, (frame) => control.enqueue(bytes.encode(`event: ${String(frame['type'])}\ndata: ${JSON.stringify(frame)}\n\n`)));
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  });
  return {
    asked,
    /** The requests to one place, such as `POST /conversations/c1/messages`. */
    to: (what: string): Asked[] => asked.filter((one) => `${one.method} ${one.path}` === what),
    /** An event happens in a conversation that somebody follows. */
    tell: (id: string, frame: Record<string, unknown>): void => streams.get(id)?.({ at: '2026-11-25T10:00:00Z', ...frame }),
  };
}
