// One open conversation: its history, then what happens, without gap and without duplicate.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import * as calls from '../api/calls';
import { follow } from '../api/live';
import type { Conversation, Frame, Sentence, Watching } from '../api/wire';
import { useMe } from '../shell/me';
import { outbox } from './outbox';

export interface Moving {
  sentences: Sentence[];
  typing: string | null;
  watching: Watching[];
  /** When the newest message of the customer appeared here. */
  arrived: { seq: number; at: number };
}

/** Adds a frame in its place; one that is known is left out. */
export function withFrame(events: Frame[], frame: Frame): Frame[] {
  const last = events.at(-1);
  if (!last || frame.seq > last.seq) return [...events, frame];
  if (events.some((one) => one.seq === frame.seq)) return events;
  return [...events, frame].sort((a, b) => a.seq - b.seq);
}

/** A conversation with one more frame, and with the summary that the frame may bring. */
export function heard(known: Conversation, frame: Frame): Conversation {
  const events = withFrame(known.events, frame);
  const handover = known.events.findLast((one) => one.type === 'escalated')?.seq;
  if (frame.type === 'escalated' || (frame.type === 'summarised' && (handover === undefined || frame.of === handover))) return { ...known, events, summary: frame.summary };
  return { ...known, events };
}

const lastSummary = (events: Frame[]) => events.findLast((frame) => frame.type === 'escalated' || frame.type === 'summarised')?.seq ?? 0;

/**
 * An answer that was on its way while the line brought more must not take that away again, nor a summary that an agent asked
 * for: the server keeps only those of a handover.
 */
export function merged(known: Conversation | undefined, fetched: Conversation): Conversation {
  if (!known) return fetched;
  const last = fetched.events.at(-1)?.seq ?? 0;
  const later = known.events.filter((frame) => frame.seq > last);
  const row = known.row.seq > fetched.row.seq ? known.row : fetched.row;
  const summary = known.summary && fetched.summary && lastSummary(known.events) >= lastSummary(fetched.events) ? known.summary : fetched.summary;
  return { ...fetched, row, events: later.length === 0 ? fetched.events : [...fetched.events, ...later], ...(summary === undefined ? {} : { summary }) };
}

/** Whether the page can be seen. Browsers keep six lines to a host, so that one that nobody looks at must be let go. */
function useShown(): boolean {
  return useSyncExternalStore(
    (read) => {
      document.addEventListener('visibilitychange', read);
      return () => document.removeEventListener('visibilitychange', read);
    },
    () => !document.hidden,
  );
}

const still: Moving = { sentences: [], typing: null, watching: [], arrived: { seq: 0, at: 0 } };

export function useConversation(id: string) {
  const client = useQueryClient();
  const { me } = useMe();
  const [moving, setMoving] = useState<Moving>(still);
  const one = useQuery({
    queryKey: ['conversation', id],
    queryFn: async ({ signal }) => merged(client.getQueryData<Conversation>(['conversation', id]), await calls.conversation(id, signal)),
    staleTime: 5_000,
  });
  const loaded = one.data !== undefined;
  const shown = useShown();
  const last = useRef(0);
  last.current = one.data?.events.at(-1)?.seq ?? 0;

  useEffect(() => setMoving(still), [id]);
  useEffect(() => {
    if (!loaded || !shown) return undefined;
    let typingTimer: number | undefined;
    const line = follow(
      () => `/api/v1/desk/conversations/${encodeURIComponent(id)}/events?after=${last.current}`,
      {
        frame: (data) => {
          const frame = data as Frame;
          client.setQueryData<Conversation>(['conversation', id], (known) => known && heard(known, frame));
          // Whose conversation it is, and what they wrote before, is another's now.
          if (frame.type === 'recognised') void client.invalidateQueries({ queryKey: ['conversation', id] });
          if (frame.type === 'agent_said') outbox(me.id, id).drop(frame.client_id);
          setMoving((before) => ({
            ...before,
            sentences: ['bot_said', 'escalated', 'claimed', 'resolved'].includes(frame.type) ? [] : before.sentences,
            typing: frame.type === 'customer_said' || frame.type === 'agent_said' ? null : before.typing,
            arrived: frame.type === 'customer_said' ? { seq: frame.seq, at: Date.now() } : before.arrived,
          }));
        },
        sentence: (data) => {
          const sentence = data as Sentence;
          setMoving((before) => {
            const same = before.sentences.filter((other) => other.turn === sentence.turn && other.number !== sentence.number);
            return { ...before, sentences: [...same, sentence].sort((a, b) => a.number - b.number) };
          });
        },
        typing: (data) => {
          const { who } = data as { who: string | { name: string } };
          window.clearTimeout(typingTimer);
          setMoving((before) => ({ ...before, typing: typeof who === 'string' ? who : who.name }));
          typingTimer = window.setTimeout(() => setMoving((before) => ({ ...before, typing: null })), 8000);
        },
        watching: (data) => setMoving((before) => ({ ...before, watching: data as Watching[] })),
      },
      () => undefined,
    );
    return () => {
      window.clearTimeout(typingTimer);
      line.close();
      // What was half said or half typed ends unseen; the line resumes behind the last frame.
      setMoving(({ arrived }) => ({ ...still, arrived }));
    };
  }, [client, id, loaded, shown, me.id]);
  return { ...one, moving };
}
