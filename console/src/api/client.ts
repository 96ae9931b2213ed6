// One way to the server: JSON in, JSON out, the session's proof on every change, failures as problems that can be read.

export interface ProblemWire {
  code?: string;
  title?: string;
  detail?: string;
  status?: number;
  line?: number;
  /** What is wrong in which part of the request. */
  errors?: { at: string; detail: string }[];
  /** Files that were not taken. */
  refused?: { name: string; code: string; en: string; zh: string }[];
}

/** A request that failed. `title` and `detail` are words for people, in their language. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly wire: ProblemWire = {},
  ) {
    super(detail === '' ? title : `${title}: ${detail}`);
    this.name = 'Problem';
  }
}

let csrf = '';
let language = 'en';
let signedOut: () => void = () => undefined;

export const session = {
  proof(value: string): void {
    csrf = value;
  },
  speaks(value: string): void {
    language = value;
  },
  /** Called when the server no longer knows who we are. */
  whenSignedOut(callback: () => void): void {
    signedOut = callback;
  },
};

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export async function call<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await reach(method, path, body, signal);
  // An acceptance may have nothing to add.
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** What is not JSON, such as the text of a document. */
export async function readText(path: string, signal?: AbortSignal): Promise<string> {
  return (await reach('GET', path, undefined, signal)).text();
}

async function reach(method: Method, path: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
  const headers: Record<string, string> = { 'Accept-Language': language === 'zh' ? 'zh-CN,zh' : 'en' };
  if (method !== 'GET') headers['X-CSRF-Token'] = csrf;
  const form = body instanceof FormData;
  if (body !== undefined && !form) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, 'offline', language === 'zh' ? '无法连接服务器' : 'The server cannot be reached', language === 'zh' ? '请检查网络后重试。' : 'Check the connection, then try again.');
  }
  if (response.ok) return response;
  if (response.status === 401 && !path.endsWith('/session')) signedOut();
  throw await problem(response);
}

async function problem(response: Response): Promise<Problem> {
  let wire: ProblemWire = {};
  try {
    wire = (await response.json()) as ProblemWire;
  } catch {
    // Something between us and the server answered in its own words; the status has to do.
  }
  const title = wire.title ?? (language === 'zh' ? '请求失败' : 'The request failed');
  return new Problem(response.status, wire.code ?? `http_${response.status}`, title, wire.detail ?? `HTTP ${response.status}`, wire);
}

/** `?a=1&b=2` from what is set. */
export function query(fields: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
