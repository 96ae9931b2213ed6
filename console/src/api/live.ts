// Server-sent events that come back by themselves: after a cut with the browser's own resume, after a refusal with a pause.

export type Listeners = Record<string, (data: unknown) => void>;

export interface Line {
  close(): void;
}

/**
 * Follows an address. `address` is asked anew at each attempt, so that a stream resumes where its reader stands.
 * `state` hears whether the line is up.
 */
export function follow(address: () => string, listeners: Listeners, state: (up: boolean) => void): Line {
  let source: EventSource | undefined;
  let timer: number | undefined;
  let closed = false;
  let pause = 500;

  const open = () => {
    if (closed) return;
    source = new EventSource(address());
    source.onopen = () => {
      pause = 500;
      state(true);
    };
    source.onerror = () => {
      state(false);
      // The browser tries again by itself unless it was refused.
      if (source?.readyState !== EventSource.CLOSED || closed) return;
      timer = window.setTimeout(open, pause * (0.75 + Math.random() / 2));
      pause = Math.min(pause * 2, 15_000);
    };
    for (const [name, hear] of Object.entries(listeners)) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        let data: unknown = null;
        try {
          data = event.data === '' ? null : JSON.parse(event.data);
        } catch {
          return;
        }
        hear(data);
      });
    }
  };
  open();
  return {
    close() {
      closed = true;
      window.clearTimeout(timer);
      source?.close();
    },
  };
}
