// The real program on a free port, with a data folder of its own and the sample shop's documents. Searches by words alone, so
// that nothing has to be downloaded.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(fileURLToPath(import.meta.url), '../../../..');

/** The program: $FRONTDESK, or what cargo built last for tests. */
function program() {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
  const found = [process.env.FRONTDESK, join(target, 'debug/frontdesk'), join(target, 'release/frontdesk')].find((path) => path && existsSync(path));
  if (!found) throw new Error('there is no program to test: run `cargo build` first');
  return found;
}

/**
 * Starts a server. `settings` are written as `key=value`, as for `--set`.
 * @returns {Promise<Server>}
 */
export async function startServer({ settings = [], sample = true } = {}) {
  const data = await mkdtemp(join(tmpdir(), 'frontdesk-browser-'));
  const all = [`data="${data}"`, 'embed.kind="none"', 'server.close_within_s=0', ...settings];
  const args = ['serve', '--listen', '127.0.0.1:0', ...(sample ? ['--sample', join(root, 'knowledge')] : []), ...all.flatMap((one) => ['--set', one])];
  const child = spawn(program(), args, { cwd: data, env: { ...process.env, LANG: 'en_US.UTF-8', LC_ALL: 'C.UTF-8' }, stdio: ['ignore', 'ignore', 'pipe'] });
  const server = new Server(child, data);
  try {
    await server.opened();
    if (sample) await server.documentsReady();
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

class Server {
  #child;
  #data;
  #said = '';
  #waiting = new Set();

  constructor(child, data) {
    this.#child = child;
    this.#data = data;
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text) => {
      this.#said += text;
      for (const look of this.#waiting) look();
    });
  }

  /** All that the program said at its terminal. */
  get said() {
    return this.#said;
  }

  /** Waits until the program says something, and returns the first group of the pattern. */
  async saying(pattern, patience = 60_000) {
    const { promise, resolve: found, reject } = Promise.withResolvers?.() ?? withResolvers();
    const look = () => {
      const match = pattern.exec(this.#said);
      if (match) found(match[1]);
    };
    const ended = () => reject(new Error(`the program ended:\n${this.#said}`));
    const timer = setTimeout(() => reject(new Error(`the program did not say ${pattern}:\n${this.#said}`)), patience);
    this.#child.once('exit', ended);
    this.#waiting.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#child.off('exit', ended);
      this.#waiting.delete(look);
    }
  }

  async opened() {
    this.url = await this.saying(/Frontdesk is open: (http:\S+)/);
    // Nobody is at the terminal, so a first start leaves both in files.
    const left = (name) => readFile(join(this.#data, name), 'utf8').catch(() => '');
    this.admin = (await left('first-admin-token.txt')).trim();
    /** The owner's generated password. */
    this.password = (await left('first-account.txt')).trim().split(' ')[1];
    return this;
  }

  /** Calls the API as the administrator. */
  async api(path, { method = 'GET', body } = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.admin}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  }

  /** Waits until every document of the sample can be found. */
  async documentsReady(patience = 120_000) {
    for (const end = Date.now() + patience; Date.now() < end; ) {
      const documents = await this.api('/api/v1/documents');
      if (documents.length > 0 && documents.every((document) => document.status === 'ready' || document.status === 'failed')) return;
      await new Promise((then) => setTimeout(then, 100));
    }
    throw new Error(`the documents were not read in time:\n${this.#said}`);
  }

  async close() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((then) => this.#child.once('exit', then));
      this.#child.kill('SIGTERM');
      const hard = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(hard);
    }
    await rm(this.#data, { recursive: true, force: true });
  }
}

function withResolvers() {
  let resolve;
  let reject;
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}
