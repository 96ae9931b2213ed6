/** What every part of the face needs: the core, its words, and the present view. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Core } from '../core.ts';
import type { View } from '../view.ts';
import type { Words } from '../words/words.ts';

export interface Around {
  core: Core;
  view: View;
  words: Words;
}

export const AroundContext = createContext<Around | null>(null);

export function useAround(): Around {
  const around = useContext(AroundContext);
  if (!around) throw new Error('a part of the widget stands outside of it');
  return around;
}
