// The form before the first message.
import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react';
import type { FieldKind, FormField } from '../../api/admin-wire';
import { Button, IconButton } from '../../kit/basics';
import { Check, SelectField, TextField } from '../../kit/fields';
import { Switch } from '../../kit/switch';
import { Menu } from '../../kit/layers';
import { useAdminWords } from '../../words/admin';
import { en } from '../../words/admin.en';
import { zh } from '../../words/admin.zh';
import { LinesField } from '../lines';
import type { Draft } from './edit';

const KINDS: FieldKind[] = ['text', 'email', 'phone', 'select', 'checkbox'];
type Preset = 'name' | 'email' | 'phone' | 'custom';
const PRESETS: Preset[] = ['name', 'email', 'phone', 'custom'];
const MOST = 12;

/** A fresh field of a kind that people often ask for. */
export function fresh(preset: Preset, taken: string[]): FormField {
  if (preset !== 'custom') {
    const kind: FieldKind = preset === 'name' ? 'text' : preset;
    return { key: preset, label: { en: en.inboxes.presets[preset], zh: zh.inboxes.presets[preset] }, kind, required: false, options: [] };
  }
  let number = 1;
  while (taken.includes(`field_${number}`)) number += 1;
  return { key: `field_${number}`, label: { en: '', zh: '' }, kind: 'text', required: false, options: [] };
}

export function Form({ settings, put, wrong }: Draft) {
  const a = useAdminWords();
  const { fields, enabled } = settings.prechat;
  const set = (next: FormField[], on = enabled) => put({ prechat: { enabled: on, fields: next } });
  const change = (at: number, part: Partial<FormField>) => set(fields.map((field, index) => (index === at ? { ...field, ...part } : field)));
  const move = (at: number, by: number) => {
    const next = [...fields];
    const [one] = next.splice(at, 1);
    if (one) next.splice(at + by, 0, one);
    set(next);
  };
  const taken = fields.map((field) => field.key);
  return (
    <div className="admin-form wide">
      <Switch label={a.inboxes.formOn} hint={a.inboxes.formHint} checked={enabled} onChange={(on) => put({ prechat: { enabled: on, fields: on && fields.length === 0 ? [fresh('name', []), fresh('email', [])] : fields } })} />
      {enabled ? (
        <section className="stack" aria-label={a.inboxes.fields}>
          {fields.length === 0 ? <p className="muted">{a.inboxes.noFields}</p> : null}
          {wrong.get('prechat.fields') ? <p className="error">{wrong.get('prechat.fields')}</p> : null}
          <ol className="stack">
            {fields.map((field, index) => {
              const name = field.label.en || field.label.zh || field.key;
              const standard = field.key === 'name' || field.key === 'email' || field.key === 'phone';
              const at = (part: string) => wrong.get(`prechat.fields[${index}].${part}`);
              return (
                <li key={index} className="card form-field">
                  <div className="row">
                    <h2 className="grow clip form-title">
                      {a.inboxes.field(index + 1)}: {name}
                    </h2>
                    <IconButton small label={a.inboxes.up(name)} icon={ArrowUp} disabled={index === 0} onClick={() => move(index, -1)} />
                    <IconButton small label={a.inboxes.down(name)} icon={ArrowDown} disabled={index === fields.length - 1} onClick={() => move(index, 1)} />
                    <IconButton small label={a.removeItem(name)} icon={Trash2} onClick={() => set(fields.filter((_, other) => other !== index))} />
                  </div>
                  <div className="two">
                    <TextField label={a.inboxes.label(a.languages.en)} value={field.label.en} maxLength={80} onChange={(event) => change(index, { label: { ...field.label, en: event.target.value } })} error={at('label')} />
                    <TextField label={a.inboxes.label(a.languages.zh)} value={field.label.zh} maxLength={80} onChange={(event) => change(index, { label: { ...field.label, zh: event.target.value } })} />
                    {standard ? null : (
                      <>
                        <TextField label={a.inboxes.key} hint={a.inboxes.keyHint} className="mono" value={field.key} maxLength={40} spellCheck={false} onChange={(event) => change(index, { key: event.target.value })} error={at('key')} />
                        <SelectField
                          label={a.inboxes.kind}
                          value={field.kind}
                          onChange={(event) => {
                            const kind = event.target.value as FieldKind;
                            change(index, { kind, options: kind === 'select' ? field.options : [] });
                          }}
                          options={KINDS.map((kind) => ({ value: kind, label: a.inboxes.kinds[kind] }))}
                        />
                      </>
                    )}
                  </div>
                  {field.kind === 'select' ? <LinesField label={a.inboxes.options} rows={3} value={field.options} onChange={(options) => change(index, { options })} error={at('options')} /> : null}
                  {standard && (at('key') || at('kind')) ? <p className="error">{at('key') ?? at('kind')}</p> : null}
                  <Check label={a.inboxes.required} checked={field.required} onChange={(event) => change(index, { required: event.target.checked })} />
                </li>
              );
            })}
          </ol>
          {fields.length < MOST ? (
            <Menu
              align="start"
              trigger={
                <Button icon={Plus} className="start">
                  {a.inboxes.addField}
                </Button>
              }
              parts={PRESETS.filter((preset) => preset === 'custom' || !taken.includes(preset)).map((preset) => ({ key: preset, label: a.inboxes.presets[preset], onSelect: () => set([...fields, fresh(preset, taken)]) }))}
            />
          ) : null}
        </section>
      ) : null}
    </div>
  );
}
