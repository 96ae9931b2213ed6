import { describe, expect, it, vi } from 'vitest';
import type { Agent, Canned, Citation, Conversation, Frame, Row, Summary } from '../src/api/wire';
import { appended, blank, gaps, outcome, returned, without } from '../src/desk/draft';
import { keepDraft, outbox, readDraft } from '../src/desk/outbox';
import { blocks, inline } from '../src/desk/markup';
import { fill, matchingCanned, mentioned, trigger } from '../src/desk/suggest';
import { heard, merged, withFrame } from '../src/desk/use-conversation';
import { isNews } from '../src/shell/live';
import { labelsIn, snoozeTimes } from '../src/desk/dialogs';
import { lasted } from '../src/words/format';

describe('markup', () => {
  it('reads what answers are written in', () => {
    expect(blocks('Take **30 days** [1].\n\n- one\n- two').map((block) => block.kind)).toEqual(['paragraph', 'list']);
    expect(blocks('| a | b |\n|---|---|\n| 1 | 2 |')[0]).toMatchObject({ kind: 'table', rows: [[[{ text: '1' }], [{ text: '2' }]]] });
    expect(inline('see [1] and [shop](https://shop.example/x)')).toEqual([
      { kind: 'text', text: 'see ' },
      { kind: 'cite', number: 1 },
      { kind: 'text', text: ' and ' },
      { kind: 'link', text: 'shop', href: 'https://shop.example/x' },
    ]);
  });

  it('makes no link that runs a script', () => {
    expect(inline('[x](javascript:alert(1)) <img src=x onerror=alert(1)>').every((part) => part.kind === 'text')).toBe(true);
  });

  it('ends an address before the full stop of its sentence', () => {
    expect(inline('见 https://shop.example/a。')[1]).toEqual({ kind: 'link', text: 'https://shop.example/a', href: 'https://shop.example/a' });
  });
});

describe('suggestions', () => {
  const canned = (shortcut: string, language: string | null = null): Canned => ({ id: shortcut, shortcut, title: shortcut, text: 'Hello {{contact.name}}', language, shared: true });
  const agent = (id: string, name: string) => ({ id, name, email: `${id}@shop.example` }) as Agent;

  it('open behind a slash that begins a word, never inside an address', () => {
    expect(trigger('/re', 3, '/')).toEqual({ sign: '/', word: 're', start: 0, end: 3 });
    expect(trigger('Hi /re', 6, '/')?.start).toBe(3);
    expect(trigger('https://x', 9, '/')).toBeNull();
    expect(trigger('1/2', 3, '/')).toBeNull();
    expect(trigger('请看@王', 4, '/@')).toEqual({ sign: '@', word: '王', start: 2, end: 4 });
    expect(trigger('a@b', 3, '/@')).toBeNull();
  });

  it('put the best match and the customer’s language first', () => {
    const all = [canned('thanks'), canned('refund', 'zh'), canned('refund-en', 'en')];
    expect(matchingCanned(all, 'ref', 'en').map((one) => one.id)).toEqual(['refund-en', 'refund']);
  });

  it('fill variables and leave what has no value to be seen', () => {
    expect(fill('Dear {{contact.name}}, {{ agent.name }} {{unknown}}', { 'contact.name': '', 'agent.name': 'Ana', 'conversation.id': '1' })).toBe('Dear {{contact.name}}, Ana {{unknown}}');
  });

  it('know whom a note names', () => {
    expect(mentioned('@Li Wei please look', [agent('1', 'Li Wei'), agent('2', 'Ana')])).toEqual(['1']);
    const all = [agent('1', 'Ann'), agent('2', 'Anna'), agent('3', '李伟'), agent('4', 'Ann Lee')];
    expect(mentioned('@Anna, and @Ann.', all)).toEqual(['2', '1']);
    expect(mentioned('@Anna', all)).toEqual(['2']);
    expect(mentioned('@Annabel', all)).toEqual([]);
    expect(mentioned('请@李伟看一下，@Ann Lee请跟进', all)).toEqual(['3', '4']);
  });
});

describe('what is being written', () => {
  const cited = (number: number, quote = `q${number}`) => ({ number, chunk: 'c', quote, title: 't' }) as Citation;

  it('numbers the sources of an added text on, in its words, too', () => {
    const first = appended(blank, 'Thirty days [1]. Free [2].', [cited(1), cited(2)]);
    expect(first.reply).toBe('Thirty days [1]. Free [2].');
    const both = appended(without(first, 1), 'Unused [1], see [x](https://a.example), [7].', [cited(1, 'new')]);
    expect(both.reply).toBe('Thirty days. Free [2].\n\nUnused [3], see [x](https://a.example), [7].');
    expect(both.citations.map((one) => [one.number, one.quote])).toEqual([[2, 'q2'], [3, 'new']]);
    // The same words of the same passage are one source.
    expect(appended(first, 'Again [9].', [cited(9, 'q2')])).toMatchObject({ reply: 'Thirty days [1]. Free [2].\n\nAgain [2].', citations: [{ number: 1 }, { number: 2 }] });
  });

  it('takes back what was not sent, above what was written since', () => {
    const unsent = { text: 'First [1]', attachments: [], citations: [cited(1)] };
    expect(returned(blank, unsent).reply).toBe('First [1]');
    expect(returned({ ...blank, reply: 'Second [1]', citations: [cited(1, 'other')] }, unsent)).toMatchObject({ reply: 'First [1]\n\nSecond [2]', citations: [{ number: 1, quote: 'q1' }, { number: 2, quote: 'other' }] });
  });

  it('knows its gaps, and what became of a proposal', () => {
    expect(gaps('Dear {{contact.name}}, {{ order }} {{ order }} { } {{}}')).toEqual(['{{contact.name}}', '{{ order }}', '{{}}']);
    expect(gaps('Dear Ana')).toEqual([]);
    expect([outcome('Yes. ', 'Yes.'), outcome('Yes.', 'No.')]).toEqual(['accepted', 'edited']);
  });

  it('is kept with its files and sources', () => {
    const file = { hash: 'h', name: 'a.png', media_type: 'image/png', bytes: 1 };
    const written = { ...blank, reply: 'See [1]', citations: [cited(1)], files: [file], proposed: ['See [1]'] };
    keepDraft('me', 'one', written);
    expect(readDraft('me', 'one')).toEqual(written);
    expect(readDraft('me', 'other')).toEqual(blank);
    keepDraft('me', 'one', blank);
    expect(localStorage.getItem('frontdesk.draft.me.one')).toBeNull();
  });

  it('is not lost when it failed to go out', async () => {
    const one = { client_id: 'x', text: 'Hello', attachments: [], citations: [], state: 'sending' as const };
    outbox('me', 'one').add(one);
    outbox('me', 'one').fail('x', 'offline');
    // Another page of the same browser.
    vi.resetModules();
    const later = await import('../src/desk/outbox');
    expect(later.outbox('me', 'one').all()).toMatchObject([{ client_id: 'x', text: 'Hello', state: 'failed', why: 'offline' }]);
    expect(later.outbox('you', 'one').all()).toEqual([]);
    later.outbox('me', 'one').sent('x');
    expect(localStorage.getItem('frontdesk.draft.unsent.me.one')).toBeNull();
  });
});

describe('a conversation', () => {
  const frame = (seq: number) => ({ seq, at: '2026-01-01T00:00:00Z', type: 'woken', by: 'system' }) as Frame;
  it('takes each event once, in its place', () => {
    const once = withFrame([frame(1), frame(3)], frame(2));
    expect(once.map((one) => one.seq)).toEqual([1, 2, 3]);
    expect(withFrame(once, frame(2))).toBe(once);
    expect(withFrame(once, frame(4)).at(-1)?.seq).toBe(4);
  });

  it('loses nothing to an answer that was on its way', () => {
    const at = (seq: number, events: Frame[]) => ({ row: { seq }, events }) as Conversation;
    const both = merged(at(3, [frame(1), frame(2), frame(3)]), at(2, [frame(1), frame(2)]));
    expect([both.row.seq, both.events.map((one) => one.seq)]).toEqual([3, [1, 2, 3]]);
    expect(merged(undefined, at(1, [frame(1)])).events.length).toBe(1);
  });

  it('takes the summary that a model wrote, and keeps the one that an agent asked for', () => {
    const said = (problem: string) => ({ problem, tried: [], facts: [], open_question: '', citations: [], by_model: true }) as Summary;
    const escalated = { ...frame(2), type: 'escalated', reason: { kind: 'asked', priority: 'normal' }, summary: said('log') } as Frame;
    const known = { row: { seq: 2 }, events: [frame(1), escalated], summary: said('log') } as Conversation;
    const summarised = { ...frame(3), type: 'summarised', of: 2, summary: said('model') } as Frame;
    const told = heard(known, summarised);
    expect([told.summary?.problem, told.events.length]).toEqual(['model', 3]);
    expect(heard(known, { ...summarised, of: 1 } as Frame).summary?.problem).toBe('log');
    const asked = { ...told, summary: said('asked') };
    expect(merged(asked, told).summary?.problem).toBe('asked');
    const again = { ...escalated, seq: 9, summary: said('second') } as Frame;
    expect(merged(asked, { ...told, events: [...told.events, again], summary: said('second') }).summary?.problem).toBe('second');
  });

  it('is news when the customer spoke, whatever else came with it', () => {
    const row = (seq: number, last: number) => ({ seq, last: { seq: last, from: 'customer' } }) as Row;
    expect([isNews(row(8, 6), row(5, 4)), isNews(row(8, 4), row(5, 4)), isNews(row(6, 6), undefined), isNews(row(8, 6), undefined)]).toEqual([true, false, true, false]);
  });

  it('wakes on the next Monday, also on a Monday', () => {
    const monday = snoozeTimes(new Date(2026, 10, 23, 12)).find((one) => one.key === 'monday')?.at;
    expect([monday?.getDay(), monday?.getDate(), monday?.getHours()]).toEqual([1, 30, 9]);
    const sunday = snoozeTimes(new Date(2026, 10, 29, 12)).find((one) => one.key === 'monday')?.at;
    expect(sunday?.getDate()).toBe(30);
  });

  it('takes several labels at once, however their commas are written', () => {
    expect(labelsIn(' broken, urgent case，退货、broken;; ')).toEqual(['broken', 'urgent case', '退货']);
    expect(labelsIn(' , ')).toEqual([]);
  });

  it('says how long somebody waits', () => {
    expect([lasted(5_000, 'en'), lasted(125_000, 'en'), lasted(7_200_000, 'zh'), lasted(-5, 'en')]).toEqual(['5 s', '2 min', '2 小时', '0 s']);
  });
});
