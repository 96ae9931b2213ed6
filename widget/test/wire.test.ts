import { describe, expect, test } from 'vitest';
import { keep } from '../src/early.ts';
import { attributes, read as options } from '../src/api.ts';
import { refused } from '../src/model/files.ts';
import { day, span, when } from '../src/text/when.ts';
import { parser, type Sent } from '../src/wire/sse.ts';
import { read } from '../src/wire/stream.ts';
import { choose, pick, wordsOf, regional } from '../src/words/index.ts';

const STREAM = 'id: 3\nevent: bot_said\ndata: {"seq":3,\ndata: "type":"bot_said"}\n\n: still here\n\nevent: sentence\r\ndata: {"turn":"a"}\r\n\r\ndata: plain\n\n';

describe('server-sent events', () => {
  test('are the same however they are cut', () => {
    const heard = (pieces: string[]): Sent[] => {
      const all: Sent[] = [];
      const feed = parser((sent) => all.push(sent));
      for (const piece of pieces) feed(piece);
      return all;
    };
    const whole = heard([STREAM]);
    expect(whole).toEqual([
      { id: '3', event: 'bot_said', data: '{"seq":3,\n"type":"bot_said"}' },
      { id: '', event: 'sentence', data: '{"turn":"a"}' },
      { id: '', event: 'message', data: 'plain' },
    ]);
    expect(heard([...STREAM])).toEqual(whole);
    for (let cut = 1; cut < STREAM.length; cut += 1) expect(heard([STREAM.slice(0, cut), STREAM.slice(cut)]), `cut at ${cut}`).toEqual(whole);
  });

  test('what cannot be read is left out', () => {
    expect(read({ id: '', event: 'bot_said', data: '{' })).toBeNull();
    expect(read({ id: '', event: 'news', data: '{"x":1}' })).toBeNull();
    expect(read({ id: '', event: 'typing', data: '{"name":"Ann"}' })).toEqual({ kind: 'typing', name: 'Ann' });
  });
});

describe('what a page says', () => {
  test('boot takes options that make sense and leaves the others out', () => {
    expect(options({ inbox: 'k', locale: 'ar', theme: 'pink', position: 'left', contact: { name: ' Ann ', age: 7 } })).toEqual({
      inbox: 'k',
      language: 'ar',
      position: 'left',
      contact: { name: 'Ann' },
    });
    expect(options({ inbox: ' ' })).toBeNull();
    expect(options('k')).toBeNull();
  });

  test('attributes are short texts', () => {
    expect(attributes({ plan: 'pro', seats: 3, vip: true, nested: {}, nothing: null })).toEqual({ plan: 'pro', seats: '3', vip: 'true' });
    expect(Object.keys(attributes(Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`k${n}`, 'v']))))).toHaveLength(50);
  });
});

test('who listens before there is anything to hear can stop listening', () => {
  const calls: unknown[][] = [];
  const heard: unknown[] = [];
  const stop = keep(calls, ['on', 'unread', (count: unknown) => heard.push(count)]);
  expect(keep(calls, ['open'])).toBeUndefined();
  expect(calls.map(([command, happening]) => [command, happening])).toEqual([['on', 'unread'], ['open', undefined]]);
  const listen = calls[0]?.[2] as (what: unknown) => void;
  listen(1);
  stop?.();
  listen(2);
  expect(heard).toEqual([1]);
});

test('files are refused before a vain upload', () => {
  const rules = { max_mib: 1, types: ['image/*', 'application/pdf'] };
  const file = (type: string, size: number) => ({ name: 'x', type, size });
  expect(refused(file('image/png', 10), rules)).toBeNull();
  expect(refused(file('', 10), rules), 'the house looks at the bytes').toBeNull();
  expect(refused(file('text/html', 10), rules)).toBe('type');
  expect(refused(file('image/png', 1024 * 1024 + 1), rules)).toBe('size');
});

describe('languages', () => {
  test('the first that we speak is spoken', () => {
    expect(choose([undefined, 'fr', 'zh-TW', 'en'])).toBe('zh');
    expect(choose([null, 'AR-eg'])).toBe('ar');
    expect(choose(['', 'eng'])).toBe('en');
    expect(pick({ en: '', zh: '您好' }, 'ar')).toBe('您好');
  });

  test('every language has every word, and counts properly', async () => {
    const [en, zh, ar] = await Promise.all([wordsOf('en'), wordsOf('zh'), wordsOf('ar')]);
    for (const words of [zh, ar]) {
      expect(Object.keys(words).sort()).toEqual(Object.keys(en).sort());
      for (const [key, text] of Object.entries(words)) expect(text, key).not.toBe('');
    }
    expect([1, 2, 3, 11, 22].map((n) => en.place(n))).toEqual(['1st', '2nd', '3rd', '11th', '22nd'].map((n) => `You are ${n} in line`));
    expect(ar.wait(2)).toContain('دقيقتين');
    expect(zh.replyIn(span(5, zh.tag))).toBe('人工客服通常在 5 分钟内回复');
  });
});

test('clocks are as where the visitor is, in the language that is spoken', () => {
  expect(regional('en', ['zh-CN', 'en-GB', 'en-US'])).toBe('en-GB');
  expect(regional('zh-CN', ['en-GB'])).toBe('zh-CN');
});

test('moments are said as people say them', () => {
  const now = new Date(2026, 10, 25, 12, 0);
  expect(when(new Date(2026, 10, 25, 15, 30).toISOString(), 'en-GB', now)).toBe('15:30');
  expect(when(new Date(2026, 10, 26, 9, 0).toISOString(), 'en-GB', now)).toMatch(/^Thursday.*09:00$/);
  expect(when('nonsense', 'en', now)).toBe('');
  const words = { today: 'Today', yesterday: 'Yesterday' };
  expect([1, 5, 90, 120, 150, 2_880, 10_080].map((minutes) => span(minutes, 'en'))).toEqual(['1 minute', '5 minutes', '90 minutes', '2 hours', '3 hours', '2 days', '7 days']);
  expect(day(new Date(2026, 10, 24, 23, 0).toISOString(), 'en', words, now)).toBe('Yesterday');
});
