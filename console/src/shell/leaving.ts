// Asks before what was not saved is left: by a link, a shortcut, the palette, Back, or by closing the tab.
import { useEffect, useRef } from 'react';

interface Unsaved {
  ask: string;
  at: string;
}

const unsaved = new Set<Unsaved>();

/** Whether the page may be left. Who says yes once is not asked again. */
export function mayLeave(): boolean {
  for (const one of [...unsaved]) {
    if (!window.confirm(one.ask)) return false;
    unsaved.delete(one);
  }
  return true;
}

window.addEventListener('beforeunload', (event) => {
  if (unsaved.size > 0) event.preventDefault();
});

// Before the router hears of it: Back has changed the address already, and to stay is to put it back.
window.addEventListener(
  'popstate',
  (event) => {
    const at = [...unsaved].at(-1)?.at;
    if (at === undefined || mayLeave()) return;
    event.stopImmediatePropagation();
    history.pushState(null, '', at);
  },
  true,
);

/** Keeps the page from being left while `dirty`. What is returned lets go at once, for who leaves on purpose. */
export function useUnsaved(dirty: boolean, ask: string): () => void {
  const held = useRef<Unsaved>(undefined);
  useEffect(() => {
    if (!dirty) return undefined;
    const one = { ask, at: window.location.href };
    held.current = one;
    unsaved.add(one);
    return () => {
      unsaved.delete(one);
    };
  }, [dirty, ask]);
  return () => {
    if (held.current) unsaved.delete(held.current);
  };
}
