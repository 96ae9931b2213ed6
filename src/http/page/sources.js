// Citations: marks in the text, chips below it, and the passage that opens in place with the quoted words highlighted.

import { call } from './api.js';
import { icon, make } from './dom.js';
import { prose } from './prose.js';

let panels = 0;

/**
 * The sources of one reply. `mark(number)` gives the node for a mark in the text, `element` holds chips and passage.
 * `door` gives `{ id, token }` of the conversation, `words()` the language.
 */
export function sources(citations, door, words) {
  const panel = make('div', { class: 'passage', id: `passage-${panels += 1}`, hidden: true, role: 'region' });
  const buttons = new Map();
  let opened = null;

  async function toggle(citation, button) {
    const same = opened === citation;
    for (const one of [...buttons.values()].flat()) one.setAttribute('aria-expanded', 'false');
    opened = same ? null : citation;
    panel.hidden = same;
    if (same) { button.focus(); return; }
    for (const one of buttons.get(citation.number)) one.setAttribute('aria-expanded', 'true');
    panel.setAttribute('aria-label', `${words().source} ${citation.number}: ${citation.title}`);
    panel.replaceChildren(head(citation, button), make('p', { class: 'loading', text: words().loading }));
    const body = await passage(citation, door(), words());
    if (opened !== citation) return;
    panel.replaceChildren(head(citation, button), body);
    const mark = body.querySelector('mark');
    if (mark) body.scrollTop = mark.offsetTop - 48;
    panel.scrollIntoView({ block: 'nearest', behavior: calm() ? 'auto' : 'smooth' });
  }

  function head(citation, button) {
    const path = [citation.title, ...citation.heading.filter((one) => one !== citation.title)];
    const steps = path.map((step, place) => make('li', place === 0 ? { class: 'title' } : {}, step));
    return make('div', { class: 'where' },
      icon('page'), make('ol', {}, ...steps),
      make('button', { type: 'button', class: 'quiet', 'aria-label': words().close, title: words().close, onclick: () => toggle(citation, button) }, icon('close')));
  }

  function button(citation, kind, ...children) {
    const node = make('button', {
      type: 'button', class: kind, 'aria-expanded': 'false', 'aria-controls': panel.id,
      'aria-label': `${words().open} ${citation.number}: ${citation.title}`, title: citation.title,
    }, ...children);
    node.addEventListener('click', () => toggle(citation, node));
    buttons.set(citation.number, [...(buttons.get(citation.number) ?? []), node]);
    return node;
  }

  const distinct = [...new Map(citations.map((citation) => [citation.number, citation])).values()];
  const chips = distinct.map((citation) => {
    const last = citation.heading.at(-1);
    const label = last && last !== citation.title ? `${citation.title} · ${last}` : citation.title;
    return button(citation, 'chip', make('span', { class: 'number', text: String(citation.number) }), make('span', { class: 'label', text: label }));
  });
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && opened) { event.stopPropagation(); toggle(opened, buttons.get(opened.number)[0]); }
  });
  return {
    element: chips.length ? make('div', { class: 'sources' }, make('div', { class: 'chips' }, ...chips), panel) : null,
    mark(number) {
      const citation = distinct.find((one) => one.number === number);
      return citation ? button(citation, 'ref', String(number)) : null;
    },
  };
}

async function passage(citation, { id, token }, words) {
  try {
    const path = `/api/v1/conversations/${id}/passages/${encodeURIComponent(citation.chunk)}`;
    const found = await call('GET', path, { token, language: words.tag });
    const body = make('div', { class: 'body', tabindex: '0' });
    if (found.question) body.append(make('p', { class: 'heading', text: found.question }));
    body.append(prose(found.text));
    if (highlight(body, plain(citation.quote))) return body;
  } catch { /* the quote itself is at hand */ }
  const quote = make('blockquote', {}, make('mark', { text: plain(citation.quote) }));
  return make('div', { class: 'body' }, make('p', { class: 'muted', text: words.gone }), quote);
}

/** The words of a Markdown text without its marks. */
function plain(text) {
  const holder = make('div');
  holder.append(prose(text));
  for (const end of holder.querySelectorAll('p, li, td, th, br')) end.after('\n');
  return holder.textContent.trim();
}

/** Wraps the words in `mark` elements, wherever the block's structure cuts them. White space does not count. */
function highlight(block, words) {
  const wanted = words.replace(/\s+/g, '');
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  const places = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let at = 0; at < node.data.length; at += 1) if (!/\s/.test(node.data[at])) places.push([node, at]);
  }
  const start = wanted ? places.map(([node, at]) => node.data[at]).join('').indexOf(wanted) : -1;
  if (start < 0) return false;
  const spans = new Map();
  for (const [node, at] of places.slice(start, start + wanted.length)) {
    const span = spans.get(node) ?? [at, at];
    spans.set(node, [Math.min(span[0], at), Math.max(span[1], at)]);
  }
  for (const [node, [from, to]] of spans) {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to + 1);
    range.surroundContents(make('mark'));
  }
  return true;
}

export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
