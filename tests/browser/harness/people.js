// Who takes part in the console's tests: staff who sign in, and customers who write through the API as any website does.
import assert from 'node:assert/strict';
import net from 'node:net';
import { startBrowser } from './browser.js';
import { startServer } from './server.js';

export const PASSWORD = 'a long enough sentence';
export const OWNER = 'owner@localhost';

async function ask(server, path, { method = 'POST', body, headers = {} } = {}) {
  const response = await fetch(server.url + path, { method, headers: { 'content-type': 'application/json', ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return { response, data: text === '' ? null : JSON.parse(text) };
}

/** A session outside the browser: calls the desk as somebody. */
export class Session {
  constructor(server, me, cookie) {
    Object.assign(this, { server, me, cookie });
  }

  static async start(server, email, password) {
    const { response, data } = await ask(server, '/api/v1/desk/session', { body: { email, password } });
    return new Session(server, data, response.headers.get('set-cookie').split(';')[0]);
  }

  async call(method, path, body) {
    return (await ask(this.server, path, { method, body, headers: { cookie: this.cookie, 'x-csrf-token': this.me.csrf } })).data;
  }

  /** Chooses a password of one's own, as the console demands at the first sign-in. */
  async settle(old, settings = {}) {
    this.me = await this.call('PATCH', '/api/v1/desk/me', { password: { old, new: PASSWORD }, settings });
    return this;
  }
}

/** The owner, with a password that the tests know. */
export async function owner(server, settings = {}) {
  return (await Session.start(server, OWNER, server.password)).settle(server.password, settings);
}

/** A colleague with a role, ready to sign in with PASSWORD. */
export async function colleague(boss, name, role = 'agent', more = {}) {
  const email = `${name.toLowerCase().replace(/\W+/g, '.')}@shop.example`;
  const fields = { name, email, role, teams: [], skills: { languages: [], topics: [] }, capacity: 6, ...more };
  const { password } = await boss.call('POST', '/api/v1/admin/agents', fields);
  const session = await (await Session.start(boss.server, email, password)).settle(password);
  return { email, session, id: session.me.id };
}

/** A customer with a conversation. */
export class Customer {
  static async arrive(server, fields = {}) {
    const { data } = await ask(server, '/api/v1/conversations', { body: { language: 'en', ...fields } });
    return Object.assign(new Customer(), { server, ...data });
  }

  async say(text) {
    const headers = { authorization: `Bearer ${this.token}` };
    await ask(this.server, `/api/v1/conversations/${this.id}/messages`, { body: { client_id: crypto.randomUUID(), text }, headers });
  }
}

/** Nobody there: routing would hand out what tests take by hand. */
export const away = (session) => session.call('PATCH', '/api/v1/desk/me', { presence: 'away' });

/** A server, a browser, and the owner, who is away. */
export async function quietDesk(options) {
  const [server, browser] = await Promise.all([startServer(options), startBrowser()]);
  try {
    const boss = await owner(server);
    await away(boss);
    return { server, browser, boss };
  } catch (error) {
    // Nobody else knows of them yet.
    await Promise.all([browser.close(), server.close()]);
    throw error;
  }
}

/** What the desk knows of a customer's conversation, once it is so. */
export async function eventually(session, customer, met) {
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    const detail = await session.call('GET', `/api/v1/desk/conversations/${customer.id}`);
    if (met(detail)) return detail;
    await new Promise((then) => setTimeout(then, 50));
  }
  throw new Error('what was waited for did not happen');
}

/** A customer who asked something, got an answer, and now wants a person. */
export async function waitingCustomer(session, fields = {}) {
  const customer = await Customer.arrive(session.server, fields);
  await customer.say('How long is a gift card valid?');
  await eventually(session, customer, (detail) => detail.events.some((event) => event.type === 'bot_said'));
  await customer.say('I want to talk to a person');
  await eventually(session, customer, (detail) => detail.row.owner.kind === 'queue');
  return customer;
}

/** A cable between a browser and the server that can be pulled out and put back. */
export class Line {
  static async to(server) {
    const line = Object.assign(new Line(), { sockets: new Set(), whole: true });
    const { hostname, port } = new URL(server.url);
    line.ends = net.createServer((near) => {
      if (!line.whole) return near.destroy();
      const far = net.connect(Number(port), hostname);
      for (const socket of [near, far]) {
        line.sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          for (const other of [near, far]) other.destroy();
          line.sockets.delete(socket);
        });
      }
      near.pipe(far).pipe(near);
    });
    await new Promise((then) => line.ends.listen(0, '127.0.0.1', then));
    line.url = `http://127.0.0.1:${line.ends.address().port}`;
    return line;
  }

  cut() {
    this.whole = false;
    for (const socket of this.sockets) socket.destroy();
  }

  mend() {
    this.whole = true;
  }

  async close() {
    this.cut();
    await new Promise((then) => this.ends.close(then));
  }
}

/** Through the door, by keyboard. */
export async function signIn(page, server, email = OWNER, password = PASSWORD, path = '') {
  await page.goto(`${server.url}/console${path}`);
  await page.locator('input[type=email]').fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.keyboard.press('Enter');
  await page.locator('nav.nav').waitFor();
}

/** What a page logged, but for requests that were refused on purpose: a browser notes those as errors, too. */
export const mistakes = (page) => page.errors.filter((error) => !/the server responded with a status of (401|403|409|422)/.test(error));
