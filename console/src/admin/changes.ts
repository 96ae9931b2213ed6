// What is different between two states of a setting, leaf by leaf. Pure.

export interface Change {
  place: string;
  before: string | undefined;
  after: string | undefined;
}

const MOST = 200;

export function changes(before: unknown, after: unknown): Change[] {
  const [was, is] = [leaves(before), leaves(after)];
  const places = [...new Set([...was.keys(), ...is.keys()])];
  return places
    .filter((place) => was.get(place) !== is.get(place))
    .slice(0, MOST)
    .map((place) => ({ place, before: was.get(place), after: is.get(place) }));
}

function leaves(value: unknown, place = '', found = new Map<string, string>()): Map<string, string> {
  if (value === undefined || value === null) return found;
  if (Array.isArray(value)) {
    // A list of plain values is read as one thing.
    if (value.every((one) => typeof one !== 'object' || one === null)) found.set(place, value.join(', '));
    else value.forEach((one, index) => leaves(one, `${place}[${index + 1}]`, found));
    return found;
  }
  if (typeof value === 'object') {
    for (const [name, one] of Object.entries(value)) leaves(one, place === '' ? name : `${place}.${name}`, found);
    return found;
  }
  found.set(place, String(value));
  return found;
}
