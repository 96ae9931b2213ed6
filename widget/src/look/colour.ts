/** Colours from one brand colour, with enough contrast to be read (WCAG 2.2, 1.4.3). Pure. */

export type Rgb = readonly [number, number, number];

export const WHITE: Rgb = [255, 255, 255];
export const BLACK: Rgb = [17, 20, 19];

/** `#rrggbb`, or nothing when it is not one. */
export function read(hex: string): Rgb | null {
  const found = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex.trim());
  return found ? [parseInt(found[1] ?? '', 16), parseInt(found[2] ?? '', 16), parseInt(found[3] ?? '', 16)] : null;
}

export function hex(colour: Rgb): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/** Relative luminance, from 0 (black) to 1 (white). */
export function luminance(colour: Rgb): number {
  const linear = (part: number): number => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
}

/** From 1 (the same) to 21 (black on white). */
export function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

export function mix(one: Rgb, other: Rgb, share: number): Rgb {
  const part = (place: 0 | 1 | 2): number => one[place] * (1 - share) + other[place] * share;
  return [part(0), part(1), part(2)];
}

/** The colour itself when it can be read on the ground, otherwise as little lighter or darker as is needed. */
export function readable(colour: Rgb, ground: Rgb, least = 4.5): Rgb {
  const towards = luminance(ground) > 0.18 ? BLACK : WHITE;
  for (let share = 0; share <= 1; share += 0.02) {
    const tried = mix(colour, towards, share);
    // What goes out is rounded; so is what is measured.
    const rounded: Rgb = [Math.round(tried[0]), Math.round(tried[1]), Math.round(tried[2])];
    if (contrast(rounded, ground) >= least) return rounded;
  }
  return towards;
}

export interface Palette {
  /** For surfaces, with the ink that is read on it. */
  brand: string;
  brandInk: string;
  /** The brand as a text or line on paper. */
  brandText: string;
  /** A tint to lie under text. */
  brandSoft: string;
}

const PAPER: Record<'light' | 'dark', Rgb> = { light: [255, 255, 255], dark: [24, 27, 26] };

/** What the widget paints with, from a brand colour. */
export function palette(brand: string, theme: 'light' | 'dark'): Palette {
  const colour = read(brand) ?? [18, 97, 79];
  const paper = PAPER[theme];
  // A launcher must stand out from the page around it (1.4.11), also when the brand is nearly white or nearly black.
  const surface = readable(colour, paper, theme === 'light' ? 1.6 : 2.2);
  const ink = contrast(surface, WHITE) >= 4.5 || contrast(surface, WHITE) >= contrast(surface, BLACK) ? WHITE : BLACK;
  const fit = contrast(surface, ink) >= 4.5 ? surface : readable(surface, ink);
  const soft = mix(paper, surface, theme === 'light' ? 0.1 : 0.2);
  return { brand: hex(fit), brandInk: hex(ink), brandText: hex(readable(fit, soft)), brandSoft: hex(soft) };
}
