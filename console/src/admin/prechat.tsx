// The form before the first message.
import { ArrowUp, Plus, X } from 'lucide-react';
import { Button, IconButton } from '../kit/basics';
import { Check, SelectField, Switch, TextField } from '../kit/fields';
import { useWords } from '../words';
import { Both, type Put } from './inbox';
import { listed, useAdminWords } from './kit';
import type { FieldKind, InboxSettings, PrechatField } from './wire';

const KNOWN = ['name', 'email', 'phone'] as const;
const KINDS: FieldKind[] = ['text', 'email', 'phone', 'select', 'checkbox'];
const FRESH: Record<(typeof KNOWN)[number], PrechatField> = {
  name: { key: 'name', label: { en: 'Your name', zh: '您的称呼' }, kind: 'text', required: true, options: [] },
  email: { key: 'email', label: { en: 'E-mail', zh: '邮箱' }, kind: 'email', required: false, options: [] },
  phone: { key: 'phone', label: { en: 'Phone', zh: '电话' }, kind: 'phone', required: false, options: [] },
};

export function FormEditor({ settings, put }: { settings: InboxSettings; put: Put }) {
  const w = useWords();
  const a = useAdminWords();
  const { prechat } = settings;
  const set = (fields: PrechatField[]) => put({ prechat: { ...prechat, fields } });
  const change = (index: number, fields: Partial<PrechatField>) => set(prechat.fields.map((one, at) => (at === index ? { ...one, ...fields } : one)));
  const add = () => {
    const free = KNOWN.find((key) => !prechat.fields.some((one) => one.key === key));
    set([...prechat.fields, free ? FRESH[free] : { key: `field_${prechat.fields.length + 1}`, label: { en: '', zh: '' }, kind: 'text', required: false, options: [] }]);
  };
  return (
    <div className="form wide">
      <Switch label={a.inboxes.prechat} hint={a.inboxes.prechatHint} checked={prechat.enabled} onChange={(enabled) => put({ prechat: { ...prechat, enabled } })} />
      {prechat.enabled ? (
        <>
          {prechat.fields.length === 0 ? <p className="muted">{a.inboxes.noFields}</p> : null}
          {prechat.fields.map((field, index) => {
            const known = KNOWN.find((key) => key === field.key);
            return (
              <fieldset className="card prechat" key={index}>
                <legend className="sr">{field.label.en || field.key}</legend>
                <div className="row" style={{ alignItems: 'flex-end' }}>
                  <SelectField label={a.inboxes.key} className="compact" value={known ?? 'own'} onChange={(event) => change(index, event.target.value === 'own' ? { key: `field_${index + 1}`, kind: 'text' } : FRESH[event.target.value as (typeof KNOWN)[number]])} options={[...KNOWN, 'own' as const].map((value) => ({ value, label: a.inboxes.keys[value] }))} />
                  {known ? null : (
                    <>
                      <TextField label={a.inboxes.attribute} className="compact" value={field.key} maxLength={40} onChange={(event) => change(index, { key: event.target.value.replace(/[^a-z0-9_]/gi, '_').toLowerCase() })} />
                      <SelectField label={a.inboxes.kind} className="compact" value={field.kind} onChange={(event) => change(index, { kind: KINDS.find((kind) => kind === event.target.value) ?? 'text' })} options={KINDS.map((value) => ({ value, label: a.inboxes.kinds[value] }))} />
                    </>
                  )}
                  <span className="grow" />
                  <Check label={a.inboxes.required} checked={field.required} onChange={(event) => change(index, { required: event.target.checked })} />
                  {index > 0 ? <IconButton small icon={ArrowUp} label={`↑ ${field.label.en || field.key}`} onClick={() => set(prechat.fields.map((one, at) => (at === index - 1 ? field : at === index ? (prechat.fields[index - 1] ?? one) : one)))} /> : null}
                  <IconButton small icon={X} label={`${w.list.remove}: ${field.label.en || field.key}`} onClick={() => set(prechat.fields.filter((_, at) => at !== index))} />
                </div>
                <Both label={a.inboxes.label} value={field.label} onChange={(label) => change(index, { label })} />
                {field.kind === 'select' ? <TextField label={a.inboxes.options} defaultValue={field.options.join(', ')} onBlur={(event) => change(index, { options: listed(event.target.value) })} /> : null}
              </fieldset>
            );
          })}
          <div>
            <Button small icon={Plus} onClick={add}>
              {a.inboxes.addField}
            </Button>
          </div>
        </>
      ) : null}
    </div>
  );
}
