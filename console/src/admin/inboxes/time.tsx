// A time of the day. The day may end at 24:00, which a browser's own field cannot say.
export function Time({ label, value, end, onChange }: { label: string; value: string; end?: boolean; onChange: (value: string) => void }) {
  return <input className="input compact time num" type="text" inputMode="numeric" aria-label={label} value={value} maxLength={5} placeholder={end ? '18:00' : '09:00'} onChange={(event) => onChange(event.target.value)} onBlur={() => onChange(tidied(value))} onFocus={(event) => event.target.select()} />;
}

/** `9` → `09:00`, `930` → `09:30`, `9.30` → `09:30`; what is no time is left for the server to refuse. */
export function tidied(typed: string): string {
  const text = typed.trim().replace(/[.：点h]/g, ':');
  const match = /^(\d{1,2})(?::?(\d{2}))?:?$/.exec(text);
  if (!match) return typed.trim();
  const [hour, minute] = [Number(match[1]), Number(match[2] ?? 0)];
  if (hour > 24 || minute > 59 || (hour === 24 && minute > 0)) return typed.trim();
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}
