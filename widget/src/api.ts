/**
 * What a shop's page may say to the widget: `Frontdesk('open')`. Names that people know from elsewhere mean the same here. Calls that came
 * before the panel was there are made up for, in order.
 */
import type { Core } from './core.ts';
import { keep } from './early.ts';
import type { Contact } from './model/types.ts';
import type { Happening, Options } from './view.ts';
import { choose } from './words/index.ts';

export type Frontdesk = (command: string, ...rest: unknown[]) => unknown;
type Boot = (options: Options) => Core;

/** Other products' names for the same thing. */
const ALIASES: Record<string, string> = { show: 'open', hide: 'close', update: 'set', setUser: 'identify', setLocale: 'locale', setColorScheme: 'theme', reset: 'shutdown', showNewMessage: 'prefill' };

const HAPPENINGS: readonly string[] = ['ready', 'open', 'close', 'message', 'unread', 'error'] satisfies Happening[];

export function frontdesk(boot: Boot, unmount: () => void): Frontdesk {
  let core: Core | null = null;
  /** Wishes that make sense before `boot`. */
  let early: unknown[][] = [];

  const call: Frontdesk = (name, ...rest) => {
    const command = ALIASES[name] ?? name;
    if (command === 'boot') {
      if (core) return undefined;
      const options = read(rest[0]);
      if (!options) {
        console.error("Frontdesk: boot needs an inbox: Frontdesk('boot', { inbox: 'KEY' })");
        return undefined;
      }
      core = boot(options);
      const waiting = early;
      early = [];
      for (const [one, ...args] of waiting) call(String(one), ...args);
      return undefined;
    }
    if (!core) return keep(early, [command, ...rest]);
    const [first, second, third] = rest;
    switch (command) {
      case 'open':
        return core.show(true);
      case 'close':
        return core.show(false);
      case 'toggle':
        return core.show(!core.view.open);
      case 'showLauncher':
        return core.set({ launcher: true });
      case 'hideLauncher':
        return core.set({ launcher: false });
      case 'identify':
        if (typeof first !== 'string' || !first) return wrong('identify', 'an id');
        return void core.identify({ id: first, ...traits(second), ...(typeof third === 'string' ? { proof: third } : {}) });
      case 'set':
        return void core.reach({ attributes: attributes(first) });
      case 'prefill':
        core.show(true);
        return core.type(String(first ?? ''));
      case 'send':
        core.show(true);
        return core.send(String(first ?? ''));
      case 'locale':
        return void core.speak(choose([String(first)]));
      case 'theme':
        return first === 'light' || first === 'dark' || first === 'auto' ? core.paint(first) : wrong('theme', 'light, dark or auto');
      case 'on':
        if (typeof first !== 'string' || !HAPPENINGS.includes(first) || typeof second !== 'function') return wrong('on', `one of ${HAPPENINGS.join(', ')} and a function`);
        return core.on(first as Happening, (what) => second(what));
      case 'shutdown':
        core.shutdown();
        core = null;
        return unmount();
      default:
        return wrong(name, 'to be a command that exists');
    }
  };
  return call;
}

function wrong(command: string, expected: string): undefined {
  console.error(`Frontdesk: ${command} needs ${expected}`);
  return undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() ? value.trim() : undefined);

/** The options of `boot`, as far as they make sense. */
export function read(given: unknown): Options | null {
  if (!isRecord(given)) return null;
  const inbox = text(given['inbox']) ?? text(given['id']);
  if (!inbox) return null;
  const options: Options = { inbox };
  const language = text(given['language']) ?? text(given['locale']);
  if (language) options.language = language;
  const theme = given['theme'];
  if (theme === 'light' || theme === 'dark' || theme === 'auto') options.theme = theme;
  const position = given['position'];
  if (position === 'left' || position === 'right') options.position = position;
  const colour = text(given['colour']) ?? text(given['color']);
  if (colour) options.colour = colour;
  if (given['launcher'] === false || given['hideLauncher'] === true) options.launcher = false;
  const contact = traits(given['contact']);
  if (Object.keys(contact).length > 0) options.contact = contact;
  return options;
}

function traits(given: unknown): Contact {
  if (!isRecord(given)) return {};
  const contact: Contact = {};
  for (const key of ['name', 'email', 'phone'] as const) {
    const value = text(given[key]);
    if (value) contact[key] = value;
  }
  return contact;
}

/** Attributes are short texts; what is no text is written as one. */
export function attributes(given: unknown): Record<string, string> {
  if (!isRecord(given)) return {};
  const short = Object.entries(given).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return Object.fromEntries(short.slice(0, 50).map(([key, value]) => [key.slice(0, 64), String(value).slice(0, 500)]));
}
