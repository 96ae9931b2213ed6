/** Server-sent events from pieces of text, as the HTML standard has it. Pure. */

export interface Sent {
  id: string;
  event: string;
  data: string;
}

/** A function to feed pieces to; it calls `emit` for every event that is complete. */
export function parser(emit: (sent: Sent) => void): (piece: string) => void {
  let buffer = '';
  let event = 'message';
  let id = '';
  let data: string[] = [];
  return (piece) => {
    buffer += piece;
    // A carriage return at the very end may be half of a line break.
    const lines = buffer.split(/\r\n|\n|\r(?!$)/);
    buffer = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) emit({ id, event, data: data.join('\n') });
        [event, id, data] = ['message', '', []];
        continue;
      }
      const colon = line.indexOf(':');
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'data') data.push(value);
      else if (field === 'event') event = value;
      else if (field === 'id') id = value;
    }
  };
}
