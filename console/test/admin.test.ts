import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changes } from '../src/admin/changes';
import { highlight } from '../src/admin/highlight';
import { tabOf } from '../src/admin/inboxes/edit';
import { fresh } from '../src/admin/inboxes/form';
import { following, likeMonday } from '../src/admin/inboxes/hours';
import { snippet } from '../src/admin/inboxes/install';
import { tidied } from '../src/admin/inboxes/time';
import { chosen, foundBy, learned, pace } from '../src/admin/knowledge/shelf';
import { fateOf } from '../src/admin/knowledge/upload';
import { lines } from '../src/admin/lines';
import { complaints } from '../src/admin/parts';
import { wrongs } from '../src/admin/policy/editor';
import type { Doc, DocumentStatus } from '../src/api/admin-wire';
import { Problem } from '../src/api/client';
import { zh } from '../src/words/admin.zh';

const marked = (text: string, terms: string[]) =>
  highlight(text, terms)
    .map((run) => (run.hit ? `[${run.text}]` : run.text))
    .join('');

describe('the words of a question in a passage', () => {
  it('are marked whole, also when the index knows the stem', () => {
    expect(marked('Standard delivery and deliveries', ['deliveri', 'standard'])).toBe('[Standard] [delivery] and [deliveries]');
    expect(marked('Returning is free', ['return'])).toBe('[Returning] is free');
  });
  it('are not marked inside of other words', () => {
    expect(marked('an orange', ['range', 'a'])).toBe('an orange');
    expect(marked('a returnable-looking overreturn', ['return'])).toBe('a [returnable]-looking overreturn');
  });
  it('are marked in Chinese where pairs of characters overlap', () => {
    expect(marked('七天无理由退货政策', ['退货', '货政', '政策'])).toBe('七天无理由[退货政策]');
  });
  it('never change the text', () => {
    expect(highlight('İstanbul <b>x</b>', ['b']).map((run) => run.text).join('')).toBe('İstanbul <b>x</b>');
  });
});

describe('documents', () => {
  const doc = (name: string, status: DocumentStatus, more: Partial<Doc> = {}): Doc => ({ id: name, name, title: null, status, searchable: true, reason: null, warnings: [], language: null, revision: 1, bytes: 1, chunks: 1, vectors: 0, vectors_goal: 0, uploaded_at: '', finished_at: null, ...more });
  it('are followed closely only while one is on its way', () => {
    expect(pace([[doc('a', 'ready'), doc('b', 'failed')]])).toBeGreaterThan(pace([[doc('a', 'ready'), doc('b', 'embedding')]]));
  });
  it('say how they are found, and no more than is known', () => {
    const one = (language: string | null) => doc('a', 'ready', { language });
    expect(foundBy(one('en'), undefined)).toBe('unknown');
    expect(foundBy(one('en'), { languages: [] })).toBe('words');
    expect(foundBy(one('en-GB'), { model: 'm', languages: ['en'] })).toBe('meaning');
    expect(foundBy(one('zh-CN'), { model: 'm', languages: ['en'] })).toBe('language');
    expect(foundBy(one(null), { model: 'm', languages: ['en'] })).toBe('unknown');
  });
  it('are chosen by kind and by name or title', () => {
    const all = [doc('a.pdf', 'ready', { title: 'Shipping' }), doc('b.pdf', 'reading'), doc('c.pdf', 'failed')];
    expect(chosen(all, 'working', '').map((one) => one.name)).toEqual(['b.pdf']);
    expect(chosen(all, 'all', ' SHIP ').map((one) => one.name)).toEqual(['a.pdf']);
  });
  it('say how much is learned only where that is known', () => {
    expect(learned(doc('a', 'embedding', { vectors: 3, vectors_goal: 12 }))).toBe(0.25);
    expect(learned(doc('a', 'ready', { vectors: 12, vectors_goal: 12 }))).toBeUndefined();
  });
  it('that were refused say why', () => {
    expect(fateOf({ documents: [], refused: [{ name: 'x', code: 'too_large', en: 'Too large.', zh: '过大。' }] })).toEqual({ fate: 'refused', why: { en: 'Too large.', zh: '过大。' } });
    expect(fateOf({ documents: [{ id: '1', name: 'x', unchanged: true }], refused: [] })).toEqual({ fate: 'unchanged' });
  });
});

describe('a change in the audit log', () => {
  it('shows only what differs, by its place', () => {
    expect(changes({ name: 'A', settings: { colour: '#1', origins: ['x'] } }, { name: 'A', settings: { colour: '#2', origins: ['x', 'y'] } })).toEqual([
      { place: 'settings.colour', before: '#1', after: '#2' },
      { place: 'settings.origins', before: 'x', after: 'x, y' },
    ]);
  });
  it('shows what came and what went', () => {
    expect(changes(null, { version: 3 })).toEqual([{ place: 'version', before: undefined, after: '3' }]);
    expect(changes('old', 'new')).toEqual([{ place: '', before: 'old', after: 'new' }]);
    expect(changes({ a: 1 }, { a: 1 })).toEqual([]);
  });
});

describe('hours', () => {
  it('are tidied as people type them', () => {
    expect(['9', '930', '9.30', '18：05', '24', '9点', 'noon', '25:00'].map(tidied)).toEqual(['09:00', '09:30', '09:30', '18:05', '24:00', '09:00', 'noon', '25:00']);
  });
  it('begin with a working day and go on after a pause', () => {
    expect(following([])).toEqual({ from: '09:00', to: '18:00' });
    expect(following([{ from: '09:00', to: '12:00' }])).toEqual({ from: '13:00', to: '16:00' });
    expect(following([{ from: '18:00', to: '23:00' }])).toEqual({ from: '23:00', to: '24:00' });
  });
  it('are copied to the working days alone', () => {
    const week = likeMonday([[{ from: '10:00', to: '12:00' }], [], [], [], [], [{ from: '11:00', to: '13:00' }], []]);
    expect(week.map((day) => day[0]?.from)).toEqual(['10:00', '10:00', '10:00', '10:00', '10:00', '11:00', undefined]);
  });
});

describe('a chat', () => {
  it('is pasted as one line', () => {
    expect(snippet('https://desk.example', 'k1')).toBe('<script src="https://desk.example/w.js" data-inbox="k1" async></script>');
  });
  it('asks for standard fields under their own names, and for others under free ones', () => {
    expect(fresh('email', [])).toMatchObject({ key: 'email', kind: 'email', label: { en: 'E-mail', zh: '邮箱' } });
    expect(fresh('custom', ['field_1']).key).toBe('field_2');
  });
  it('shows a complaint where its setting is', () => {
    const problem = new Problem(422, 'invalid', 'x', '', { errors: [{ at: 'settings.hours.zone', detail: 'There is no such zone.' }] });
    const wrong = complaints(problem, 'settings.');
    expect(wrong.get('hours.zone')).toBe('There is no such zone.');
    expect(['hours.zone', 'prechat.fields[0].key', 'origins[2]', 'suggestions.zh', 'uploads.types', 'resolve_idle_hours', 'colour'].map(tabOf)).toEqual(['hours', 'form', 'install', 'words', 'rules', 'rules', 'look']);
  });
  it('takes lists line by line', () => {
    expect(lines(' a \n\n b')).toEqual(['a', 'b']);
  });
});

describe('rules that were refused', () => {
  it('are told by line', () => {
    const problem = new Problem(422, 'policy_refused', 'No', 'no', { errors: [{ at: 'line 24', detail: 'expected `=`' }, { at: 'toml', detail: 'no such text' }] });
    expect(wrongs(problem)).toEqual([{ line: 24, detail: 'expected `=`' }, { line: undefined, detail: 'no such text' }]);
    expect(wrongs(null)).toEqual([]);
  });
});

describe('warnings of documents', () => {
  it('are said in Chinese, each of those that the reader knows', () => {
    const folder = join(import.meta.dirname, '../../src/knowledge');
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.rs'));
    const code = /warn\(\s*"([a-z_]+)"|Warning \{ code: "([a-z_]+)"\.to_owned\(\), message \}/g;
    const codes = new Set(sources.flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(code)].map((found) => found[1] ?? found[2] ?? '')));
    expect(codes.size).toBeGreaterThan(15);
    for (const one of codes) expect(zh.knowledge.warning(one, 'the sheet Prices could not be read'), one).toMatch(/\p{Script=Han}/u);
    expect(zh.knowledge.warning('page_without_text', '3 pages are pictures; run text recognition on them if they matter')).toContain('3 页');
    expect(zh.knowledge.warning('of_a_later_version', 'something new')).toBe('something new');
  });
});
