// Short words at the bottom of the page; they are said to screen readers and go away by themselves, but not from under a
// hand: they stay while they are pointed at or hold the focus, and what they offer has a key of its own.
import { useSyncExternalStore } from 'react';
import { Problem } from '../api/client';

interface Toast {
  id: number;
  text: string;
  bad: boolean;
  action?: { label: string; run: () => void };
  timer?: number;
}

const PLAIN_MS = 5000;
const LONG_MS = 10_000;
/** What stays at least, once it is let go. */
const LEFT_MS = 3000;

let toasts: Toast[] = [];
let next = 1;
const readers = new Set<() => void>();

function change(to: Toast[]): void {
  toasts = to;
  for (const read of readers) read();
}

function drop(id: number): void {
  change(toasts.filter((one) => one.id !== id));
}

export function toast(text: string, options: { bad?: boolean; action?: Toast['action'] } = {}): void {
  const id = next++;
  const timer = window.setTimeout(() => drop(id), options.bad || options.action ? LONG_MS : PLAIN_MS);
  change([...toasts.slice(-2), { id, text, bad: options.bad ?? false, timer, ...(options.action ? { action: options.action } : {}) }]);
}

const hold = () => toasts.forEach((one) => window.clearTimeout(one.timer));
const release = () =>
  toasts.forEach((one) => {
    window.clearTimeout(one.timer);
    one.timer = window.setTimeout(() => drop(one.id), LEFT_MS);
  });

/** Says why something failed, in the server's words. */
export function complain(error: unknown): void {
  if (error instanceof DOMException && error.name === 'AbortError') return;
  toast(error instanceof Problem ? error.message : String(error), { bad: true });
}

function useToasts(): Toast[] {
  return useSyncExternalStore(
    (read) => {
      readers.add(read);
      return () => readers.delete(read);
    },
    () => toasts,
  );
}

/** What the newest toast offers to do, while it does. */
export function useOffer(): (() => void) | undefined {
  const one = useToasts().findLast((other) => other.action);
  return one && (() => take(one));
}

function take(one: Toast): void {
  drop(one.id);
  one.action?.run();
  release();
}

/** `keys` is what to press for the newest offer. */
export function Toasts({ keys }: { keys?: string | undefined }) {
  const shown = useToasts();
  const newest = shown.findLast((one) => one.action);
  return (
    <div className="toasts" role="status" aria-live="polite" onPointerEnter={hold} onPointerLeave={release} onFocus={hold} onBlur={release}>
      {shown.map((one) => (
        <div key={one.id} className={`toast ${one.bad ? 'bad' : ''}`}>
          <span>{one.text}</span>
          {one.action ? (
            <button type="button" onClick={() => take(one)}>
              {one.action.label}
              {keys && one === newest ? <kbd>{keys}</kbd> : null}
            </button>
          ) : null}
        </div>
      ))}
    </div>
  );
}
