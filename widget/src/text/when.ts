/** Moments as people say them. Pure: `now` comes in. */

/** Today only the time, otherwise with the day. */
export function when(moment: string, tag: string, now: Date = new Date()): string {
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return '';
  const same = at.toDateString() === now.toDateString();
  const soon = at.getTime() - now.getTime() < 6 * 86_400_000;
  const day: Intl.DateTimeFormatOptions = same ? {} : soon ? { weekday: 'long' } : { month: 'short', day: 'numeric' };
  return at.toLocaleString(tag, { ...day, hour: '2-digit', minute: '2-digit' });
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
