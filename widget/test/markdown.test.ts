import { describe, expect, test } from 'vitest';
import { parse, plain } from '../src/text/markdown.ts';
import { locate } from '../src/text/quote.ts';

const inside = (text: string, known = (_: number): boolean => true) => {
  const block = parse(text, known)[0];
  return block && 'inside' in block ? block.inside : [];
};

describe('markdown', () => {
  test('reads paragraphs, lists, tables, headings and code', () => {
    const blocks = parse('# Title\n\nOne\ntwo\n\n- a\n- b\n  more\n\n3. c\n4. d\n\n| h | i |\n|---|---|\n| 1 | 2\\|3 |\n\n> said\n\n```\nlet x\n```');
    expect(blocks.map((block) => block.kind)).toEqual(['heading', 'paragraph', 'list', 'list', 'table', 'quote', 'code']);
    expect(blocks[2]).toMatchObject({ ordered: false, items: [[{ text: 'a' }], [{ text: 'b more' }]] });
    expect(blocks[3]).toMatchObject({ ordered: true, start: 3 });
    expect(blocks[4]).toMatchObject({ rows: [[[{ text: '1' }], [{ text: '2|3' }]]] });
  });

  test('marks that name no citation stay text', () => {
    expect(inside('Free [1] of charge [7].', (number) => number === 1)).toEqual([
      { kind: 'text', text: 'Free' },
      { kind: 'mark', number: 1 },
      { kind: 'text', text: ' of charge [7].' },
    ]);
  });

  test('only http leads anywhere', () => {
    for (const text of ['[x](javascript:alert(1))', '[x](data:text/html,hi)', '<img src=x onerror=alert(1)>', '<script>alert(1)</script>']) {
      expect(inside(text).every((node) => node.kind === 'text'), text).toBe(true);
      expect(plain(text), text).toBe(text);
    }
    expect(inside('[shop](https://shop.example/a)')).toEqual([{ kind: 'link', text: 'shop', href: 'https://shop.example/a' }]);
    expect(inside('见 https://shop.example/帮助。')[1]).toEqual({ kind: 'link', text: 'https://shop.example/帮助', href: 'https://shop.example/帮助' });
  });

  test('rows that were quoted without their header are a table all the same', () => {
    expect(plain('| Express | **2** days |\n| Slow | 5 |')).toBe('Express 2 days\nSlow 5');
    expect(plain('| Way | Days |\n|---|---|\n| Slow | 5 |')).toBe('Way Days\nSlow 5');
  });

  test('stars in sums are no emphasis', () => {
    expect(inside('2 * 3 * 4')).toEqual([{ kind: 'text', text: '2 * 3 * 4' }]);
    expect(inside('a **b** *c*').map((node) => node.kind)).toEqual(['text', 'strong', 'text', 'em']);
  });

  test('a long line of marks ends', () => {
    expect(parse('*'.repeat(5_000) + '['.repeat(5_000) + '`'.repeat(4_999)).length).toBe(1);
  });
});

describe('quotes', () => {
  test('are found across the pieces of a passage', () => {
    expect(locate(['Gift cards are ', 'valid for', ' 36 months.'], 'cards are valid for 36')).toEqual([
      { from: 5, to: 14 },
      { from: 0, to: 9 },
      { from: 1, to: 3 },
    ]);
  });

  test('white space does not count, other words do', () => {
    expect(locate(['退 货\n运费'], '退货运费')).toEqual([{ from: 0, to: 6 }]);
    expect(locate(['Gift cards'], 'gift card holders')).toBeNull();
    expect(locate(['x'], '  ')).toBeNull();
  });
});
