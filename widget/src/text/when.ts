/** Moments as people say them. Pure: `now` comes in. */

/** Today only the time, otherwise with the day. */
export function when(moment: string, tag: string, now: Date = new Date()): string {
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return '';
  const same = at.toDateString() === now.toDateString();
  const soon = at.getTime() - now.getTime() < 6 * 86_400_000;
  const day: Intl.DateTimeFormatOptions = same ? {} : soon ? { weekday: 'long' } : { month: 'short', day: 'numeric' };
  return at.toLocaleString(tag, { ...day, hour: 'numeric', minute: '2-digit' });
}

/** A span of minutes in the largest unit that says it well. */
export function span(minutes: number, tag: string): string {
  const [value, unit] = minutes < 100 ? [minutes, 'minute'] : minutes < 2_880 ? [minutes / 60, 'hour'] : [minutes / 1_440, 'day'];
  return new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.ceil(value));
}

/** The heading above the messages of a day: `today`, `yesterday` or the date. */
export function day(moment: string, tag: string, words: { today: string; yesterday: string }, now: Date = new Date()): string {
  const at = new Date(moment);
  const before = new Date(now);
  before.setDate(now.getDate() - 1);
  if (at.toDateString() === now.toDateString()) return words.today;
  if (at.toDateString() === before.toDateString()) return words.yesterday;
  return at.toLocaleDateString(tag, { weekday: 'long', month: 'long', day: 'numeric' });
}
