/**
 * `w.js`: what a shop pastes into its page. Makes the `Frontdesk` function, which remembers calls until the panel is there,
 * and fetches the panel when the page has nothing better to do.
 */
declare const __PANEL__: string;

type Call = readonly unknown[];
interface Queueing {
  (...call: unknown[]): unknown;
  q?: Call[];
}
declare global {
  interface Window {
    Frontdesk?: Queueing;
  }
}

(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  const base = script ? new URL(script.src).origin : location.origin;
  const before = window.Frontdesk;
  const calls: Call[] = [...(before?.q ?? [])];
  const queueing: Queueing = (...call) => void calls.push(call);
  queueing.q = calls;
  window.Frontdesk = queueing;
  const inbox = script?.dataset['inbox'];
  if (inbox) calls.unshift(['boot', { inbox }]);
  const load = (): void => {
    void import(/* @vite-ignore */ `${base}/widget/${__PANEL__}`).then((panel: { start(base: string, calls: Call[]): Queueing }) => {
      window.Frontdesk = panel.start(base, calls);
    });
  };
  const idle = window.requestIdleCallback ?? ((then: () => void) => setTimeout(then, 200));
  idle(load);
})();
export {};
