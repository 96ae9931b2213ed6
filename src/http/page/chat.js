// The chat page: a conversation that survives reloads, lost connections and changes of language.

import { Refusal, call, follow } from './api.js';
import { byId, freshId, icon, make, memory } from './dom.js';
import { messageLog } from './log.js';
import { calm } from './sources.js';
import { languages, preferred } from './words.js';

const state = {
  language: preferred(memory.read('language')),
  /** `{ id, token }` of the conversation, once there is one. */
  door: memory.read('conversation'),
  /** Messages that the server has not confirmed. */
  outbox: memory.read('outbox') ?? [],
  owner: 'bot',
  settings: {},
  frames: [],
  stop: null,
};
const words = () => languages[state.language];
const wording = (text) => text?.[state.language] || text?.en || text?.zh || '';

const log = messageLog(byId('log'), { door: () => state.door, words, wish: askForPerson, retry: resend, discard });
const scroll = byId('scroll');
const text = byId('text');
let starting = null;

// --- words and frame ---------------------------------------------------------------------------------------------

function paint() {
  const say = words();
  const name = wording(state.settings.name) || say.name;
  document.documentElement.lang = say.tag;
  document.title = name;
  byId('name').textContent = name;
  byId('badge').textContent = say.badge;
  byId('badge').title = say.badgeLong;
  byId('mark').replaceChildren(icon('bell'));
  byId('label').textContent = say.label;
  text.placeholder = say.place;
  byId('hint').replaceChildren(make('span', { class: 'keys', text: say.hint }));
  byId('send').replaceChildren(icon('send'));
  byId('send').setAttribute('aria-label', say.send);
  byId('newest').replaceChildren(icon('down'), make('span', { text: say.newest }));
  byId('typing').replaceChildren(make('span', { class: 'face', 'aria-hidden': 'true' }, icon('bell')),
    make('span', { class: 'dots', 'aria-hidden': 'true' }, make('i'), make('i'), make('i')), make('span', { text: say.typing }));
  tools();
  welcome();
  update();
}

function tools() {
  const say = words();
  const asked = state.owner !== 'bot';
  byId('tools').replaceChildren(
    make('button', { type: 'button', class: 'human', disabled: asked, onclick: askForPerson, 'aria-label': asked ? say.humanAsked : say.human },
      icon('person'), make('span', { class: 'long', text: asked ? say.humanAsked : say.human }), make('span', { class: 'short', text: say.humanShort })),
    make('button', { type: 'button', class: 'quiet', title: say.fresh, 'aria-label': say.fresh, onclick: startOver }, icon('plus')),
    make('button', { type: 'button', class: 'quiet', title: say.theme, 'aria-label': say.theme, onclick: switchTheme }, icon(dark() ? 'sun' : 'moon')),
    make('button', { type: 'button', class: 'quiet word', title: say.otherLong, 'aria-label': say.otherLong, lang: say.tag === 'en' ? 'zh-CN' : 'en', text: say.other, onclick: switchLanguage }),
  );
}

function welcome() {
  const say = words();
  const suggestions = state.settings.suggestions?.[state.language] ?? [];
  const chips = suggestions.map((question) => make('li', {}, make('button', { type: 'button', class: 'suggestion', text: question, onclick: () => send(question) })));
  byId('welcome').replaceChildren(
    make('h2', { text: wording(state.settings.greeting) || say.greeting }),
    make('p', { class: 'promise', text: say.promise }),
    ...(chips.length ? [make('p', { class: 'try', text: say.try }), make('ul', { class: 'suggestions' }, ...chips)] : []));
}

function update() {
  const say = words();
  byId('welcome').hidden = !log.empty;
  byId('typing').hidden = !log.thinking;
  byId('state').textContent = { bot: say.online, queue: say.waiting, agent: say.withPerson }[state.owner];
  byId('desk').dataset.owner = state.owner;
}

function switchLanguage() {
  state.language = state.language === 'en' ? 'zh' : 'en';
  memory.write('language', state.language);
  paint();
  // What stands in the log speaks the new language too.
  const frames = state.frames;
  log.clear();
  for (const [name, frame] of frames) log.take(name, frame);
  for (const message of state.outbox) log.pending(message, 'sending');
  byId('tools').lastElementChild.focus();
}

const dark = () => (document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';

function switchTheme() {
  const chosen = dark() ? 'light' : 'dark';
  document.documentElement.dataset.theme = chosen;
  memory.write('theme', chosen);
  tools();
}

let noticeTimer;
function notice(message, kind = '', forMs = 0) {
  clearTimeout(noticeTimer);
  byId('notice').hidden = !message;
  byId('notice').className = `notice ${kind}`;
  byId('notice').textContent = message ?? '';
  if (message && forMs) noticeTimer = setTimeout(() => notice(null), forMs);
}

// --- the conversation --------------------------------------------------------------------------------------------

async function door() {
  if (state.door) return state.door;
  starting ??= call('POST', '/api/v1/conversations', { language: words().tag }).finally(() => { starting = null; });
  const opened = await starting;
  if (!state.door) {
    state.door = opened;
    memory.write('conversation', opened);
    listen();
  }
  return state.door;
}

function listen() {
  state.stop?.();
  state.stop = follow({ ...state.door, language: () => words().tag }, {
    frame(name, frame) {
      const atEnd = nearEnd();
      if (name !== 'sentence') state.frames.push([name, frame]);
      if (name === 'customer_said') settle(frame.client_id);
      const owner = { escalated: 'queue', claimed: 'agent', released: frame.to_bot ? 'bot' : 'queue', reopened: 'bot' }[name];
      if (owner) { state.owner = owner; tools(); }
      log.take(name, frame);
      if (atEnd) toEnd(); else if (name === 'bot_said' || name === 'agent_said') byId('newest').hidden = false;
    },
    state(connected) {
      clearTimeout(listen.timer);
      if (connected) { if (listen.lost) notice(words().back, 'good', 2500); listen.lost = false; flush(); return; }
      // A connection that comes back at once is nobody's concern.
      listen.timer = setTimeout(() => { listen.lost = true; notice(navigator.onLine ? words().reconnecting : words().offline, 'bad'); }, 1500);
    },
    gone() { forget(); notice(words().startOver, 'bad', 6000); },
  });
}

function forget() {
  state.stop?.();
  Object.assign(state, { stop: null, door: null, outbox: [], owner: 'bot', frames: [] });
  memory.write('conversation', null);
  memory.write('outbox', null);
  log.clear();
  tools();
  update();
}

function startOver() {
  forget();
  notice(null);
  text.focus();
}

async function askForPerson() {
  try {
    const { id, token } = await door();
    await call('POST', `/api/v1/conversations/${id}/human`, { token, language: words().tag });
  } catch (error) {
    notice(error instanceof Refusal ? error.message : words().trouble, 'bad', 6000);
  }
}

// --- sending -----------------------------------------------------------------------------------------------------

function send(message) {
  const clean = message.trim();
  if (!clean) return;
  const one = { client_id: freshId(), text: clean };
  state.outbox.push(one);
  memory.write('outbox', state.outbox);
  log.pending(one, 'sending');
  toEnd();
  flush();
}

let flushing = false;
/** Sends what waits, in order. A message that may have arrived is sent again with the same id, which is harmless. */
async function flush() {
  if (flushing) return;
  flushing = true;
  let failures = 0;
  for (let one; (one = state.outbox.find((message) => !message.failed));) {
    try {
      const { id, token } = await door();
      await call('POST', `/api/v1/conversations/${id}/messages`, { token, body: { client_id: one.client_id, text: one.text }, language: words().tag });
      settle(one.client_id);
      failures = 0;
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) { const { outbox } = state; forget(); state.outbox = outbox; continue; }
      if (error instanceof Refusal && !error.passing) { one.failed = true; log.pending(one, 'failed', error.message); continue; }
      failures += 1;
      log.pending(one, 'waiting');
      const wait = (error.retryAfter ?? 0) * 1000 || Math.min(15_000, 500 * 2 ** Math.min(failures, 5));
      await new Promise((resume) => setTimeout(resume, wait));
    }
  }
  flushing = false;
}

/** The server has it. */
function settle(client_id) {
  state.outbox = state.outbox.filter((message) => message.client_id !== client_id);
  memory.write('outbox', state.outbox.length ? state.outbox : null);
}

function resend(client_id) {
  const one = state.outbox.find((message) => message.client_id === client_id);
  if (!one) return;
  one.failed = false;
  log.pending(one, 'sending');
  flush();
}

function discard(client_id) {
  settle(client_id);
  log.forget(client_id);
}

// --- scrolling and typing ----------------------------------------------------------------------------------------

const nearEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
function toEnd() {
  byId('newest').hidden = true;
  requestAnimationFrame(() => scroll.scrollTo({ top: scroll.scrollHeight, behavior: calm() ? 'auto' : 'smooth' }));
}

function grow() {
  text.style.height = 'auto';
  text.style.height = `${Math.min(text.scrollHeight, 168)}px`;
  byId('send').disabled = !text.value.trim();
}

byId('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  const message = text.value;
  text.value = '';
  grow();
  send(message);
  text.focus();
});
text.addEventListener('input', grow);
text.addEventListener('keydown', (event) => {
  // While an input method composes, Enter chooses a candidate and must not send.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  byId('composer').requestSubmit();
});
byId('newest').addEventListener('click', toEnd);
scroll.addEventListener('scroll', () => { if (nearEnd()) byId('newest').hidden = true; }, { passive: true });
window.addEventListener('online', flush);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tools);

// --- start -------------------------------------------------------------------------------------------------------

const theme = memory.read('theme');
if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
log.onchange(update);
paint();
grow();
call('GET', '/api/v1/page').then((settings) => {
  state.settings = settings;
  text.maxLength = settings.max_message_chars;
  paint();
}).catch(() => notice(words().trouble, 'bad', 6000));
if (state.door) listen();
for (const message of state.outbox) log.pending(message, 'sending');
if (state.outbox.length) flush();
if (matchMedia('(hover: hover)').matches) text.focus();
