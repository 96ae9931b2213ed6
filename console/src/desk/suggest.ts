// What an agent is about to insert: a canned reply behind `/`, a colleague behind `@`. Pure.
import type { Agent, Canned } from '../api/wire';

export interface Trigger {
  sign: '/' | '@';
  word: string;
  start: number;
  end: number;
}

/** The `/word` or `@word` that ends at the caret, when it begins a line or follows a space (or Chinese text, for `@`). */
export function trigger(text: string, caret: number, signs: string): Trigger | null {
  const before = text.slice(0, caret);
  const found = /(^|[\s\p{P}\p{Script=Han}])([/@])([^\s/@]{0,40})$/u.exec(before);
  if (!found) return null;
  const sign = found[2] as '/' | '@';
  const lead = found[1] ?? '';
  // A slash within an address or a date is no call for a reply.
  if (!signs.includes(sign) || (sign === '/' && lead !== '' && !/\s/.test(lead))) return null;
  const word = found[3] ?? '';
  return { sign, word, start: caret - word.length - 1, end: caret };
}

export function matchingCanned(all: Canned[], word: string, language: string): Canned[] {
  const wanted = word.toLowerCase();
  const score = (one: Canned) => {
    const shortcut = one.shortcut.replace(/^\//, '').toLowerCase();
    const place = shortcut.startsWith(wanted) ? 0 : one.title.toLowerCase().includes(wanted) ? 1 : shortcut.includes(wanted) ? 2 : one.text.toLowerCase().includes(wanted) ? 3 : -1;
    return place === -1 ? -1 : place * 2 + (one.language && one.language !== language ? 1 : 0);
  };
  return all
    .map((one) => ({ one, score: score(one) }))
    .filter((found) => found.score >= 0)
    .sort((a, b) => a.score - b.score || a.one.shortcut.localeCompare(b.one.shortcut))
    .slice(0, 8)
    .map((found) => found.one);
}

export function matchingAgents(all: Agent[], word: string): Agent[] {
  const wanted = word.toLowerCase();
  return all.filter((one) => one.name.toLowerCase().includes(wanted) || one.email.toLowerCase().startsWith(wanted)).slice(0, 8);
}

export interface Variables {
  'contact.name': string;
  'agent.name': string;
  'conversation.id': string;
}

/** How to call somebody without a name, where the language has a word for it that fits every sentence. */
export const NAMELESS: Record<string, string> = { zh: '客户' };

/** Fills `{{variables}}`; one that has no value stays, so that it is seen. */
export function fill(text: string, variables: Variables): string {
  return text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => {
    const value = name in variables ? variables[name as keyof Variables] : '';
    return value === '' ? whole : value;
  });
}

/** The colleagues whom a note names. */
export function mentioned(text: string, all: Agent[]): string[] {
  const found = new Set<string>();
  for (const sign of text.matchAll(/@/g)) {
    const said = text.slice(sign.index + 1);
    // "@Anna" is not Ann: the longest name counts, and a letter ends none, unless it is of a script without spaces.
    const named = all.filter((one) => one.name !== '' && said.startsWith(one.name) && !/^(?!\p{Script=Han})[\p{L}\p{N}]/u.test(said.slice(one.name.length)));
    const longest = Math.max(0, ...named.map((one) => one.name.length));
    for (const one of named) if (one.name.length === longest) found.add(one.id);
  }
  return [...found];
}
