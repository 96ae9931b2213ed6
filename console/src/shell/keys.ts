// Shortcuts as data: what a key press means, what it is called, and when it must be left to the editor. Pure.

/** `Mod` is Ctrl, or ⌘ on a Mac. Letters are places on the keyboard (event.code); `?` and other signs are what they type. */
export type Combo = string;

export interface Press {
  code: string;
  key: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altGraph: boolean;
}

export const COMMANDS = {
  palette: 'Mod+KeyK',
  help: '?',
  next: 'Alt+KeyJ',
  previous: 'Alt+KeyK',
  claim: 'Alt+KeyA',
  resolve: 'Alt+KeyE',
  resolve_next: 'Mod+Alt+KeyE',
  reply: 'Alt+KeyL',
  note: 'Alt+KeyP',
  snooze: 'Alt+KeyM',
  transfer: 'Alt+KeyT',
  labels: 'Alt+KeyB',
  pick: 'Alt+KeyX',
  sidebar: 'Alt+KeyO',
  why: 'Alt+KeyW',
  draft: 'Alt+KeyI',
  attach: 'Mod+Alt+KeyA',
  undo: 'Alt+KeyZ',
  next_view: 'Alt+KeyN',
  go_inbox: 'Alt+KeyC',
  go_contacts: 'Alt+KeyV',
  go_home: 'Alt+KeyR',
  go_settings: 'Alt+KeyS',
} as const satisfies Record<string, Combo>;

export type CommandId = keyof typeof COMMANDS;
export const COMMAND_IDS = Object.keys(COMMANDS) as CommandId[];

export type Custom = Record<string, string | null> | undefined;

/** The combo of a command, after what the agent changed; null when the agent switched it off. */
export function comboOf(id: CommandId, custom: Custom): Combo | null {
  const own = custom?.[id];
  return own === undefined ? COMMANDS[id] : own;
}

/** The combo that a press spells, or null while only modifiers are held. */
export function spell(press: Press, mac: boolean): Combo | null {
  if (['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'Dead', 'Process', 'Unidentified'].includes(press.key) && !press.code.startsWith('Key')) return null;
  const mod = mac ? press.metaKey : press.ctrlKey;
  const bare = !press.altKey && !press.ctrlKey && !press.metaKey;
  const parts: string[] = [];
  if (mod) parts.push('Mod');
  if (mac && press.ctrlKey) parts.push('Ctrl');
  if (press.altKey) parts.push('Alt');
  if (bare && press.key.length === 1 && !/[\p{L}\p{N}\s]/u.test(press.key)) return press.key;
  if (press.shiftKey) parts.push('Shift');
  parts.push(press.code);
  return parts.join('+');
}

/** Whether an editor would write something for this press: AltGr, ⌥ on a Mac (⌥L is @ in German), or a plain letter. */
export function writes(press: Press, mac: boolean): boolean {
  const character = press.key.length === 1 || press.key === 'Dead' || press.key === 'Process';
  if (press.altGraph) return character;
  if (press.metaKey) return false;
  if (mac) return character && !press.ctrlKey;
  if (press.ctrlKey && press.altKey) return character && !/^[a-z]$/i.test(press.key);
  return character && !press.ctrlKey && !press.altKey;
}

/** What stands on the keys, for people. */
export function name(combo: Combo | null, mac: boolean): string {
  if (combo === null) return '—';
  if (combo.length === 1) return combo;
  const signs: Record<string, string> = mac ? { Mod: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧' } : { Mod: 'Ctrl', Alt: 'Alt', Shift: 'Shift' };
  const parts = combo.split('+').map((part) => signs[part] ?? part.replace(/^(Key|Digit)/, '').replace('Arrow', '').replace('Slash', '/').replace('Period', '.').replace('Comma', ','));
  return parts.join(mac ? '' : '+');
}

/** Two commands that would answer the same press. */
export function clash(id: CommandId, combo: Combo, custom: Custom): CommandId | undefined {
  return COMMAND_IDS.find((other) => other !== id && comboOf(other, custom) === combo);
}
