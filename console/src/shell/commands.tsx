// Who does what a shortcut or the palette asks for. Parts of the page lend their hands while they are shown; the last one
// that came is asked first.
import { createContext, useContext, useEffect, useMemo, useRef, type ReactNode } from 'react';
import { comboOf, name, spell, writes, type CommandId, type Press, COMMAND_IDS } from './keys';
import { useMe } from './me';

type Hand = { run: () => void };

class Hands {
  private readonly stacks = new Map<CommandId, Hand[]>();
  lend(id: CommandId, hand: Hand): () => void {
    this.stacks.set(id, [...(this.stacks.get(id) ?? []), hand]);
    return () => this.stacks.set(id, (this.stacks.get(id) ?? []).filter((one) => one !== hand));
  }
  can(id: CommandId): boolean {
    return (this.stacks.get(id)?.length ?? 0) > 0;
  }
  run(id: CommandId): boolean {
    const hand = this.stacks.get(id)?.at(-1);
    hand?.run();
    return hand !== undefined;
  }
}

const Context = createContext<Hands>(new Hands());
export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

export const pressOf = (event: KeyboardEvent): Press => ({
  code: event.code,
  key: event.key,
  altKey: event.altKey,
  ctrlKey: event.ctrlKey,
  metaKey: event.metaKey,
  shiftKey: event.shiftKey,
  altGraph: event.getModifierState('AltGraph'),
});

function inEditor(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'color', 'file', 'range'].includes(target.type);
}

export function Commands({ children }: { children: ReactNode }) {
  const hands = useMemo(() => new Hands(), []);
  const { me } = useMe();
  const settings = useRef(me.settings);
  settings.current = me.settings;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
      const said = pressOf(event);
      if (inEditor(event.target) && writes(said, isMac)) return;
      const combo = spell(said, isMac);
      if (combo === null) return;
      const off = settings.current?.shortcuts_off === true;
      const id = COMMAND_IDS.find((one) => comboOf(one, settings.current?.shortcuts) === combo);
      // The palette and sending stay: they do not answer to a single key.
      if (id === undefined || (off && id !== 'palette')) return;
      if (hands.run(id)) event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [hands]);
  return <Context.Provider value={hands}>{children}</Context.Provider>;
}

/** Lends a hand for a command while `able`. */
export function useCommand(id: CommandId, run: () => void, able = true): void {
  const hands = useContext(Context);
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => (able ? hands.lend(id, { run: () => latest.current() }) : undefined), [hands, id, able]);
}

export function useHands(): { can: (id: CommandId) => boolean; run: (id: CommandId) => boolean } {
  const hands = useContext(Context);
  return useMemo(() => ({ can: (id) => hands.can(id), run: (id) => hands.run(id) }), [hands]);
}

/** What to press for a command; nothing when it has no key. */
export function useKeys(): (id: CommandId) => string | undefined {
  const { me } = useMe();
  return (id) => {
    const combo = me.settings?.shortcuts_off === true && id !== 'palette' ? null : comboOf(id, me.settings?.shortcuts);
    return combo === null ? undefined : name(combo, isMac);
  };
}
