/** The panel: everything that the loader fetches when the page is at rest. */
import { render } from 'preact';

export function start(_base: string, _calls: readonly (readonly unknown[])[]): (...call: unknown[]) => unknown {
  const host = document.createElement('frontdesk-widget');
  document.body.append(host);
  render(<button type="button">Chat</button>, host.attachShadow({ mode: 'closed' }));
  return () => undefined;
}
