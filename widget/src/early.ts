/** Calls that come before there is anybody to hear them. */

/** Keeps a call for later. What listens gets its unsubscribe at once, as it would from the widget itself. */
export function keep(calls: unknown[][], call: readonly unknown[]): (() => void) | undefined {
  const [command, happening, listen] = call;
  if (command !== 'on' || typeof listen !== 'function') {
    calls.push([...call]);
    return undefined;
  }
  let wanted = true;
  calls.push([command, happening, (what: unknown) => wanted && listen(what)]);
  return () => {
    wanted = false;
  };
}
