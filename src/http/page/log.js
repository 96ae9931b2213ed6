// The conversation on the page: one element per message, made from the events of the journal.

import { icon, make } from './dom.js';
import { prose } from './prose.js';
import { sources } from './sources.js';

/**
 * The list of messages. `door()` gives `{ id, token }` of the conversation, `words()` the language; `wish()` asks for a
 * person, `retry(client_id)` and `discard(client_id)` deal with messages that did not arrive.
 */
export function messageLog(element, { door, words, wish, retry, discard }) {
  const mine = new Map();
  let draft = null;
  let busy = false;
  const listeners = [];
  const changed = () => listeners.forEach((listen) => listen());

  /** A message with its author for screen readers; `kind` is customer, bot or agent. */
  function message(kind, author, at, ...children) {
    const time = at ? new Date(at) : new Date();
    const clock = time.toLocaleTimeString(words().tag, { hour: '2-digit', minute: '2-digit' });
    return make('article', { class: `message ${kind}` },
      kind === 'customer' ? null : make('span', { class: 'face', 'aria-hidden': 'true' }, icon(kind === 'bot' ? 'bell' : 'person')),
      make('div', { class: 'content' },
        make('span', { class: 'unseen', text: `${author}, ${clock}` }), ...children,
        make('time', { class: 'time', datetime: time.toISOString(), text: clock, 'aria-hidden': 'true' })));
  }

  function line(text, name) {
    element.append(make('p', { class: 'line' }, icon(name), make('span', { text })));
  }

  function bot(frame) {
    const shown = sources(frame.citations, door, words);
    const text = make('div', { class: 'prose', dir: 'auto' });
    text.append(prose(frame.text, shown.mark));
    const how = { quote: ['quote', words().quote], model: ['check', words().model] }[frame.mode];
    const quoted = frame.mode === 'quote' ? ' quoted' : '';
    const offer = frame.offers_human
      ? make('button', { type: 'button', class: 'offer', onclick: wish }, icon('person'), make('span', { text: words().offer })) : null;
    return message(`bot${quoted}`.split(' ')[0], words().bot, frame.at, make('div', { class: `answer${quoted}` }, text), shown.element, offer,
      how ? make('p', { class: `how ${frame.mode}` }, icon(how[0]), make('span', { text: how[1] })) : null);
  }

  function withdraw() {
    draft?.element.remove();
    draft = null;
  }

  const handlers = {
    customer_said(frame) {
      const known = mine.get(frame.client_id);
      const node = message('customer', words().you, frame.at, make('div', { class: 'bubble', dir: 'auto', text: frame.text }));
      if (known) known.element.replaceWith(node); else element.append(node);
      mine.delete(frame.client_id);
      // What is still under way comes after what has arrived.
      for (const one of mine.values()) element.append(one.element);
    },
    turn_started(frame) {
      if (draft && draft.turn !== frame.turn) withdraw();
      busy = true;
    },
    bot_said(frame) {
      const node = bot(frame);
      if (draft && draft.turn === frame.turn) draft.element.replaceWith(node); else { withdraw(); element.append(node); }
      draft = null;
      busy = false;
      // Old offers are answered by what came after them.
      for (const offer of element.querySelectorAll('.offer')) if (!node.contains(offer)) offer.remove();
    },
    agent_said(frame) {
      withdraw();
      const text = make('div', { class: 'prose', dir: 'auto' });
      text.append(prose(frame.text));
      element.append(message('agent', words().agent, frame.at, make('div', { class: 'answer' }, text)));
    },
    escalated() { withdraw(); busy = false; line(words().escalated, 'person'); element.querySelectorAll('.offer').forEach((offer) => offer.remove()); },
    claimed() { withdraw(); busy = false; line(words().claimed, 'person'); },
    released(frame) { line(frame.to_bot ? words().releasedBot : words().released, frame.to_bot ? 'bell' : 'person'); },
    resolved() { withdraw(); busy = false; line(words().resolved, 'check'); },
    reopened() { line(words().reopened, 'bell'); },
    sentence(frame) {
      if (!draft || draft.turn !== frame.turn) {
        // Who came too late for the first sentence waits for the whole reply.
        if (frame.number !== 1) return;
        withdraw();
        const text = make('div', { class: 'prose', dir: 'auto' });
        const how = make('p', { class: 'how drafting' }, icon('check'), make('span', { text: words().drafting }));
        draft = { turn: frame.turn, count: 0, text, element: message('bot', words().bot, null, make('div', { class: 'answer' }, text), how) };
        // Read out once, when it is complete.
        draft.element.setAttribute('aria-hidden', 'true');
        element.append(draft.element);
      }
      if (frame.number !== draft.count + 1) return;
      draft.count = frame.number;
      const spaced = /[\u3400-\u9fff，。！？；：”」]$/.test(draft.text.textContent) ? '' : ' ';
      const cite = (number) => make('span', { class: 'ref', text: String(number) });
      const holder = prose(frame.text.trim(), cite);
      const piece = make('span', { class: 'fresh' });
      for (const block of [...holder.childNodes]) piece.append(...(block.tagName === 'P' ? [...block.childNodes] : [block]));
      draft.text.append(...(draft.count > 1 ? [spaced] : []), piece);
    },
  };

  return {
    /** Takes in one event. */
    take(name, frame) {
      handlers[name]?.(frame);
      changed();
    },
    /** Shows a message of ours before it has arrived; `state` is sending, waiting or failed. */
    pending({ client_id, text }, state, reason) {
      const known = mine.get(client_id);
      const note = { sending: words().sending, waiting: words().waitSend, failed: reason ? `${words().failed}: ${reason}` : words().failed }[state];
      const status = make('p', { class: `sent ${state}`, role: state === 'failed' ? 'alert' : null }, make('span', { text: note }));
      if (state === 'failed') {
        status.append(make('button', { type: 'button', class: 'link', text: words().retry, onclick: () => retry(client_id) }),
          make('button', { type: 'button', class: 'link', text: words().discard, onclick: () => discard(client_id) }));
      }
      const node = message('customer', words().you, null, make('div', { class: 'bubble', dir: 'auto', text }), status);
      node.classList.add('pending');
      if (known) known.element.replaceWith(node); else element.append(node);
      mine.set(client_id, { element: node });
      changed();
    },
    forget(client_id) {
      mine.get(client_id)?.element.remove();
      mine.delete(client_id);
      changed();
    },
    clear() {
      element.replaceChildren();
      mine.clear();
      draft = null;
      busy = false;
      changed();
    },
    get empty() { return !element.hasChildNodes(); },
    /** The bot is working and nothing of its reply is to be seen yet. */
    get thinking() { return busy && !draft; },
    onchange(listen) { listeners.push(listen); },
  };
}
