import { describe, expect, it } from 'vitest';
import { clash, comboOf, name, spell, writes, type Press } from '../src/shell/keys';

const press = (fields: Partial<Press>): Press => ({ code: 'KeyL', key: 'l', altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, altGraph: false, ...fields });

describe('shortcuts', () => {
  it('are places on the keyboard, whatever the layout types there', () => {
    expect(spell(press({ altKey: true, key: '@' }), true)).toBe('Alt+KeyL');
    expect(spell(press({ altKey: true, code: 'KeyJ', key: '∆' }), true)).toBe('Alt+KeyJ');
    expect(spell(press({ ctrlKey: true, altKey: true, code: 'KeyE', key: 'e' }), false)).toBe('Mod+Alt+KeyE');
    expect(spell(press({ metaKey: true, code: 'KeyK', key: 'k' }), true)).toBe('Mod+KeyK');
  });

  it('are signs where a layout moves them', () => {
    expect(spell(press({ shiftKey: true, code: 'Slash', key: '?' }), false)).toBe('?');
    expect(spell(press({ shiftKey: true, code: 'Minus', key: '?' }), false)).toBe('?');
  });

  it('are nothing while only a modifier is held', () => {
    expect(spell(press({ altKey: true, code: 'AltLeft', key: 'Alt' }), false)).toBeNull();
  });

  it('leave an editor alone when a character results', () => {
    expect(writes(press({ altKey: true, key: '@' }), true)).toBe(true);
    expect(writes(press({ altKey: true, key: 'Dead' }), true)).toBe(true);
    expect(writes(press({ ctrlKey: true, altKey: true, altGraph: true, key: '@' }), false)).toBe(true);
    expect(writes(press({ key: '?' }), false)).toBe(true);
    expect(writes(press({ altKey: true }), false)).toBe(false);
    expect(writes(press({ metaKey: true, code: 'KeyK', key: 'k' }), true)).toBe(false);
    expect(writes(press({ ctrlKey: true, code: 'KeyK', key: 'k' }), false)).toBe(false);
  });

  it('can be changed, switched off, and do not collide unseen', () => {
    expect(comboOf('resolve', undefined)).toBe('Alt+KeyE');
    expect(comboOf('resolve', { resolve: null })).toBeNull();
    expect(comboOf('resolve', { resolve: 'Alt+KeyX' })).toBe('Alt+KeyX');
    expect(clash('resolve', 'Alt+KeyJ', undefined)).toBe('next');
    expect(clash('resolve', 'Alt+KeyJ', { next: null })).toBeUndefined();
  });

  it('have names that people read', () => {
    expect(name('Mod+Alt+KeyE', true)).toBe('⌘⌥E');
    expect(name('Mod+Alt+KeyE', false)).toBe('Ctrl+Alt+E');
    expect(name(null, false)).toBe('—');
  });
});
