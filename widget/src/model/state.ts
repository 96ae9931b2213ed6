/**
 * What the widget shows, as a fold of what it heard. Pure: the same frames give the same picture, however often they come and in
 * whichever tab.
 */
import type { Attachment, Citation, Frame, Mode, Queue, Sentence } from './types.ts';

export type Message = { seq: number; at: string } & (
  | { kind: 'customer'; client_id: string; text: string; attachments: Attachment[] }
  | { kind: 'bot'; turn: string; text: string; mode: Mode; citations: Citation[]; offersHuman: boolean }
  | { kind: 'agent'; text: string; agent: string; attachments: Attachment[]; citations: Citation[] }
  | { kind: 'line'; what: Line; agent?: string; notice?: string }
);

export type Line = 'escalated' | 'claimed' | 'to_bot' | 'to_queue' | 'resolved' | 'reopened';

/** A reply that is being made: its verified sentences so far. */
export interface Draft {
  turn: string;
  sentences: Sentence[];
}

export interface Conversation {
  /** Seq of the last event that was taken in. */
  last: number;
  messages: Message[];
  draft: Draft | null;
  /** The bot's turn under way. */
  turn: string | null;
  owner: 'bot' | 'queue' | 'agent';
  /** Name of the person who has the conversation, or had it last. */
  agent: string;
  queue: Queue | null;
  /** How far the business has read. */
  seen: number;
  resolved: boolean;
  rating: number | null;
}

export const EMPTY: Conversation = {
  last: 0,
  messages: [],
  draft: null,
  turn: null,
  owner: 'bot',
  agent: '',
  queue: null,
  seen: 0,
  resolved: false,
  rating: null,
};

/** Takes in an event. One that was seen before, or an older one, changes nothing. */
export function take(before: Conversation, frame: Frame): Conversation {
  if (frame.seq <= before.last) return before;
  const after = { ...before, last: frame.seq };
  const say = (message: Message): Message[] => [...before.messages, message];
  const line = (what: Line, more: { agent?: string; notice?: string } = {}): Message[] =>
    say({ kind: 'line', seq: frame.seq, at: frame.at, what, ...more });
  const silent = { draft: null, turn: null };
  switch (frame.type) {
    case 'customer_said':
      return {
        ...after,
        messages: say({ kind: 'customer', seq: frame.seq, at: frame.at, client_id: frame.client_id, text: frame.text, attachments: frame.attachments ?? [] }),
      };
    case 'turn_started':
      return { ...after, turn: frame.turn, draft: before.draft?.turn === frame.turn ? before.draft : null, seen: frame.seq };
    case 'bot_said':
      return {
        ...after,
        ...silent,
        seen: frame.seq,
        messages: say({
          kind: 'bot',
          seq: frame.seq,
          at: frame.at,
          turn: frame.turn,
          text: frame.text,
          mode: frame.mode,
          citations: frame.citations,
          offersHuman: frame.offers_human,
        }),
      };
    case 'agent_said':
      return {
        ...after,
        ...silent,
        seen: frame.seq,
        agent: frame.agent ?? before.agent,
        messages: say({ kind: 'agent', seq: frame.seq, at: frame.at, text: frame.text, agent: frame.agent ?? before.agent, attachments: frame.attachments ?? [], citations: frame.citations ?? [] }),
      };
    case 'escalated':
      return { ...after, ...silent, owner: 'queue', messages: line('escalated', frame.notice ? { notice: frame.notice } : {}) };
    case 'claimed':
      return { ...after, ...silent, owner: 'agent', queue: null, agent: frame.agent ?? '', messages: line('claimed', { agent: frame.agent ?? '' }) };
    case 'released':
      return { ...after, ...silent, owner: frame.to_bot ? 'bot' : 'queue', queue: null, messages: line(frame.to_bot ? 'to_bot' : 'to_queue') };
    case 'transferred':
      return frame.agent
        ? { ...after, ...silent, owner: 'agent', queue: null, agent: frame.agent.name ?? '', messages: line('claimed', { agent: frame.agent.name ?? '' }) }
        : { ...after, ...silent, owner: 'queue', queue: null, messages: line('to_queue') };
    case 'seen':
      return { ...after, seen: Math.max(before.seen, frame.through) };
    case 'resolved':
      return { ...after, ...silent, resolved: true, queue: null, rating: null, messages: line('resolved') };
    case 'reopened':
      return { ...after, resolved: false, owner: 'bot', queue: null, messages: line('reopened') };
    case 'rated':
      return { ...after, rating: frame.score };
    default:
      return after;
  }
}

/** Takes in a sentence of the reply under way. Who came too late for the first one waits for the whole reply. */
export function hear(before: Conversation, sentence: Sentence): Conversation {
  const draft = before.draft;
  // The turn is over: its reply is among the messages, or it was withdrawn.
  if (before.turn !== null && before.turn !== sentence.turn) return before;
  if (before.messages.some((message) => message.kind === 'bot' && message.turn === sentence.turn)) return before;
  if (before.owner !== 'bot' || before.resolved) return before;
  if (!draft || draft.turn !== sentence.turn) {
    return sentence.number === 1 ? { ...before, draft: { turn: sentence.turn, sentences: [sentence] } } : before;
  }
  if (sentence.number !== draft.sentences.length + 1) return before;
  return { ...before, draft: { ...draft, sentences: [...draft.sentences, sentence] } };
}

/** Whether a person has the conversation, or is waited for. */
export function withPeople(conversation: Conversation): boolean {
  return conversation.owner !== 'bot' && !conversation.resolved;
}

/** Whether a message of the customer's is in the journal. */
export function said(conversation: Conversation, client_id: string): boolean {
  return conversation.messages.some((message) => message.kind === 'customer' && message.client_id === client_id);
}

/** What the business has said, for badges and receipts. */
export function fromBusiness(message: Message): boolean {
  return message.kind === 'bot' || message.kind === 'agent';
}

/** How many messages of the business came after the last one that the customer saw. */
export function unread(conversation: Conversation, readThrough: number): number {
  return conversation.messages.filter((message) => fromBusiness(message) && message.seq > readThrough).length;
}

export type Tick = 'sent' | 'read';

/** A message that is in the journal was sent; it was read when somebody of the business saw it, or the bot began to answer it. */
export function tick(conversation: Conversation, seq: number): Tick {
  return conversation.seen >= seq ? 'read' : 'sent';
}
