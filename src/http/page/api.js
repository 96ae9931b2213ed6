// The web channel's API: requests, and a stream that comes back by itself with the last id that it saw.

/** What the server said instead of what was asked for. */
export class Refusal extends Error {
  constructor(status, problem, retryAfter) {
    super(problem?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.title = problem?.title;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed later. */
  get passing() {
    return this.status === 429 || this.status >= 500;
  }
}

/** One request; `language` chooses the language of refusals. */
export async function call(method, path, { token, body, language, signal } = {}) {
  const headers = { Accept: 'application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (language) headers['Accept-Language'] = language;
  if (body) headers['Content-Type'] = 'application/json';
  const response = await fetch(path, { method, headers, signal, body: body && JSON.stringify(body), cache: 'no-store' });
  const json = (response.headers.get('content-type') ?? '').includes('json') ? await response.json() : null;
  if (!response.ok) throw new Refusal(response.status, json, Number(response.headers.get('retry-after')) || undefined);
  return json;
}

/** Without a sign of life for this long, a stream is dead; the server speaks every 15 seconds. */
const SILENCE_MS = 45_000;

/**
 * Follows a conversation for ever. `on.frame(name, data)` gets each event once and in order; `on.state(connected)` tells
 * of the connection; `on.gone()` that the conversation does not exist. Returns a function that stops it.
 */
export function follow({ id, token, language }, on) {
  const stop = new AbortController();
  let last = 0;
  let failures = 0;

  async function once() {
    const attempt = new AbortController();
    const abort = () => attempt.abort();
    stop.signal.addEventListener('abort', abort);
    let watchdog = setTimeout(abort, SILENCE_MS);
    try {
      const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream', 'Accept-Language': language() };
      if (last) headers['Last-Event-ID'] = String(last);
      const path = `/api/v1/conversations/${encodeURIComponent(id)}/events`;
      const response = await fetch(path, { headers, signal: attempt.signal, cache: 'no-store' });
      if (response.status === 401 || response.status === 404) { stop.abort(); on.gone(); return; }
      if (!response.ok) throw new Refusal(response.status);
      failures = 0;
      on.state(true);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const feed = parser((frame) => {
        if (frame.id) last = Number(frame.id);
        on.frame(frame.event, JSON.parse(frame.data));
      });
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(abort, SILENCE_MS);
        feed(value);
      }
    } finally {
      clearTimeout(watchdog);
      stop.signal.removeEventListener('abort', abort);
    }
  }

  (async () => {
    while (!stop.signal.aborted) {
      try { await once(); } catch { /* comes back below */ }
      if (stop.signal.aborted) return;
      on.state(false);
      failures += 1;
      const wait = Math.min(10_000, 250 * 2 ** Math.min(failures, 6)) * (0.5 + Math.random() / 2);
      await new Promise((resume) => {
        const timer = setTimeout(resume, wait);
        window.addEventListener('online', () => { clearTimeout(timer); resume(); }, { once: true });
      });
    }
  })();
  return () => stop.abort();
}

/** Reads server-sent events from pieces of text, as the HTML standard has it. */
export function parser(emit) {
  let buffer = '';
  let frame = { event: 'message', data: [], id: '' };
  return (piece) => {
    buffer += piece;
    const lines = buffer.split(/\r\n|\n|\r(?!$)/);
    buffer = lines.pop();
    for (const line of lines) {
      if (line === '') {
        if (frame.data.length) emit({ ...frame, data: frame.data.join('\n') });
        frame = { event: 'message', data: [], id: '' };
        continue;
      }
      const colon = line.indexOf(':');
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'data') frame.data.push(value);
      else if (field === 'event' || field === 'id') frame[field] = value;
    }
  };
}
