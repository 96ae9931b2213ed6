import { expect, test } from 'vitest';
import { contrast, palette, read, type Rgb } from '../src/look/colour.ts';

const of = (hex: string): Rgb => read(hex) ?? [0, 0, 0];

test('contrast is measured as WCAG has it', () => {
  expect(contrast(of('#000000'), of('#ffffff'))).toBeCloseTo(21, 5);
  expect(contrast(of('#777777'), of('#ffffff'))).toBeCloseTo(4.478, 2);
});

test('any brand colour can be read, in light and dark', () => {
  const colours = ['#ffffff', '#000000', '#ffff00', '#1f6feb', '#12614f', '#ff3b30', '#888888', '#f5f0e6', '#00ff00', '#7f00ff', 'nonsense'];
  for (let part = 0; part < 4096; part += 97) colours.push(`#${part.toString(16).padStart(3, '0').replace(/./g, '$&$&')}`);
  for (const brand of colours) {
    for (const [theme, paper] of [['light', '#ffffff'], ['dark', '#181b1a']] as const) {
      const paint = palette(brand, theme);
      expect(contrast(of(paint.brand), of(paint.brandInk)), `${brand} ${theme}: ink`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(of(paint.brandText), of(paint.brandSoft)), `${brand} ${theme}: text on tint`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(of(paint.brandText), of(paper)), `${brand} ${theme}: text on paper`).toBeGreaterThanOrEqual(4.5);
    }
  }
});

test('only colours are read', () => {
  expect(read('#12614F')).toEqual([18, 97, 79]);
  for (const wrong of ['red', '#fff', '#12614f;x', 'url(x)']) expect(read(wrong), wrong).toBeNull();
});
