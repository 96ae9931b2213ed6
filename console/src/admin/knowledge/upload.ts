// Files on their way to the server: a few at once, each with what became of it.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import * as admin from '../../api/admin';
import type { Received, Wording } from '../../api/admin-wire';
import { KEY } from './shelf';

export type Fate = 'waiting' | 'sending' | 'taken' | 'unchanged' | 'refused';

export interface Sent {
  key: number;
  name: string;
  bytes: number;
  fate: Fate;
  why?: Wording | string;
}

const AT_ONCE = 3;

/** What the answer to one file means for it. */
export function fateOf(received: Received): Pick<Sent, 'fate'> & { why?: Wording } {
  const refused = received.refused[0];
  if (refused) return { fate: 'refused', why: { en: refused.en, zh: refused.zh } };
  return { fate: received.documents[0]?.unchanged ? 'unchanged' : 'taken' };
}

export function useUploads() {
  const client = useQueryClient();
  const [sent, setSent] = useState<Sent[]>([]);
  const queue = useRef<{ key: number; file: File }[]>([]);
  const running = useRef(0);
  const next = useRef(1);

  const put = useCallback((key: number, change: Partial<Sent>) => setSent((all) => all.map((one) => (one.key === key ? { ...one, ...change } : one))), []);

  const work = useCallback(async () => {
    if (running.current >= AT_ONCE) return;
    running.current += 1;
    for (let one = queue.current.shift(); one; one = queue.current.shift()) {
      put(one.key, { fate: 'sending' });
      try {
        put(one.key, fateOf(await admin.upload(one.file)));
      } catch (error) {
        put(one.key, { fate: 'refused', why: error instanceof Error ? error.message : String(error) });
      }
      void client.invalidateQueries({ queryKey: KEY });
    }
    running.current -= 1;
  }, [client, put]);

  const send = useCallback(
    (files: File[]) => {
      const fresh = files.map((file) => ({ key: next.current++, file }));
      queue.current.push(...fresh);
      setSent((all) => [...all, ...fresh.map(({ key, file }) => ({ key, name: file.name, bytes: file.size, fate: 'waiting' as const }))]);
      for (let worker = 0; worker < AT_ONCE; worker++) void work();
    },
    [work],
  );

  return { sent, send, clear: () => setSent((all) => all.filter((one) => one.fate === 'waiting' || one.fate === 'sending')) };
}
