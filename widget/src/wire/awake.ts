/** When the browser goes off and on the network, and when somebody looks at the page again. Returns a function that stops listening. */
export function awake(network: () => void, seen: () => void): () => void {
  const all: [EventTarget, string, () => void][] = [
    [window, 'online', network],
    [window, 'offline', network],
    [window, 'focus', seen],
    [document, 'visibilitychange', seen],
  ];
  for (const [target, name, listen] of all) target.addEventListener(name, listen);
  return () => {
    for (const [target, name, listen] of all) target.removeEventListener(name, listen);
  };
}
