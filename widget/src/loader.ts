/**
 * `w.js`: what a shop pastes into its page. Makes the `Frontdesk` function, which remembers calls until the panel is there,
 * and fetches the panel when the page has nothing better to do.
 */
import { keep } from './early.ts';

declare const __PANEL__: string;

type Call = unknown[];
interface Queueing {
  (...call: unknown[]): unknown;
  q?: Call[];
  /** A loader was here: pages that change without being loaded run their scripts again. */
  loaded?: true;
}
declare global {
  interface Window {
    Frontdesk?: Queueing;
  }
}

(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  // data-inbox, and whatever else `boot` understands: data-language, data-theme, data-position, data-colour.
  const options = { ...script?.dataset };
  const before = window.Frontdesk;
  if (before?.loaded) {
    if (options['inbox']) before('boot', options);
    return;
  }
  const base = script ? new URL(script.src).origin : location.origin;
  const calls: Call[] = [...(before?.q ?? [])];
  const queueing: Queueing = (...call) => keep(calls, call);
  queueing.q = calls;
  queueing.loaded = true;
  window.Frontdesk = queueing;
  if (options['inbox']) calls.unshift(['boot', options]);
  const load = (): void => {
    import(/* @vite-ignore */ `${base}/widget/${__PANEL__}`).then(
      (panel: { start(base: string, calls: Call[]): Queueing }) => {
        const api = panel.start(base, calls);
        api.loaded = true;
        window.Frontdesk = api;
      },
      (error: unknown) => console.error('Frontdesk: the chat could not be loaded.', error),
    );
  };
  const idle = window.requestIdleCallback ?? ((then: () => void) => setTimeout(then, 200));
  idle(load);
})();
