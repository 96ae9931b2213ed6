// The little Markdown that answers are written in, as data. Pure; what draws it makes elements, never HTML.

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic'; parts: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'cite'; number: number };

export type Block =
  | { kind: 'paragraph' | 'heading'; parts: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'code'; text: string }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] };

const INLINE = /\*\*(?<bold>[^*\n]+?)\*\*|(?<![\w*])\*(?<italic>[^*\s][^*\n]*?)\*(?![\w*])|`(?<code>[^`\n]+)`|\[(?<number>\d{1,2})\](?!\()|\[(?<label>[^\]\n]+)\]\((?<href>https?:\/\/[^\s)]+|mailto:[^\s)]+)\)|(?<url>https?:\/\/[^\s<>"'）】，。；]+[^\s<>"'）】，。；.,;:!?)])/gu;

export function inline(text: string): Inline[] {
  const parts: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) parts.push({ kind: 'text', text: text.slice(at, match.index) });
    const found = match.groups ?? {};
    if (found.bold !== undefined) parts.push({ kind: 'bold', parts: inline(found.bold) });
    else if (found.italic !== undefined) parts.push({ kind: 'italic', parts: inline(found.italic) });
    else if (found.code !== undefined) parts.push({ kind: 'code', text: found.code });
    else if (found.number !== undefined) parts.push({ kind: 'cite', number: Number(found.number) });
    else if (found.label !== undefined) parts.push({ kind: 'link', text: found.label, href: found.href ?? '' });
    else parts.push({ kind: 'link', text: match[0], href: match[0] });
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) });
  return parts;
}

const BULLET = /^\s*[-*•]\s+(.*)$/;
const NUMBERED = /^\s*\d{1,3}[.)、]\s+(.*)$/;
const cells = (line: string) => line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => inline(cell.trim()));

export function blocks(text: string): Block[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const out: Block[] = [];
  let paragraph: string[] = [];
  const flush = () => {
    if (paragraph.length > 0) out.push({ kind: 'paragraph', parts: inline(paragraph.join('\n')) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.startsWith('```')) {
      flush();
      const end = lines.findIndex((other, index) => index > at && other.startsWith('```'));
      const stop = end === -1 ? lines.length : end;
      out.push({ kind: 'code', text: lines.slice(at + 1, stop).join('\n') });
      at = stop;
    } else if (line.includes('|') && /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$/.test(lines[at + 1] ?? '')) {
      flush();
      const head = cells(line);
      const rows: Inline[][][] = [];
      at += 2;
      while (at < lines.length && (lines[at] ?? '').includes('|')) rows.push(cells(lines[at++] ?? ''));
      at -= 1;
      out.push({ kind: 'table', head, rows });
    } else if (BULLET.test(line) || NUMBERED.test(line)) {
      flush();
      const ordered = NUMBERED.test(line);
      const shape = ordered ? NUMBERED : BULLET;
      const items: Inline[][] = [];
      for (let found = shape.exec(line); found; found = shape.exec(lines[at] ?? '')) {
        items.push(inline(found[1] ?? ''));
        at += 1;
      }
      at -= 1;
      out.push({ kind: 'list', ordered, items });
    } else if (/^#{1,6}\s/.test(line)) {
      flush();
      out.push({ kind: 'heading', parts: inline(line.replace(/^#{1,6}\s+/, '')) });
    } else if (line.trim() === '') flush();
    else paragraph.push(line);
  }
  flush();
  return out;
}
