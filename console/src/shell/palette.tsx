// ⌘K: commands, conversations and contacts behind one field. A combobox over a list; focus never leaves the field.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Dialog } from 'radix-ui';
import { ArrowRight, MessageSquareText, Search, UserRound, type LucideIcon } from 'lucide-react';
import { useDeferredValue, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import * as calls from '../api/calls';
import { useWords } from '../words';
import { useHands, useKeys } from './commands';
import { COMMAND_IDS, type CommandId } from './keys';
import { useMe } from './me';
import { PAGES, VIEWS } from './shell';

interface Choice {
  key: string;
  group: string;
  label: string;
  detail?: string;
  icon: LucideIcon;
  keys?: string | undefined;
  run: () => void;
}

export function Palette({ onClose }: { onClose: () => void }) {
  const w = useWords();
  const keys = useKeys();
  const hands = useHands();
  const { manages } = useMe();
  const [, go] = useLocation();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const words = useDeferredValue(text.trim());
  const found = useQuery({ queryKey: ['search', words], queryFn: ({ signal }) => calls.search(words, signal), enabled: words.length > 0, placeholderData: keepPreviousData, staleTime: 10_000 });

  const choices = useMemo<Choice[]>(() => {
    const matches = (label: string) => label.toLowerCase().includes(words.toLowerCase());
    const commands = COMMAND_IDS.filter((one) => one !== 'palette' && hands.can(one)).map<Choice>((one: CommandId) => ({
      key: one,
      group: w.palette.commands,
      label: w.commands[one],
      icon: ArrowRight,
      keys: keys(one),
      // The palette gives the focus back first, so that a command can take it.
      run: () => window.setTimeout(() => hands.run(one), 0),
    }));
    const places = [
      ...VIEWS.map<Choice>(({ view, icon }) => ({ key: `v-${view}`, group: w.palette.places, label: w.views[view], icon, run: () => go(`/inbox/${view}`) })),
      ...(manages ? PAGES.map<Choice>(({ page, icon }) => ({ key: `p-${page}`, group: w.palette.places, label: w.pages[page], icon, run: () => go(`/${page}`) })) : []),
    ];
    const data = words === '' ? undefined : found.data;
    const conversations = (data?.conversations ?? []).slice(0, 8).map<Choice>((row) => ({ key: row.id, group: w.palette.conversations, label: row.contact.name || w.visitor, detail: row.last?.text ?? '', icon: MessageSquareText, run: () => go(`/inbox/${row.status === 'open' ? 'all' : row.status}/${row.id}`) }));
    const contacts = (data?.contacts ?? []).slice(0, 5).map<Choice>((one) => ({ key: one.id, group: w.palette.contacts, label: one.name || w.visitor, detail: one.email ?? one.phone ?? '', icon: UserRound, run: () => go(`/contacts/${one.id}`) }));
    return [...conversations, ...contacts, ...commands.filter((one) => matches(one.label)), ...places.filter((one) => matches(one.label))];
  }, [w, keys, hands, manages, go, words, found.data]);

  useEffect(() => setAt(0), [words]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    onClose();
    choice.run();
  };
  const groups = [...new Set(choices.map((choice) => choice.group))];
  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content className="palette" aria-describedby={undefined}>
          <Dialog.Title className="sr">{w.palette.open}</Dialog.Title>
          <div className="palette-field">
            <Search size={17} aria-hidden />
            <input
              role="combobox"
              aria-expanded
              aria-controls={`${id}list`}
              aria-activedescendant={choices[at] ? `${id}${choices[at].key}` : undefined}
              aria-label={w.palette.open}
              placeholder={w.palette.placeholder}
              value={text}
              autoFocus
              onChange={(event) => setText(event.target.value)}
              onKeyDown={(event) => {
                if (event.nativeEvent.isComposing) return;
                if (event.key === 'ArrowDown') setAt((at + 1) % Math.max(1, choices.length));
                else if (event.key === 'ArrowUp') setAt((at + choices.length - 1) % Math.max(1, choices.length));
                else if (event.key === 'Enter') choose(choices[at]);
                else return;
                event.preventDefault();
              }}
            />
          </div>
          <div className="palette-list" role="listbox" id={`${id}list`} aria-label={w.palette.open} ref={list}>
            {groups.map((group) => (
              <div role="group" aria-label={group} key={group}>
                <div className="item-label" aria-hidden>
                  {group}
                </div>
                {choices.map((choice, index) =>
                  choice.group === group ? (
                    <div key={choice.key} id={`${id}${choice.key}`} role="option" aria-selected={index === at} className="item" onPointerMove={() => setAt(index)} onClick={() => choose(choice)}>
                      <choice.icon size={15} aria-hidden />
                      <span className="clip" style={{ flex: 'none', maxWidth: '46%' }}>
                        {choice.label}
                      </span>
                      {choice.detail ? <span className="muted clip grow small">{choice.detail}</span> : null}
                      {choice.keys ? <kbd>{choice.keys}</kbd> : null}
                    </div>
                  ) : null,
                )}
              </div>
            ))}
            {choices.length === 0 ? <div className="item muted">{w.palette.nothing}</div> : null}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
