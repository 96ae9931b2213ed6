// Which language the console speaks. Both catalogues have the type of the English one, so a missing word does not compile.
import { createContext, useContext, useMemo, type ReactNode } from 'react';
import type { Language } from '../api/wire';
import { en } from './en';
import { zh } from './zh';

/** The shape of a catalogue: texts, functions that make texts, and groups of both. */
export type Shape<T> = { [K in keyof T]: T[K] extends string ? string : T[K] extends (...args: infer A) => string ? (...args: A) => string : Shape<T[K]> };
export type Words = Shape<typeof en>;

const catalogues: Record<Language, Words> = { en, zh };
const Spoken = createContext<Language>('en');

export function Speaks({ language, children }: { language: Language; children: ReactNode }) {
  return <Spoken.Provider value={language}>{children}</Spoken.Provider>;
}

export function useLanguage(): Language {
  return useContext(Spoken);
}

export function useWords(): Words {
  return catalogues[useContext(Spoken)];
}

export const wordsOf = (language: Language): Words => catalogues[language];

/** A catalogue of a part of the console that is loaded later. */
export function useCatalogue<T>(both: { en: T; zh: Shape<T> }): Shape<T> {
  const language = useLanguage();
  return useMemo(() => (language === 'zh' ? both.zh : (both.en as Shape<T>)), [both, language]);
}

/** What a browser would like before anybody signed in. */
export function preferred(): Language {
  const kept = localStorage.getItem('frontdesk.language');
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith('zh')) && !navigator.language.toLowerCase().startsWith('en') ? 'zh' : 'en';
}
