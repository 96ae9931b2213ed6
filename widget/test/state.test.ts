import { describe, expect, test } from 'vitest';
import { EMPTY, hear, take, tick, unread, withPeople, type Conversation } from '../src/model/state.ts';
import type { Frame, Sentence } from '../src/model/types.ts';

let seq = 0;
const at = '2026-11-25T10:00:00Z';
const frame = (rest: Record<string, unknown>): Frame => ({ seq: (seq += 1), at, ...rest }) as Frame;
const fold = (frames: Frame[], from: Conversation = EMPTY): Conversation => frames.reduce(take, from);
const sentence = (turn: string, number: number): Sentence => ({ turn, number, text: `s${number}`, citations: [] });
const bot = (turn: string): Frame => frame({ type: 'bot_said', turn, text: 'x', mode: 'model', citations: [], offers_human: false });
const said = (client_id: string): Frame => frame({ type: 'customer_said', client_id, text: 'hi' });
const start = (turn: string): Frame => frame({ type: 'turn_started', turn });

describe('frames', () => {
  test('come once and in order, however often they are sent', () => {
    const frames = [said('1'), start('a'), bot('a'), said('2')];
    const once = fold(frames);
    expect(fold([...frames, ...frames], EMPTY)).toEqual(once);
    expect(fold(frames.slice(1), once)).toBe(once);
    expect(once.messages.map((message) => message.kind)).toEqual(['customer', 'bot', 'customer']);
  });

  test('sentences become the reply that they announced, and nothing is shown twice', () => {
    let now = fold([said('1'), start('a')]);
    now = hear(hear(now, sentence('a', 1)), sentence('a', 1));
    expect(now.draft?.sentences).toHaveLength(1);
    now = hear(now, sentence('a', 3));
    expect(now.draft?.sentences, 'a gap waits for the whole reply').toHaveLength(1);
    now = hear(now, sentence('a', 2));
    expect(now.draft?.sentences).toHaveLength(2);
    const done = take(now, bot('a'));
    expect([done.draft, done.turn, done.messages.length]).toEqual([null, null, 2]);
    expect(hear(done, sentence('a', 3)), 'a late sentence of a finished turn').toBe(done);
  });

  test('who comes in the middle of a reply waits for the whole of it', () => {
    const now = fold([said('1'), start('a')]);
    expect(hear(now, sentence('a', 2)).draft).toBeNull();
  });

  test('a person who steps in withdraws what was shown', () => {
    for (const what of [{ type: 'escalated' }, { type: 'claimed', agent: 'Ann' }]) {
      let now = hear(fold([said('1'), start('a')]), sentence('a', 1));
      now = take(now, frame(what));
      expect(now.draft).toBeNull();
      expect(hear(now, sentence('a', 2)), 'and nothing more of it is shown').toBe(now);
    }
  });

  test('who is passed on is told to whom, or that they wait again', () => {
    const ann = fold([said('1'), frame({ type: 'claimed', agent: 'Ann' })]);
    const tom = take(ann, frame({ type: 'transferred', agent: { name: 'Tom' } }));
    expect([tom.owner, tom.agent, tom.messages.at(-1)]).toMatchObject(['agent', 'Tom', { kind: 'line', what: 'claimed', agent: 'Tom' }]);
    const nobody = take(tom, frame({ type: 'transferred', agent: null }));
    expect([nobody.owner, nobody.messages.at(-1)]).toMatchObject(['queue', { kind: 'line', what: 'to_queue' }]);
    expect([EMPTY, ann, nobody, take(ann, frame({ type: 'resolved' }))].map(withPeople)).toEqual([false, true, true, false]);
  });

  test('a conversation that is opened again belongs to the bot', () => {
    const now = fold([said('1'), frame({ type: 'claimed', agent: 'Ann' }), frame({ type: 'resolved' }), frame({ type: 'rated', score: 4 })]);
    expect([now.resolved, now.rating, now.owner]).toEqual([true, 4, 'agent']);
    const again = fold([frame({ type: 'reopened' }), said('2')], now);
    expect([again.resolved, again.owner]).toEqual([false, 'bot']);
  });
});

test('ticks tell what was read', () => {
  const first = said('1');
  const now = fold([first]);
  expect(tick(now, first.seq)).toBe('sent');
  expect(tick(fold([frame({ type: 'seen', through: first.seq })], now), first.seq)).toBe('read');
  expect(tick(fold([start('a')], now), first.seq)).toBe('read');
});

test('unread counts what the business said, and only that', () => {
  const frames = [said('1'), start('a'), bot('a'), frame({ type: 'agent_said', text: 'x', agent: 'Ann' }), frame({ type: 'resolved' })];
  const now = fold(frames);
  expect(unread(now, 0)).toBe(2);
  expect(unread(now, frames[2]?.seq ?? 0)).toBe(1);
  expect(unread(now, now.last)).toBe(0);
});
