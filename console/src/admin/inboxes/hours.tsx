// When people answer: the week, the days that differ, and what happens while nobody is there.
import { CopyPlus, Plus, Trash2, X } from 'lucide-react';
import { useMemo } from 'react';
import type { Holiday, InboxSettings, OutOfHours, Span } from '../../api/admin-wire';
import { Button, IconButton } from '../../kit/basics';
import { Check, TextField } from '../../kit/fields';
import { Switch } from '../../kit/switch';
import { useAdminWords } from '../../words/admin';
import { Choice } from '../inputs';
import { Part } from '../parts';
import type { Draft } from './edit';
import { Time } from './time';

type Hours = InboxSettings['hours'];
const POLICIES: OutOfHours[] = ['take_message', 'bot_only', 'queue'];
const WORKDAY: Span = { from: '09:00', to: '18:00' };

/** The span after the last one of a day, or a working day. */
export function following(spans: Span[]): Span {
  const last = spans.at(-1);
  if (!last) return WORKDAY;
  const hour = Number(last.to.slice(0, 2));
  if (!Number.isFinite(hour) || hour >= 22) return { from: last.to, to: '24:00' };
  const two = (number: number) => String(number).padStart(2, '0');
  return { from: `${two(hour + 1)}:00`, to: `${two(Math.min(hour + 4, 24))}:00` };
}

/** The week with Monday's hours from Monday to Friday. */
export const likeMonday = (week: Span[][]): Span[][] => week.map((day, index) => (index < 5 ? (week[0] ?? []).map((span) => ({ ...span })) : day));

export function HoursPart({ settings, put, wrong }: Draft) {
  const a = useAdminWords();
  const { hours } = settings;
  const set = (change: Partial<Hours>) => put({ hours: { ...hours, ...change } });
  const zones = useMemo(() => Intl.supportedValuesOf('timeZone'), []);
  const week = a.inboxes.days.map((_, index) => hours.week[index] ?? []);
  const setDay = (day: number, spans: Span[]) => set({ week: week.map((before, index) => (index === day ? spans : before)) });
  return (
    <div className="admin-form wide">
      <Switch label={a.inboxes.alwaysOn} hint={a.inboxes.alwaysHint} checked={hours.always} onChange={(always) => set({ always })} />
      {hours.always ? null : (
        <>
          <div className="zone">
            <TextField label={a.inboxes.zone} list="zones" value={hours.zone} spellCheck={false} onChange={(event) => set({ zone: event.target.value.trim() })} error={wrong.get('hours.zone')} />
            <datalist id="zones">
              {zones.map((zone) => (
                <option key={zone} value={zone} />
              ))}
            </datalist>
          </div>
          <Part
            title={a.inboxes.week}
            actions={
              <Button small icon={CopyPlus} onClick={() => set({ week: likeMonday(week) })}>
                {a.inboxes.copyDays}
              </Button>
            }
          >
            <ul className="week card">
              {week.map((spans, day) => (
                <Day key={day} name={a.inboxes.days[day] ?? ''} spans={spans} onChange={(next) => setDay(day, next)} error={firstUnder(wrong, `hours.week[${day}]`)} />
              ))}
            </ul>
          </Part>
          <Part
            title={a.inboxes.holidays}
            hint={a.inboxes.holidaysHint}
            actions={
              <Button small icon={Plus} onClick={() => set({ holidays: [...hours.holidays, { date: nextDay(hours.holidays), closed: true }] })}>
                {a.inboxes.addHoliday}
              </Button>
            }
          >
            {hours.holidays.length === 0 ? <p className="muted">{a.inboxes.noHolidays}</p> : null}
            <ul className="stack">
              {hours.holidays.map((holiday, index) => (
                <HolidayLine
                  key={index}
                  holiday={holiday}
                  onChange={(next) => set({ holidays: hours.holidays.map((other, at) => (at === index ? next : other)) })}
                  onRemove={() => set({ holidays: hours.holidays.filter((_, at) => at !== index) })}
                  error={firstUnder(wrong, `hours.holidays[${index}]`)}
                />
              ))}
            </ul>
          </Part>
          <Choice label={a.inboxes.outOfHours} value={settings.out_of_hours} onChange={(out_of_hours) => put({ out_of_hours })} options={POLICIES.map((value) => ({ value, label: a.inboxes.policies[value].title, hint: a.inboxes.policies[value].hint }))} />
        </>
      )}
      <div className="narrow-field">
        <TextField label={a.inboxes.replyMinutes} hint={a.inboxes.replyHint} type="number" min={1} max={10080} value={settings.reply_minutes ?? ''} onChange={(event) => put({ reply_minutes: event.target.value === '' ? null : Math.round(Number(event.target.value)) })} error={wrong.get('reply_minutes')} />
      </div>
    </div>
  );
}

function firstUnder(wrong: Map<string, string>, place: string): string | undefined {
  return [...wrong].find(([at]) => at.startsWith(place))?.[1];
}

/** A day that is not in the list yet: tomorrow, or the day after the last. */
function nextDay(holidays: Holiday[]): string {
  const last = holidays
    .map((one) => Date.parse(one.date))
    .filter((time) => !Number.isNaN(time))
    .sort((one, other) => other - one)[0];
  return new Date(Math.max(last ?? 0, Date.now()) + 86_400_000).toISOString().slice(0, 10);
}

function Day({ name, spans, onChange, error }: { name: string; spans: Span[]; onChange: (spans: Span[]) => void; error: string | undefined }) {
  const a = useAdminWords();
  const change = (at: number, part: Partial<Span>) => onChange(spans.map((span, index) => (index === at ? { ...span, ...part } : span)));
  return (
    <li>
      <strong>{name}</strong>
      <div className="grow spans">
        {spans.length === 0 ? <span className="muted">{a.inboxes.closed}</span> : null}
        {spans.map((span, index) => (
          <span key={index} className="row span">
            <Time label={a.inboxes.from(name)} value={span.from} onChange={(from) => change(index, { from })} />
            <span aria-hidden>–</span>
            <Time label={a.inboxes.to(name)} value={span.to} end onChange={(to) => change(index, { to })} />
            <IconButton small label={a.inboxes.removeSpan(name)} icon={X} onClick={() => onChange(spans.filter((_, other) => other !== index))} />
          </span>
        ))}
        {error ? (
          <span className="error" role="alert">
            {error}
          </span>
        ) : null}
      </div>
      <IconButton small label={a.inboxes.addSpan(name)} icon={Plus} onClick={() => onChange([...spans, following(spans)])} />
    </li>
  );
}

function HolidayLine({ holiday, onChange, onRemove, error }: { holiday: Holiday; onChange: (holiday: Holiday) => void; onRemove: () => void; error: string | undefined }) {
  const a = useAdminWords();
  const closed = holiday.closed === true;
  return (
    <li className="card holiday">
      <input type="date" className="input" aria-label={a.inboxes.date} value={holiday.date} onChange={(event) => onChange({ ...holiday, date: event.target.value })} />
      <Check label={a.inboxes.closedAllDay} checked={closed} onChange={(event) => onChange(event.target.checked ? { date: holiday.date, closed: true } : { date: holiday.date, ...WORKDAY })} />
      {closed ? null : (
        <span className="row span">
          <Time label={a.inboxes.from(holiday.date)} value={holiday.from ?? ''} onChange={(from) => onChange({ ...holiday, from })} />
          <span aria-hidden>–</span>
          <Time label={a.inboxes.to(holiday.date)} value={holiday.to ?? ''} end onChange={(to) => onChange({ ...holiday, to })} />
        </span>
      )}
      <span className="grow error" role={error ? 'alert' : undefined}>
        {error}
      </span>
      <IconButton small label={a.removeItem(holiday.date)} icon={Trash2} onClick={onRemove} />
    </li>
  );
}
