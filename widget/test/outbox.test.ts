import { expect, test } from 'vitest';
import { add, drop, mark, next, pause, revived, unsaid, type Outbox } from '../src/model/outbox.ts';

const message = (client_id: string) => ({ client_id, text: client_id, attachments: [], at: '' });
const box = (...ids: string[]): Outbox => ids.reduce<Outbox>((all, id) => add(all, message(id)), []);

test('messages leave in order, one at a time, and a refused one holds up nobody', () => {
  let now = box('a', 'b', 'c');
  expect(next(now)?.client_id).toBe('a');
  now = mark(now, 'a', 'sending');
  expect(next(now)).toBeUndefined();
  now = mark(now, 'a', 'failed', 'too long');
  expect(now[0]?.reason).toBe('too long');
  expect(next(now)?.client_id).toBe('b');
  now = mark(now, 'b', 'sent');
  expect(next(now)?.client_id).toBe('c');
  now = mark(now, 'a', 'waiting');
  expect(now[0]).not.toHaveProperty('reason');
});

test('adding or dropping twice changes nothing', () => {
  const now = box('a');
  expect(add(now, message('a'))).toBe(now);
  expect(drop(now, 'b')).toBe(now);
  expect(drop(drop(now, 'a'), 'a')).toEqual([]);
});

test('what was under way when a page closed is sent again', () => {
  expect(revived(mark(box('a', 'b'), 'a', 'sending')).map((one) => one.state)).toEqual(['waiting', 'waiting']);
});

test('what this tab is sending is under way still', () => {
  const now = mark(box('a', 'b'), 'a', 'sending');
  expect(revived(now, 'a')).toBe(now);
  expect(revived(now, 'b').map((one) => one.state)).toEqual(['waiting', 'waiting']);
});

test('what had not arrived in a conversation that is gone is still to be said', () => {
  const now = mark(mark(mark(box('a', 'b', 'c', 'd'), 'a', 'sent'), 'b', 'failed', 'too long'), 'c', 'sending');
  expect(unsaid(now).map((one) => [one.client_id, one.state])).toEqual([['b', 'failed'], ['c', 'waiting'], ['d', 'waiting']]);
});

test('waits grow up to ten seconds and are never all the same', () => {
  expect(pause(1, 0)).toBe(250);
  expect(pause(1, 1)).toBe(500);
  expect(pause(50, 1)).toBe(10_000);
});
