/** Small forms that stand in the conversation: before it starts, when nobody is there, and when it is over. */
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Contact, Field } from '../model/types.ts';
import { pick } from '../words/index.ts';
import { useAround } from './context.ts';
import { Face, Icon } from './icons.tsx';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The fields of the form before the first message that are not known yet. */
export function missing(fields: Field[], known: Contact): Field[] {
  return fields.filter((field) => !(value(field.key, known) ?? '').trim());
}

function value(key: string, contact: Contact): string | undefined {
  return key === 'name' || key === 'email' || key === 'phone' ? contact[key] : contact.attributes?.[key];
}

export function Before({ fields, done }: { fields: Field[]; done: () => void }) {
  const { core, view, words } = useAround();
  const [values, setValues] = useState<Record<string, string>>({});
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const found: Record<string, string> = {};
    for (const field of fields) {
      const given = (values[field.key] ?? '').trim();
      if (field.required && !given) found[field.key] = words.required;
      else if (field.kind === 'email' && given && !EMAIL.test(given)) found[field.key] = words.badEmail;
    }
    setWrong(found);
    const first = fields.find((field) => found[field.key]);
    if (first) {
      const form = event.currentTarget as HTMLFormElement;
      form.querySelector<HTMLElement>(`[name="${CSS.escape(first.key)}"]`)?.focus();
      return;
    }
    const contact: Contact = {};
    const attributes: Record<string, string> = {};
    for (const [key, given] of Object.entries(values)) {
      if (!given.trim()) continue;
      if (key === 'name' || key === 'email' || key === 'phone') contact[key] = given.trim();
      else attributes[key] = given.trim();
    }
    if (Object.keys(attributes).length > 0) contact.attributes = attributes;
    void core.reach(contact).then((ok) => ok && done());
  };
  return (
    <form class="card" noValidate onSubmit={submit}>
      <h2>{words.beforeTitle}</h2>
      <p class="muted">{words.beforeText}</p>
      {fields.map((field) => (
        <Input
          field={field}
          label={pick(field.label, view.language)}
          value={values[field.key] ?? ''}
          wrong={wrong[field.key]}
          change={(given) => setValues({ ...values, [field.key]: given })}
        />
      ))}
      <button type="submit" class="primary">
        {words.start}
      </button>
    </form>
  );
}

interface InputProps {
  field: Field;
  label: string;
  value: string;
  wrong: string | undefined;
  change: (value: string) => void;
}

const KEYBOARD = { text: 'text', email: 'email', phone: 'tel' } as const;
const COMPLETE: Record<string, string> = { name: 'name', email: 'email', phone: 'tel' };

function Input({ field, label, value: given, wrong, change }: InputProps) {
  const { words } = useAround();
  const id = useId();
  const common = {
    id,
    name: field.key,
    'aria-invalid': wrong ? true : undefined,
    'aria-describedby': wrong ? `${id}-wrong` : undefined,
    'aria-required': field.required || undefined,
  };
  const told = wrong && (
    <span class="wrong" id={`${id}-wrong`}>
      <Icon name="alert" />
      {wrong}
    </span>
  );
  if (field.kind === 'checkbox') {
    return (
      <div class="field">
        <label class="box" for={id}>
          <input {...common} type="checkbox" checked={given === 'yes'} onChange={(event) => change(event.currentTarget.checked ? 'yes' : '')} />
          <span>{label}</span>
        </label>
        {told}
      </div>
    );
  }
  return (
    <div class="field">
      <label for={id}>
        {label}
        {!field.required && <span class="muted"> ({words.optional})</span>}
      </label>
      {field.kind === 'select' ? (
        <select {...common} value={given} onChange={(event) => change(event.currentTarget.value)}>
          <option value="">{words.choose}</option>
          {field.options.map((option) => (
            <option value={option}>{option}</option>
          ))}
        </select>
      ) : (
        <input
          {...common}
          type="text"
          inputMode={KEYBOARD[field.kind]}
          autoComplete={COMPLETE[field.key] ?? 'off'}
          maxLength={200}
          dir="auto"
          value={given}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
      {told}
    </div>
  );
}

/** Nobody is there: how the answer finds the customer. */
export function Reach() {
  const { core, view, words } = useAround();
  const [email, setEmail] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [done, setDone] = useState(false);
  if (done) {
    return (
      <p class="line" role="status">
        <Icon name="check" />
        <span>{words.reachThanks}</span>
      </p>
    );
  }
  if (view.known.email) return null;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const bad = !email.trim() ? words.required : EMAIL.test(email.trim()) ? undefined : words.badEmail;
    setWrong(bad);
    if (bad) (event.currentTarget as HTMLFormElement).querySelector('input')?.focus();
    else void core.reach({ email: email.trim() }).then(setDone);
  };
  const field: Field = { key: 'email', label: { en: '', zh: '' }, kind: 'email', required: true, options: [] };
  return (
    <form class="card" noValidate onSubmit={submit}>
      <h2>{words.reachTitle}</h2>
      <p class="muted">{words.reachText}</p>
      <Input field={field} label={words.email} value={email} wrong={wrong} change={setEmail} />
      <button type="submit" class="primary">
        {words.save}
      </button>
    </form>
  );
}

/** How was it? Five faces and a comment, in the thread. */
export function Rating() {
  const { core, view, words } = useAround();
  const [score, setScore] = useState(0);
  const [comment, setComment] = useState('');
  const [skipped, setSkipped] = useState(false);
  const id = useId();
  const card = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => card.current?.scrollIntoView({ block: 'nearest' }), [score > 0]);
  if (view.conversation.rating !== null) {
    return (
      <p class="line" role="status">
        <Icon name="check" />
        <span>{words.rateThanks}</span>
      </p>
    );
  }
  if (skipped) return null;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (score > 0) void core.rate(score, comment.trim());
  };
  return (
    <form ref={card} class="card rating" onSubmit={submit}>
      <fieldset>
        <legend>{words.rateAsk}</legend>
        <div class="scores">
          {words.rateScores.map((name, place) => (
            <label class={score === place + 1 ? 'chosen' : ''} title={name}>
              <input type="radio" name={id} class="unseen" checked={score === place + 1} onChange={() => setScore(place + 1)} aria-label={name} />
              <Face score={place + 1} />
            </label>
          ))}
        </div>
        <p class="muted" aria-hidden="true">
          {words.rateScores[score - 1] ?? '\u00a0'}
        </p>
      </fieldset>
      {score > 0 && (
        <>
          <textarea rows={2} maxLength={1000} aria-label={words.rateComment} placeholder={words.rateComment} dir="auto" value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
          <button type="submit" class="primary">
            {words.rateSend}
          </button>
        </>
      )}
      <button type="button" class="link" onClick={() => setSkipped(true)}>
        {words.rateSkip}
      </button>
    </form>
  );
}
