// Where the words of a question stand in a text. Pure.

export interface Run {
  text: string;
  hit: boolean;
}

const HAN = /\p{Script=Han}/u;

/**
 * The text in runs that match or do not. The terms are those of the index: folded, and of English words possibly the stem, so a
 * Latin term marks the word that begins with it, when it is not much longer; a Chinese term marks itself. Words of one or two letters
 * stand everywhere and are left alone.
 */
export function highlight(text: string, terms: string[]): Run[] {
  const folded = text.toLowerCase();
  // Folding that changes the length would shift every mark.
  if (folded.length !== text.length) return [{ text, hit: false }];
  const marks = new Array<boolean>(text.length).fill(false);
  for (const term of terms.map((one) => one.toLowerCase()).filter((one) => one !== '')) {
    const chinese = HAN.test(term);
    if (!chinese && /^\p{L}{1,2}$/u.test(term)) continue;
    // The stem of "delivery" is "deliveri".
    const begin = !chinese && term.length > 3 && term.endsWith('i') ? term.slice(0, -1) : term;
    for (let at = folded.indexOf(begin); at !== -1; at = folded.indexOf(begin, at + 1)) {
      let end = at + begin.length;
      if (!chinese) {
        if (at > 0 && isWord(folded[at - 1])) continue;
        const start = end;
        while (end < folded.length && isWord(folded[end])) end += 1;
        if (end - start > 4) continue;
      }
      marks.fill(true, at, end);
    }
  }
  const runs: Run[] = [];
  for (let at = 0; at < text.length; at++) {
    const hit = marks[at] ?? false;
    const last = runs.at(-1);
    if (last && last.hit === hit) last.text += text[at] ?? '';
    else runs.push({ text: text[at] ?? '', hit });
  }
  return runs;
}

const isWord = (letter: string | undefined): boolean => letter !== undefined && /[\p{L}\p{N}_]/u.test(letter) && !HAN.test(letter);
