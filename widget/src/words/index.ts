/** Which language to speak, and its words. */
import type { Wording } from '../model/types.ts';
import type { Words } from './words.ts';

export const LANGUAGES = ['en', 'zh', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language by its own name, so that everybody finds theirs. */
export const NAMES: Record<Language, string> = { en: 'English', zh: '简体中文', ar: 'العربية' };

/** The first of the tags that we speak: what the shop said, what the visitor chose, the page, the browser. */
export function choose(tags: readonly (string | null | undefined)[]): Language {
  for (const tag of tags) {
    const found = LANGUAGES.find((language) => language === tag?.toLowerCase().split(/[-_]/)[0]);
    if (found) return found;
  }
  return 'en';
}

export async function wordsOf(language: Language): Promise<Words> {
  switch (language) {
    case 'zh':
      return (await import('./zh.ts')).words;
    case 'ar':
      return (await import('./ar.ts')).words;
    default:
      return (await import('./en.ts')).words;
  }
}

/** The tag for clocks and dates: as people write them where the visitor is, as far as that is in the language that is spoken. */
export function regional(tag: string, tags: readonly string[] = navigator.languages): string {
  return tags.find((one) => one.split('-')[0] === tag.split('-')[0]) ?? tag;
}

/** A text that the business wrote, in the visitor's language as far as it has it. */
export function pick(wording: Wording, language: Language): string {
  return language === 'zh' ? wording.zh || wording.en : wording.en || wording.zh;
}
