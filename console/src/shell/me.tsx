// Who is signed in, and how their console looks and sounds.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, type ReactNode } from 'react';
import * as calls from '../api/calls';
import { session } from '../api/client';
import type { Me, Settings } from '../api/wire';
import { complain } from '../kit/toast';

interface Self {
  me: Me;
  change: (change: calls.MeChange) => void;
  settle: (settings: Settings) => void;
  manages: boolean;
  speaks: boolean;
}

const Context = createContext<Self | null>(null);

export function MeProvider({ me, children }: { me: Me; children: ReactNode }) {
  const client = useQueryClient();
  session.proof(me.csrf);
  const { mutate } = useMutation({
    mutationFn: calls.changeMe,
    onMutate: (change) => {
      const before = client.getQueryData<Me>(['me']);
      const { password: _, ...shown } = change;
      if (before) client.setQueryData<Me>(['me'], { ...before, ...shown });
      return before;
    },
    onError: (error, _, before) => {
      if (before) client.setQueryData(['me'], before);
      complain(error);
    },
    onSuccess: (changed) => client.setQueryData(['me'], changed),
  });
  const self = useMemo<Self>(
    () => ({
      me,
      change: mutate,
      settle: (settings) => mutate({ settings: { ...me.settings, ...settings } }),
      manages: me.role === 'owner' || me.role === 'admin',
      speaks: me.role !== 'qa',
    }),
    [me, mutate],
  );
  useTheme(me.settings?.theme ?? 'auto');
  return <Context.Provider value={self}>{children}</Context.Provider>;
}

export function useMe(): Self {
  const self = useContext(Context);
  if (self === null) throw new Error('nobody is signed in here');
  return self;
}

const dark = window.matchMedia('(prefers-color-scheme: dark)');

function paint(theme: 'auto' | 'light' | 'dark'): void {
  document.documentElement.dataset.theme = theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
}

/** The theme of last time, before anything is drawn. */
export const paintFirst = () => paint(keptTheme());

/** Puts the theme on the page and remembers it for the next start. */
export function useTheme(theme: 'auto' | 'light' | 'dark'): void {
  useEffect(() => {
    localStorage.setItem('frontdesk.theme', theme);
    const put = () => paint(theme);
    put();
    dark.addEventListener('change', put);
    return () => dark.removeEventListener('change', put);
  }, [theme]);
}

export function keptTheme(): 'auto' | 'light' | 'dark' {
  const kept = localStorage.getItem('frontdesk.theme');
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}
