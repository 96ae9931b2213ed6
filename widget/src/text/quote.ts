/**
 * Finds quoted words in a passage that is cut into pieces by its structure, and says which part of each piece to highlight.
 * White space does not count. Pure.
 */

export interface Span {
  from: number;
  to: number;
}

/** For each piece the part that belongs to the quote, or `null`; nothing at all when the words are not there. */
export function locate(pieces: readonly string[], quote: string): (Span | null)[] | null {
  const wanted = quote.replace(/\s+/g, '');
  if (!wanted) return null;
  const places: [number, number][] = [];
  let all = '';
  pieces.forEach((piece, number) => {
    for (let at = 0; at < piece.length; at += 1) {
      const letter = piece.charAt(at);
      if (/\s/.test(letter)) continue;
      places.push([number, at]);
      all += letter;
    }
  });
  const start = all.indexOf(wanted);
  if (start < 0) return null;
  const spans: (Span | null)[] = pieces.map(() => null);
  for (const [number, at] of places.slice(start, start + wanted.length)) {
    const span = spans[number];
    spans[number] = span ? { from: span.from, to: at + 1 } : { from: at, to: at + 1 };
  }
  return spans;
}
