// Who has not touched the console for a while is away, until they touch it again.
import { useEffect, useRef } from 'react';
import type { Presence } from '../api/wire';
import { useMe } from './me';

/** When any tab of this browser was last touched, and whose absence the console noted by itself. */
const TOUCHED = 'frontdesk.touched';
const NOTED = 'frontdesk.noted_away';
const LOOK_MS = 15_000;
export const AWAY_AFTER = 15;

interface Watched {
  me: string;
  /** Zero never. */
  minutes: number;
  presence: () => Presence;
  change: (presence: Presence) => void;
}

export function watchIdle({ me, minutes, presence, change }: Watched): () => void {
  const touch = () => localStorage.setItem(TOUCHED, String(Date.now()));
  const touched = () => {
    touch();
    if (localStorage.getItem(NOTED) !== me) return;
    localStorage.removeItem(NOTED);
    // Only what the console did is undone.
    if (presence() === 'away') change('online');
  };
  const look = () => {
    const quiet = Date.now() - Number(localStorage.getItem(TOUCHED));
    if (minutes === 0 || presence() !== 'online' || quiet < minutes * 60_000) return;
    localStorage.setItem(NOTED, me);
    change('away');
  };
  touch();
  const timer = window.setInterval(look, LOOK_MS);
  for (const sign of ['keydown', 'pointerdown', 'wheel'] as const) window.addEventListener(sign, touched, { capture: true, passive: true });
  return () => {
    window.clearInterval(timer);
    for (const sign of ['keydown', 'pointerdown', 'wheel'] as const) window.removeEventListener(sign, touched, { capture: true });
  };
}

export function useIdle(): void {
  const { me, change } = useMe();
  const minutes = me.settings?.away_after ?? AWAY_AFTER;
  const latest = useRef({ presence: me.presence, change });
  latest.current = { presence: me.presence, change };
  useEffect(() => watchIdle({ me: me.id, minutes, presence: () => latest.current.presence, change: (presence) => latest.current.change({ presence }) }), [me.id, minutes]);
}
