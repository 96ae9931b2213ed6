// When people answer: the week, other days, and what happens while nobody is there.
import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '../kit/basics';
import { Check, SelectField, Switch, TextField } from '../kit/fields';
import { useWords } from '../words';
import type { Put } from './inbox';
import { useAdminWords } from './kit';
import type { Holiday, InboxSettings, Span } from './wire';

const OUTS = ['take_message', 'bot_only', 'queue'] as const;
const ZONES = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];

export function HoursEditor({ settings, put }: { settings: InboxSettings; put: Put }) {
  const w = useWords();
  const a = useAdminWords();
  const { hours } = settings;
  const set = (fields: Partial<InboxSettings['hours']>) => put({ hours: { ...hours, ...fields } });
  const day = (index: number, spans: Span[]) => set({ week: hours.week.map((one, at) => (at === index ? spans : one)) });
  const holiday = (index: number, fields: Holiday) => set({ holidays: hours.holidays.map((one, at) => (at === index ? fields : one)) });
  const zones = ZONES.includes(hours.zone) ? ZONES : [hours.zone, ...ZONES];
  return (
    <div className="form wide">
      <Switch label={a.inboxes.always} hint={a.inboxes.alwaysHint} checked={hours.always} onChange={(always) => set({ always })} />
      {hours.always ? null : (
        <>
          <SelectField label={a.inboxes.zone} value={hours.zone} onChange={(event) => set({ zone: event.target.value })} options={zones.map((value) => ({ value, label: value.replaceAll('_', ' ') }))} />
          <div className="week">
            {hours.week.map((spans, index) => {
              const name = a.inboxes.days[index] ?? '';
              return (
                <div className="week-day" role="group" aria-label={name} key={name}>
                  <strong>{name}</strong>
                  <div className="stack grow" style={{ gap: 6 }}>
                    {spans.length === 0 ? <span className="muted">{a.inboxes.closed}</span> : null}
                    {spans.map((span, at) => (
                      <SpanFields key={at} span={span} onChange={(fresh) => day(index, spans.map((one, other) => (other === at ? fresh : one)))} onRemove={() => day(index, spans.filter((_, other) => other !== at))} />
                    ))}
                  </div>
                  <IconButton small icon={Plus} label={`${a.inboxes.addSpan}: ${name}`} onClick={() => day(index, [...spans, spans.length === 0 ? { from: '09:00', to: '18:00' } : { from: spans.at(-1)?.to ?? '13:00', to: '20:00' }])} />
                </div>
              );
            })}
          </div>
          <section className="stack">
            <div>
              <h2>{a.inboxes.holidays}</h2>
              <p className="muted small">{a.inboxes.holidaysHint}</p>
            </div>
            {hours.holidays.map((one, index) => (
              <div className="row wrap" key={index}>
                <TextField label={a.inboxes.date} hideLabel className="compact" type="date" value={one.date} onChange={(event) => holiday(index, { ...one, date: event.target.value })} />
                <Check label={a.inboxes.closed} checked={one.closed === true} onChange={(event) => holiday(index, event.target.checked ? { date: one.date, closed: true } : { date: one.date, from: '09:00', to: '18:00' })} />
                {one.closed ? null : <SpanFields span={{ from: one.from ?? '09:00', to: one.to ?? '18:00' }} onChange={(span) => holiday(index, { date: one.date, ...span })} />}
                <IconButton small icon={X} label={`${w.list.remove}: ${one.date}`} onClick={() => set({ holidays: hours.holidays.filter((_, other) => other !== index) })} />
              </div>
            ))}
            <div>
              <Button small icon={Plus} onClick={() => set({ holidays: [...hours.holidays, { date: new Date().toISOString().slice(0, 10), closed: true }] })}>
                {a.inboxes.addHoliday}
              </Button>
            </div>
          </section>
        </>
      )}
      <SelectField label={a.inboxes.outOfHours} value={settings.out_of_hours} onChange={(event) => put({ out_of_hours: OUTS.find((one) => one === event.target.value) ?? 'take_message' })} options={OUTS.map((value) => ({ value, label: a.inboxes.outs[value] }))} />
    </div>
  );
}

function SpanFields({ span, onChange, onRemove }: { span: Span; onChange: (span: Span) => void; onRemove?: () => void }) {
  const w = useWords();
  const a = useAdminWords();
  return (
    <div className="row">
      <TextField label={a.inboxes.from} hideLabel className="compact" type="time" value={span.from} onChange={(event) => onChange({ ...span, from: event.target.value })} />
      <span className="muted" aria-hidden>
        –
      </span>
      <TextField label={a.inboxes.to} hideLabel className="compact" type="time" value={span.to === '24:00' ? '23:59' : span.to} onChange={(event) => onChange({ ...span, to: event.target.value === '23:59' ? '24:00' : event.target.value })} />
      {onRemove ? <IconButton small icon={X} label={`${w.list.remove}: ${span.from} – ${span.to}`} onClick={onRemove} /> : null}
    </div>
  );
}
