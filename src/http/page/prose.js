// The little Markdown that answers and passages use, built as nodes: paragraphs, lists, tables, bold, code, links, and
// citation marks [1]. What is not understood stays text.

import { make } from './dom.js';

/** Nodes for a text. `cite(number)` gives the node for a citation mark, or nothing when there is no such citation. */
export function prose(text, cite = () => null) {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const blocks = document.createDocumentFragment();
  for (let at = 0; at < lines.length;) {
    const line = lines[at];
    if (!line.trim()) { at += 1; continue; }
    if (isRow(line) && at + 1 < lines.length && isRule(lines[at + 1])) {
      let end = at + 2;
      while (end < lines.length && isRow(lines[end])) end += 1;
      blocks.append(table(lines.slice(at, end), cite));
      at = end;
      continue;
    }
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    if (heading) { blocks.append(make('p', { class: 'heading' }, ...inline(heading[1], cite))); at += 1; continue; }
    const item = listItem(line);
    if (item) {
      const list = make(item.ordered ? 'ol' : 'ul', item.ordered ? { start: item.start } : {});
      while (at < lines.length) {
        const next = listItem(lines[at]);
        if (!next || next.ordered !== item.ordered) break;
        const rest = [next.text];
        at += 1;
        while (at < lines.length && /^\s{2,}\S/.test(lines[at]) && !listItem(lines[at])) rest.push(lines[at++].trim());
        list.append(make('li', {}, ...inline(rest.join(' '), cite)));
        while (at + 1 < lines.length && !lines[at].trim() && listItem(lines[at + 1])) at += 1;
      }
      blocks.append(list);
      continue;
    }
    const paragraph = make('p');
    while (at < lines.length && lines[at].trim() && !listItem(lines[at]) && !(isRow(lines[at]) && isRule(lines[at + 1] ?? ''))) {
      if (paragraph.childNodes.length) paragraph.append(make('br'));
      paragraph.append(...inline(lines[at].replace(/^>\s?/, ''), cite));
      at += 1;
    }
    blocks.append(paragraph);
  }
  return blocks;
}

const isRow = (line) => /^\s*\|.*\|\s*$/.test(line);
const isRule = (line) => /^\s*\|(\s*:?-+:?\s*\|)+\s*$/.test(line);

function listItem(line) {
  const found = /^\s*(?:([-*+•])|(\d{1,3})[.)、])\s+(.*)$/.exec(line);
  return found && { ordered: found[2] !== undefined, start: found[2], text: found[3] };
}

function table(rows, cite) {
  const cells = (row) => row.trim().slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
  const line = (row, tag) => make('tr', {}, ...cells(row).map((cell) => make(tag, tag === 'th' ? { scope: 'col' } : {}, ...inline(cell, cite))));
  const body = rows.slice(2).map((row) => line(row, 'td'));
  return make('div', { class: 'table', tabindex: '0' }, make('table', {}, make('thead', {}, line(rows[0], 'th')), make('tbody', {}, ...body)));
}

const MARKS = /\*\*(.+?)\*\*|`([^`]+)`|\[(\d{1,2})\]|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>()，。；、！？]+)|<br\s*\/?>/g;

function inline(text, cite) {
  const nodes = [];
  let last = 0;
  const plain = (part) => { if (part) nodes.push(part.replace(/\\([\\`*_{}[\]()#+\-.!|>~])/g, '$1')); };
  for (const found of text.matchAll(MARKS)) {
    const [whole, bold, code, number, label, address, bare] = found;
    let node;
    if (bold !== undefined) node = make('strong', {}, ...inline(bold, cite));
    else if (code !== undefined) node = make('code', { text: code });
    else if (number !== undefined) node = cite(Number(number));
    else if (label !== undefined) node = link(label, address);
    else if (bare !== undefined) node = link(bare, bare);
    else node = make('br');
    if (!node) continue;
    const before = text.slice(last, found.index);
    // A mark belongs to the word before it.
    plain(number === undefined ? before : before.trimEnd());
    nodes.push(node);
    last = found.index + whole.length;
  }
  plain(text.slice(last));
  return nodes;
}

const link = (label, address) => make('a', { href: address, target: '_blank', rel: 'noopener noreferrer nofollow', text: label });
