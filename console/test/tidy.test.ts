import { describe, expect, it } from 'vitest';
import { en } from '../src/words/en';
import { zh } from '../src/words/zh';

const sources = import.meta.glob<string>('../src/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });
const files = Object.entries(sources);

/** Files that break a rule. */
const breaking = (rule: (text: string, path: string) => boolean) => files.filter(([path, text]) => rule(text, path)).map(([path]) => path);
const code = (text: string) => text.replace(/^\s*\/\/.*$/gm, '').replace(/'(?:[^'\\\n]|\\.)*'/g, "''");

describe('the house rules', () => {
  it('look at something', () => expect(files.length).toBeGreaterThan(40));

  it('files say first what they are for, and have one subject', () => {
    expect(breaking((text) => !text.startsWith('// '))).toEqual([]);
    // Catalogues of words are as long as there are words.
    expect(breaking((text, path) => !path.includes('/words/') && text.split('\n').length > 400)).toEqual([]);
  });

  it('no HTML from strings, no types that say nothing', () => {
    expect(breaking((text) => /dangerouslySetInnerHTML|\.innerHTML|insertAdjacentHTML|document\.write/.test(code(text)))).toEqual([]);
    expect(breaking((text) => /(?:[:<,(|&]\s*|\bas\s+)any\b(?!\s*[:(])/.test(code(text)))).toEqual([]);
    expect(breaking((text) => /@ts-ignore|@ts-nocheck/.test(text))).toEqual([]);
  });

  it('the desk does not know the administration, the kit knows neither', () => {
    expect(breaking((text, path) => path.includes('/desk/') && /from '\.\.\/(\.\.\/)?admin\//.test(text))).toEqual([]);
    expect(breaking((text, path) => path.includes('/kit/') && /from '\.\.\/(desk|admin|shell)\//.test(text))).toEqual([]);
  });

  it('both languages say something everywhere, and the Chinese is Chinese', () => {
    const own: string[] = [];
    const walk = (one: object, other: object, path: string) => {
      for (const [key, value] of Object.entries(one)) {
        const translated = (other as Record<string, unknown>)[key];
        if (typeof value === 'string') {
          if (typeof translated !== 'string' || value === '' || translated === '') own.push(`${path}.${key} is empty`);
          else if (/[a-z]{3}/i.test(value) && !/\p{Script=Han}/u.test(translated) && value === translated) own.push(`${path}.${key} is not translated`);
        } else if (typeof value === 'object' && value !== null) walk(value as object, translated as object, `${path}.${key}`);
      }
    };
    walk(en, zh, 'words');
    expect(own).toEqual([]);
  });
});
