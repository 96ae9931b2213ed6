/** The panel: what the loader fetches when the page is at rest. Puts the widget into a closed shadow root and answers for `Frontdesk`. */
import { render } from 'preact';
import { frontdesk, type Frontdesk } from './api.ts';
import { Core } from './core.ts';
import css from './look/style.css?inline';
import { App } from './ui/app.tsx';

type Call = readonly unknown[];

export function start(base: string, calls: readonly Call[]): Frontdesk {
  let host: HTMLElement | null = null;
  let stop = (): void => undefined;
  const api = frontdesk(
    (options) => {
      const core = new Core(base, options);
      host = document.createElement('frontdesk-widget');
      // Only constructed sheets: a strict policy forbids style elements and attributes.
      const root = host.attachShadow({ mode: 'closed' });
      const [sheet, colours] = [new CSSStyleSheet(), new CSSStyleSheet()];
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [sheet, colours];
      document.body.append(host);
      render(<App core={core} colours={(text) => colours.replaceSync(text)} />, root);
      const reattach = keep(host);
      const title = badge(core);
      stop = () => {
        reattach();
        title();
        render(null, root);
      };
      core.start().catch((error: unknown) => console.error('Frontdesk: the chat could not be opened.', error));
      return core;
    },
    () => {
      stop();
      host?.remove();
    },
  );
  for (const [command, ...rest] of calls) if (typeof command === 'string') api(command, ...rest);
  return api;
}

/** Pages that replace their body when they change (Turbo, Astro, PJAX) keep the widget. */
function keep(host: HTMLElement): () => void {
  const observer = new MutationObserver(() => {
    if (!host.isConnected) document.body?.append(host);
  });
  const watch = (): void => observer.observe(document.body, { childList: true });
  const whole = new MutationObserver(() => {
    if (!host.isConnected && document.body) {
      document.body.append(host);
      observer.disconnect();
      watch();
    }
  });
  watch();
  whole.observe(document.documentElement, { childList: true });
  return () => {
    observer.disconnect();
    whole.disconnect();
  };
}

/** The number of unread messages in the title of a page that nobody looks at. */
function badge(core: Core): () => void {
  const before = /^\(\d+\) /;
  const show = (): void => {
    const plain = document.title.replace(before, '');
    const title = core.unread > 0 && document.hidden ? `(${core.unread}) ${plain}` : plain;
    if (title !== document.title) document.title = title;
  };
  const stop = core.watch(show);
  document.addEventListener('visibilitychange', show);
  return () => {
    stop();
    document.removeEventListener('visibilitychange', show);
  };
}
