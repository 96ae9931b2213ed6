// Parts of the page that are not needed to draw the first view. They are fetched when the browser has nothing else to do,
// and from then on drawn at once: React's own `lazy` would show its fallback for a moment even then.
import { use, type ComponentType, type ReactNode } from 'react';

interface Later<P> {
  (props: P): ReactNode;
  fetch: () => Promise<unknown>;
}

export function later<P extends object>(load: () => Promise<ComponentType<P>>): Later<P> {
  let Part: ComponentType<P> | undefined;
  let coming: Promise<ComponentType<P>> | undefined;
  const fetch = () => {
    coming ??= load().then(
      (part) => (Part = part),
      (error: unknown) => {
        // Whoever needs it next asks again.
        coming = undefined;
        throw error;
      },
    );
    return coming;
  };
  const One = (props: P) => {
    const Drawn = Part ?? use(fetch());
    return <Drawn {...props} />;
  };
  return Object.assign(One, { fetch });
}

/** Fetches parts once the page stands still. */
export function whenIdle(parts: { fetch: () => Promise<unknown> }[]): () => void {
  const run = () => parts.forEach((part) => void part.fetch().catch(() => undefined));
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(run, 500);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(run, { timeout: 2000 });
  return () => cancelIdleCallback(handle);
}
