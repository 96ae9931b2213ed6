/**
 * The little Markdown that answers and passages use, as a tree: paragraphs, lists, tables, headings, bold, code, links, and citation
 * marks `[1]`. What is not understood stays text. Nothing here makes HTML, so nothing here can be tricked into it.
 */

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'strong'; inside: Inline[] }
  | { kind: 'em'; inside: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'mark'; number: number }
  | { kind: 'break' };

export type Block =
  | { kind: 'paragraph'; inside: Inline[] }
  | { kind: 'heading'; inside: Inline[] }
  | { kind: 'quote'; inside: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'list'; ordered: boolean; start: number; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] };

/** The blocks of a text. A citation mark stands for itself only when `known` says that there is such a citation. */
export function parse(text: string, known: (number: number) => boolean = () => false): Block[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const at = (place: number): string => lines[place] ?? '';
  const blocks: Block[] = [];
  for (let place = 0; place < lines.length; ) {
    const line = at(place);
    if (!line.trim()) {
      place += 1;
      continue;
    }
    if (/^\s*```/.test(line)) {
      let end = place + 1;
      while (end < lines.length && !/^\s*```/.test(at(end))) end += 1;
      blocks.push({ kind: 'code', text: lines.slice(place + 1, end).join('\n') });
      place = end + 1;
      continue;
    }
    if (isRow(line) && isRule(at(place + 1))) {
      let end = place + 2;
      while (end < lines.length && isRow(at(end))) end += 1;
      const row = (one: string): Inline[][] => cells(one).map((cell) => inline(cell, known));
      blocks.push({ kind: 'table', head: row(line), rows: lines.slice(place + 2, end).map(row) });
      place = end;
      continue;
    }
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    if (heading) {
      blocks.push({ kind: 'heading', inside: inline(heading[1] ?? '', known) });
      place += 1;
      continue;
    }
    const item = listItem(line);
    if (item) {
      const items: Inline[][] = [];
      while (place < lines.length) {
        const next = listItem(at(place));
        if (!next || next.ordered !== item.ordered) break;
        const words = [next.text];
        place += 1;
        while (place < lines.length && /^\s{2,}\S/.test(at(place)) && !listItem(at(place))) words.push(at(place++).trim());
        items.push(inline(words.join(' '), known));
        while (place + 1 < lines.length && !at(place).trim() && listItem(at(place + 1))) place += 1;
      }
      blocks.push({ kind: 'list', ordered: item.ordered, start: item.start, items });
      continue;
    }
    const quoted = /^>\s?/.test(line);
    const inside: Inline[] = [];
    while (place < lines.length && at(place).trim() && !listItem(at(place)) && !(isRow(at(place)) && isRule(at(place + 1)))) {
      if (/^>\s?/.test(at(place)) !== quoted) break;
      if (inside.length > 0) inside.push({ kind: 'break' });
      inside.push(...inline(at(place).replace(/^>\s?/, ''), known));
      place += 1;
    }
    blocks.push({ kind: quoted ? 'quote' : 'paragraph', inside });
  }
  return blocks;
}

/** Rows that were quoted without the header of their table are a table all the same. */
function headed(text: string): string {
  const [first = '', second = ''] = text.trim().split('\n');
  if (!isRow(first) || isRule(second)) return text;
  const columns = cells(first).length;
  return `|${' |'.repeat(columns)}\n|${'---|'.repeat(columns)}\n${text.trim()}`;
}

/** The words without the marks, for comparing and for screen readers. */
export function plain(text: string): string {
  const words = (inside: Inline[]): string =>
    inside.map((one) => (one.kind === 'break' ? '\n' : one.kind === 'mark' ? '' : 'inside' in one ? words(one.inside) : one.text)).join('');
  return parse(headed(text), () => true)
    .map((block) => {
      if (block.kind === 'code') return block.text;
      if (block.kind === 'list') return block.items.map(words).join('\n');
      if (block.kind === 'table') return [block.head, ...block.rows].map((row) => row.map(words).join(' ')).join('\n');
      return words(block.inside);
    })
    .join('\n')
    .trim();
}

const isRow = (line: string): boolean => /^\s*\|.*\|\s*$/.test(line);
const isRule = (line: string): boolean => /^\s*\|(\s*:?-+:?\s*\|)+\s*$/.test(line);
const cells = (row: string): string[] => row.trim().slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));

function listItem(line: string): { ordered: boolean; start: number; text: string } | null {
  const found = /^\s*(?:[-*+•]|(\d{1,3})[.)、])\s+(.*)$/.exec(line);
  return found && { ordered: found[1] !== undefined, start: Number(found[1] ?? 1), text: found[2] ?? '' };
}

const MARKS =
  /\*\*(.+?)\*\*|`([^`]+)`|\[(\d{1,2})\](?!\()|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>()，。；、！？]+)|<br\s*\/?>|(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])/g;

function inline(text: string, known: (number: number) => boolean): Inline[] {
  const nodes: Inline[] = [];
  let last = 0;
  const say = (part: string): void => {
    const words = part.replace(/\\([\\`*_{}[\]()#+\-.!|>~])/g, '$1');
    if (words) nodes.push({ kind: 'text', text: words });
  };
  for (const found of text.matchAll(MARKS)) {
    const [whole, bold, code, number, label, address, bare, leaning] = found;
    const mark = number === undefined ? 0 : Number(number);
    if (number !== undefined && !known(mark)) continue;
    const before = text.slice(last, found.index);
    // A mark belongs to the word before it.
    say(number === undefined ? before : before.trimEnd());
    last = found.index + whole.length;
    if (bold !== undefined) nodes.push({ kind: 'strong', inside: inline(bold, known) });
    else if (code !== undefined) nodes.push({ kind: 'code', text: code });
    else if (number !== undefined) nodes.push({ kind: 'mark', number: mark });
    else if (label !== undefined && address !== undefined) nodes.push({ kind: 'link', text: label, href: address });
    else if (bare !== undefined) nodes.push({ kind: 'link', text: bare, href: bare });
    else if (leaning !== undefined) nodes.push({ kind: 'em', inside: inline(leaning, known) });
    else nodes.push({ kind: 'break' });
  }
  say(text.slice(last));
  return nodes;
}
