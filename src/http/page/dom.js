// Small tools to build the page. Text only ever becomes text nodes.

const SVG = 'http://www.w3.org/2000/svg';

const PATHS = {
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8a7.5 7.5 0 0 1 15 0',
  send: 'M12 19V5m0 0-6 6m6-6 6 6',
  moon: 'M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5Z',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm0-14v2m0 16v2m10-10h-2M4 12H2m17-7-1.4 1.4M6.4 17.6 5 19m14 0-1.4-1.4M6.4 6.4 5 5',
  plus: 'M12 5v14m-7-7h14',
  quote: 'M9 8H5v5h4v-2c0 3-1 4-3 5m13-8h-4v5h4v-2c0 3-1 4-3 5',
  check: 'm5 13 4 4L19 7',
  down: 'm6 9 6 6 6-6',
  page: 'M7 3h7l4 4v14H7V3Zm7 0v4h4M10 12h5m-5 4h5',
  close: 'm6 6 12 12M18 6 6 18',
  bell: 'M4 18h16M6 18a6 6 0 0 1 12 0M12 9V7m0-1.5h.01',
};

/** An element with properties, attributes (also `aria-…` and `data-…`) and children; strings become text. */
export function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === 'class') element.className = value;
    else if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'text') element.textContent = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A line icon; it says nothing to screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  const attributes = { viewBox: '0 0 24 24', class: `icon icon-${name}`, 'aria-hidden': 'true', focusable: 'false' };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** The element with this id; the page has them all. */
export const byId = (id) => document.getElementById(id);

/** Storage that does not mind being forbidden. */
export const memory = {
  read(key) {
    try { return JSON.parse(localStorage.getItem(`frontdesk.${key}`)); } catch { return null; }
  },
  write(key, value) {
    try {
      if (value === null) localStorage.removeItem(`frontdesk.${key}`);
      else localStorage.setItem(`frontdesk.${key}`, JSON.stringify(value));
    } catch { /* private windows */ }
  },
};

/** A random name for a message. `randomUUID` exists only on secure origins. */
export function freshId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
