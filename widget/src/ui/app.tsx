/** The widget's face: a launcher in the corner, and the panel that it opens. */
import { useEffect, useId, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { Core } from '../core.ts';
import { SMALL } from '../view.ts';
import { palette } from '../look/colour.ts';
import { fromBusiness } from '../model/state.ts';
import { plain } from '../text/markdown.ts';
import { pick } from '../words/index.ts';
import { Before, missing } from './cards.tsx';
import { Composer, useFiles, type Files } from './composer.tsx';
import { AroundContext, useAround } from './context.ts';
import { Header } from './header.tsx';
import { Icon } from './icons.tsx';
import { Log } from './log.tsx';

export function App({ core, colours }: { core: Core; colours: (css: string) => void }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => core.watch(() => redraw(undefined)), [core]);
  const { view } = core;
  const device = useMedia('(prefers-color-scheme: dark)');
  const dark = view.theme === 'auto' ? device : view.theme === 'dark';
  const files = useFiles(core);
  const brand = view.config?.colour;
  useLayoutEffect(() => {
    if (!brand) return;
    const paint = palette(brand, dark ? 'dark' : 'light');
    colours(`.root{--brand:${paint.brand};--brand-ink:${paint.brandInk};--brand-text:${paint.brandText};--brand-soft:${paint.brandSoft}}`);
  }, [brand, dark]);
  const launcher = useRef<HTMLButtonElement>(null);
  const id = useId();
  // On a small screen the launcher is there again only when the panel is gone.
  const closing = useRef(false);
  useLayoutEffect(() => {
    if (closing.current && !view.open) launcher.current?.focus();
    closing.current = false;
  }, [view.open]);
  const { config, words } = view;
  if (!config || !words) return null;
  const close = (): void => {
    closing.current = true;
    core.show(false);
  };
  return (
    <AroundContext.Provider value={{ core, view, words }}>
      <div class={`root ${config.position} ${view.open ? 'open' : ''}`} dir={words.dir} lang={words.tag} data-theme={dark ? 'dark' : 'light'}>
        {view.open && <Panel id={id} files={files} close={close} />}
        {view.launcher && <Launcher id={id} button={launcher} />}
      </div>
    </AroundContext.Provider>
  );
}

function useMedia(text: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(text).matches);
  useEffect(() => {
    const query = matchMedia(text);
    const listen = (): void => setMatches(query.matches);
    query.addEventListener('change', listen);
    return () => query.removeEventListener('change', listen);
  }, []);
  return matches;
}

/** A word of greeting beside the launcher, once in a visit, to somebody who has never opened it. */
const GREETING_AFTER_MS = 4_000;

function Launcher({ id, button }: { id: string; button: { current: HTMLButtonElement | null } }) {
  const { core, view, words } = useAround();
  const [greets, setGreets] = useState(false);
  /** The last message whose preview was put away. */
  const [hidden, setHidden] = useState(0);
  const unread = core.unread;
  useEffect(() => {
    if (view.open || view.door || greeted()) return;
    const timer = setTimeout(() => setGreets(true), GREETING_AFTER_MS);
    return () => clearTimeout(timer);
  }, [view.open, view.door]);
  const dismiss = (): void => {
    setGreets(false);
    setHidden(message?.seq ?? 0);
    greeted(true);
  };
  const greeting = view.config ? pick(view.config.greeting, view.language) || words.greeting : '';
  // What a person wrote is shown; the assistant only answers who has just asked.
  const last = view.conversation.messages.findLast(fromBusiness);
  const message = last?.kind === 'agent' && last.seq > view.read && last.seq > hidden ? last : null;
  return (
    <div class="corner">
      {(message || greets) && !view.open && (
        <div class="teaser" role="status">
          <button type="button" class="words" dir="auto" onClick={() => (dismiss(), core.show(true, true))}>
            {message && <b>{message.agent || words.team}</b>}
            <span>{message ? plain(message.text) || message.attachments[0]?.name : greeting}</span>
          </button>
          <button type="button" class="tool" aria-label={words.cancel} onClick={dismiss}>
            <Icon name="close" />
          </button>
        </div>
      )}
      <button
        ref={button}
        type="button"
        class="launcher"
        aria-haspopup="dialog"
        aria-expanded={view.open}
        aria-controls={view.open ? id : undefined}
        aria-label={view.open ? words.close : unread > 0 ? words.openUnread(unread) : words.open}
        onClick={() => (dismiss(), core.show(!view.open, true))}
      >
        <Icon name={view.open ? 'down' : 'chat'} />
        {unread > 0 && !view.open && (
          <span class="count" aria-hidden="true">
            {unread > 9 ? '9+' : unread}
          </span>
        )}
      </button>
    </div>
  );
}

function greeted(yes?: true): boolean {
  try {
    if (yes) sessionStorage.setItem('frontdesk:greeted', '1');
    return sessionStorage.getItem('frontdesk:greeted') !== null;
  } catch {
    return true;
  }
}

/** Fulfilled once the step back that we took ourselves has arrived; what opens meanwhile waits for it. */
let returned: Promise<void> = Promise.resolve();

/** The browser's way back closes what covers the page, from the moment that it is seen. */
function useBack(covers: boolean, close: () => void): void {
  useLayoutEffect(() => {
    if (!covers) return;
    const ours = (): boolean => (history.state as { frontdesk?: true } | null)?.frontdesk === true;
    let state: 'waiting' | 'listening' | 'over' = 'waiting';
    void returned.then(() => {
      if (state === 'over') return;
      // What the page keeps there of its own stays. Where nothing may be kept, the way back is as it was.
      if (!ours()) {
        try {
          history.pushState({ ...history.state, frontdesk: true }, '');
        } catch {
          return;
        }
      }
      state = 'listening';
      addEventListener('popstate', close);
    });
    return () => {
      const listened = state === 'listening';
      state = 'over';
      removeEventListener('popstate', close);
      if (!listened || !ours()) return;
      returned = new Promise((arrived) => addEventListener('popstate', () => arrived(), { once: true }));
      history.back();
    };
  }, [covers]);
}

function Panel({ id, files, close }: { id: string; files: Files; close: () => void }) {
  const { view, words } = useAround();
  const panel = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const small = useMedia(SMALL);
  const [over, setOver] = useState(false);
  const [skipped, setSkipped] = useState(false);
  const fields = view.config?.prechat.enabled ? missing(view.config.prechat.fields, view.known) : [];
  const before = !view.door && !skipped && !view.identified && fields.length > 0;

  useBack(small && view.opened, close);
  useEffect(() => setSkipped(false), [view.visit]);
  useLayoutEffect(() => {
    if (!view.opened && !skipped) return;
    const first = before ? panel.current?.querySelector<HTMLElement>('.card input, .card select') : input.current;
    first?.focus({ preventScroll: true });
  }, [before]);

  // A small screen is filled: the page behind stands still, and the keyboard pushes the panel together.
  useEffect(() => {
    if (!small) return;
    const page = document.documentElement;
    const overflow = page.style.overflow;
    page.style.overflow = 'hidden';
    const fit = (): void => panel.current?.style.setProperty('--high', `${visualViewport?.height ?? innerHeight}px`);
    fit();
    visualViewport?.addEventListener('resize', fit);
    return () => {
      page.style.overflow = overflow;
      visualViewport?.removeEventListener('resize', fit);
    };
  }, [small]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
    if (event.key === 'Tab' && small) keepInside(event, panel.current);
  };
  const carries = (event: DragEvent): boolean => files.enabled && (event.dataTransfer?.types.includes('Files') ?? false);
  return (
    <div
      ref={panel}
      id={id}
      class="panel"
      role="dialog"
      aria-modal={small}
      aria-labelledby={`${id}-title`}
      onKeyDown={onKeyDown}
      onDragOver={(event) => {
        if (!carries(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!panel.current?.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        setOver(false);
        if (!carries(event)) return;
        event.preventDefault();
        files.add(event.dataTransfer?.files ?? []);
      }}
    >
      <Header close={close} title={`${id}-title`} />
      <Banner />
      {before ? (
        <div class="log">
          <Before key={view.visit} fields={fields} done={() => setSkipped(true)} />
        </div>
      ) : (
        <>
          <Log />
          <Composer files={files} input={input} />
        </>
      )}
      {over && (
        <div class="over" aria-hidden="true">
          <Icon name="clip" />
          {words.dropHere}
        </div>
      )}
      <Lightbox />
    </div>
  );
}

/** What covers everything else is all there is, so the focus stays in it. */
function keepInside(event: KeyboardEvent, panel: HTMLElement | null): void {
  const all = [...(panel?.querySelectorAll<HTMLElement>('button:not(:disabled), textarea, select, a[href], [tabindex="0"], input:not([tabindex="-1"])') ?? [])];
  const [first, last] = [all[0], all.at(-1)];
  const root = panel?.getRootNode();
  const active = root instanceof ShadowRoot ? root.activeElement : null;
  if (!first || !last) return;
  if (event.shiftKey ? active === first : active === last) {
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
}

function Banner() {
  const { core, view, words } = useAround();
  const text = !view.online ? words.offline : view.link === 'down' ? words.reconnecting : view.notice === 'gone' ? words.gone : view.notice ? (view.reason ?? words.trouble) : null;
  const passing = view.online && view.link !== 'down';
  return (
    <div role="status" class={text ? `banner ${passing && view.notice !== 'told' ? 'alert' : ''}` : ''}>
      {text && (
        <>
          <Icon name={passing ? 'alert' : 'clock'} />
          <span>{text}</span>
          {passing && (
            <button type="button" class="tool" aria-label={words.cancel} onClick={() => core.set({ notice: null })}>
              <Icon name="close" />
            </button>
          )}
        </>
      )}
    </div>
  );
}

/** A picture, as large as the panel. */
function Lightbox() {
  const { core, view, words } = useAround();
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const root = box.current?.getRootNode();
    const before = root instanceof ShadowRoot ? root.activeElement : null;
    box.current?.querySelector('button')?.focus();
    return () => before instanceof HTMLElement && before.focus();
  }, [view.picture]);
  if (!view.picture) return null;
  const close = (): void => core.look(null);
  return (
    <div
      ref={box}
      class="lightbox"
      role="dialog"
      aria-modal="true"
      aria-label={view.picture.name}
      onClick={close}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Tab') keepInside(event, box.current);
        if (event.key === 'Escape') close();
      }}
    >
      <img src={view.picture.address} alt={view.picture.name} />
      <button type="button" class="tool" aria-label={words.cancel} onClick={close}>
        <Icon name="close" />
      </button>
    </div>
  );
}
