// What an agent is writing, with what goes along: files, sources, and the proposals that it was made from. Pure.
import type { Attachment, Citation, DraftOutcome } from '../api/wire';

export interface Written {
  reply: string;
  note: string;
  files: Attachment[];
  citations: Citation[];
  /** Proposals that were taken over, as they were proposed. */
  proposed: string[];
}

export const blank: Written = { reply: '', note: '', files: [], citations: [], proposed: [] };

export const isBlank = (one: Written) => one.reply === '' && one.note === '' && one.files.length === 0 && one.citations.length === 0;

/** A reply with another text below it. Sources of both keep apart: what is added is numbered on, in its text, too. */
export function appended(before: Written, text: string, cited: Citation[]): Written {
  let last = Math.max(0, ...before.citations.map((one) => one.number));
  const numbers = new Map<number, number>();
  const fresh: Citation[] = [];
  for (const one of cited) {
    const same = before.citations.find((other) => other.chunk === one.chunk && other.quote === one.quote);
    const number = same?.number ?? (before.citations.length === 0 ? one.number : ++last);
    numbers.set(one.number, number);
    if (!same) fresh.push({ ...one, number });
  }
  const numbered = text.replace(/\[(\d{1,2})\](?!\()/g, (whole, number: string) => {
    const to = numbers.get(Number(number));
    return to === undefined ? whole : `[${to}]`;
  });
  const above = before.reply.trim() === '' ? '' : `${before.reply.trimEnd()}\n\n`;
  return { ...before, reply: above + numbered, citations: [...before.citations, ...fresh] };
}

/** A reply without one of its sources, nor the number that pointed at it. */
export function without(before: Written, number: number): Written {
  return { ...before, reply: before.reply.replaceAll(new RegExp(` ?\\[${number}\\](?!\\()`, 'g'), ''), citations: before.citations.filter((one) => one.number !== number) };
}

/** What came back unsent, above what was written since. */
export function returned(now: Written, unsent: { text: string; attachments: Attachment[]; citations: Citation[]; proposed?: string[] }): Written {
  const back = { ...now, reply: unsent.text, citations: unsent.citations };
  const both = now.reply.trim() === '' ? back : appended(back, now.reply, now.citations);
  return { ...both, files: [...unsent.attachments, ...now.files], proposed: [...(unsent.proposed ?? []), ...now.proposed] };
}

/** `{{variables}}` that nobody filled in. */
export const gaps = (text: string): string[] => [...new Set(text.match(/\{\{[^{}\n]*\}\}/g))];

/** What became of a proposal in a reply that was sent. */
export const outcome = (proposed: string, sent: string): DraftOutcome => (proposed.trim() === sent.trim() ? 'accepted' : 'edited');
