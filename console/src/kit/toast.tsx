// Short words at the bottom of the page; they are said to screen readers and go away by themselves.
import { useSyncExternalStore } from 'react';
import { Problem } from '../api/client';

interface Toast {
  id: number;
  text: string;
  bad: boolean;
  action?: { label: string; run: () => void };
}

let toasts: Toast[] = [];
let next = 1;
const readers = new Set<() => void>();

function change(to: Toast[]): void {
  toasts = to;
  for (const read of readers) read();
}

export function toast(text: string, options: { bad?: boolean; action?: Toast['action'] } = {}): void {
  const id = next++;
  change([...toasts.slice(-2), { id, text, bad: options.bad ?? false, ...(options.action ? { action: options.action } : {}) }]);
  window.setTimeout(() => change(toasts.filter((one) => one.id !== id)), options.bad ? 9000 : 5000);
}

/** Says why something failed, in the server's words. */
export function complain(error: unknown): void {
  if (error instanceof DOMException && error.name === 'AbortError') return;
  toast(error instanceof Problem ? error.message : String(error), { bad: true });
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (read) => {
      readers.add(read);
      return () => readers.delete(read);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((one) => (
        <div key={one.id} className={`toast ${one.bad ? 'bad' : ''}`}>
          <span>{one.text}</span>
          {one.action ? (
            <button
              type="button"
              onClick={() => {
                one.action?.run();
                change(toasts.filter((other) => other.id !== one.id));
              }}
            >
              {one.action.label}
            </button>
          ) : null}
        </div>
      ))}
    </div>
  );
}
