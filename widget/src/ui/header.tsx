/** The panel's head: who is speaking, how it stands, and what else can be done. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { withPeople } from '../model/state.ts';
import { span, when } from '../text/when.ts';
import type { View } from '../view.ts';
import { LANGUAGES, NAMES, pick, regional, type Language } from '../words/index.ts';
import { useAround } from './context.ts';
import { Icon } from './icons.tsx';
import { initials, save } from './message.tsx';

/** How it stands, in one line or two: the assistant answers until a person is asked, and people answer when they are there. */
export function standing({ conversation, config, words }: Pick<View, 'conversation' | 'config' | 'words'>): string {
  if (!config || !words) return '';
  const { owner, agent, queue } = conversation;
  if (owner === 'agent') return words.withPerson(agent || words.team);
  const { opens_at } = config.hours;
  const people = (queue ?? config.hours).open_now
    ? config.reply_minutes && words.replyIn(span(config.reply_minutes, words.tag))
    : opens_at ? words.closedUntil(when(opens_at, regional(words.tag))) : words.closed;
  if (owner === 'bot') return lines(words.atOnce, people);
  if (!queue) return lines(words.waiting, people);
  if (!queue.open_now) return lines(people);
  if (!queue.position) return words.waiting;
  // Open, but nobody can say how long it takes: nobody is at the desk.
  if (queue.wait_s === null) return lines(words.place(queue.position), words.nobody);
  const wait = queue.wait_s && words.wait(Math.max(1, Math.round(queue.wait_s / 60)));
  return [words.place(queue.position), wait].filter(Boolean).join(' · ');
}

const lines = (...all: unknown[]): string => all.filter(Boolean).join('\n');

export function Header({ close, title }: { close: () => void; title: string }) {
  const { view, words } = useAround();
  const { owner, agent } = view.conversation;
  const person = owner === 'agent';
  const desk = view.conversation.queue ?? view.config?.hours;
  const there = person || (desk?.open_now && view.conversation.queue?.wait_s !== null);
  return (
    <header class="head">
      <span class={`mark ${person ? 'person' : ''}`} aria-hidden="true">
        {person && agent ? initials(agent) : <Icon name={person ? 'person' : 'spark'} />}
        <span class={`dot ${there ? 'on' : ''}`} />
      </span>
      <div class="who">
        <h1 id={title} dir="auto">
          {view.config && pick(view.config.title, view.language)}
        </h1>
        <p role="status">{standing(view)}</p>
      </div>
      <Menu />
      <button type="button" class="tool" aria-label={words.close} title={words.close} onClick={close}>
        <Icon name="close" />
      </button>
    </header>
  );
}

function Menu() {
  const { core, view, words } = useAround();
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState<'end' | 'anew' | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = (): void => {
    setOpen(false);
    setAsking(null);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    sheet.current?.querySelector<HTMLElement>('button, select, input')?.focus();
    const outside = (event: Event): void => {
      if (!event.composedPath().some((one) => one === sheet.current || one === button.current)) setOpen(false);
    };
    addEventListener('pointerdown', outside);
    return () => removeEventListener('pointerdown', outside);
  }, [open, asking]);
  const started = view.conversation.messages.length > 0;
  const act = (what: () => unknown) => (): void => {
    void what();
    close();
  };
  const name = `chat-${new Date().toISOString().slice(0, 10)}.txt`;
  return (
    <div class="menu">
      <button ref={button} type="button" class="tool" aria-label={words.more} title={words.more} aria-expanded={open} aria-controls={id} onClick={() => (open ? close() : setOpen(true))}>
        <Icon name="more" />
      </button>
      {open && (
        <div
          class="sheet"
          id={id}
          ref={sheet}
          role="group"
          aria-label={words.more}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            close();
          }}
        >
          {asking ? (
            <>
              <p>{asking === 'end' ? words.endAsk : words.startOverAsk}</p>
              <button type="button" onClick={act(() => (asking === 'end' ? core.end() : core.startOver()))}>
                <Icon name="end" />
                {asking === 'end' ? words.endYes : words.startOverYes}
              </button>
              <button type="button" onClick={close}>
                <Icon name="close" />
                {words.cancel}
              </button>
            </>
          ) : (
            <>
              <label>
                <Icon name="globe" />
                <span>{words.language}</span>
                <select value={view.language} onChange={(event) => void core.speak(event.currentTarget.value as Language)}>
                  {LANGUAGES.map((language) => (
                    <option value={language} lang={language}>
                      {NAMES[language]}
                    </option>
                  ))}
                </select>
              </label>
              <label>
                <Icon name="moon" />
                <span>{words.theme}</span>
                <select value={view.theme} onChange={(event) => core.paint(event.currentTarget.value as View['theme'])}>
                  {(['auto', 'light', 'dark'] as const).map((theme) => (
                    <option value={theme}>{words.themes[theme]}</option>
                  ))}
                </select>
              </label>
              <label>
                <Icon name="bell" />
                <span>{words.sound}</span>
                <input type="checkbox" checked={view.sound} onChange={(event) => core.ring(event.currentTarget.checked)} />
              </label>
              {started && (
                <>
                  <button type="button" onClick={act(() => save(core.got(core.transcript()), name))}>
                    <Icon name="download" />
                    {words.transcript}
                  </button>
                  <button type="button" onClick={withPeople(view.conversation) ? () => setAsking('anew') : act(() => core.startOver())}>
                    <Icon name="plus" />
                    {words.startOver}
                  </button>
                  {!view.conversation.resolved && (
                    <button type="button" onClick={() => setAsking('end')}>
                      <Icon name="end" />
                      {words.end}
                    </button>
                  )}
                </>
              )}
            </>
          )}
        </div>
      )}
    </div>
  );
}
