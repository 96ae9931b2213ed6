// Whether the window is as a media query says, now and when it changes. The widths here are the ones of look/small.css.
import { useSyncExternalStore } from 'react';

/** No room for words in the navigation. */
export const SLIM = '(max-width: 1000px)';
/** No room for a navigation beside the page. */
export const PHONE = '(max-width: 640px)';
/** No room for the details beside list and conversation. */
export const NO_DETAILS = '(max-width: 1180px)';
/** Room for either the list or the conversation. */
export const ONE_PANE = '(max-width: 760px)';

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
  );
}
