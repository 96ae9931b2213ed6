// Inputs that only the administrative pages have: one of a few, a list of words, a list of lines.
import { X } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { useAdminWords } from '../words/admin';

interface OneOf<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: { value: T; label: ReactNode; hint?: string }[];
  disabled?: boolean;
  hideLabel?: boolean;
}

/** A few short choices beside each other; a radio group to the keyboard. */
export function Segmented<T extends string>({ label, value, onChange, options, disabled, hideLabel }: OneOf<T>) {
  const name = useId();
  return (
    <fieldset className="field plain" disabled={disabled}>
      <legend className={hideLabel ? 'sr' : 'label'}>{label}</legend>
      <div className="segmented">
        {options.map((option) => (
          <label key={option.value}>
            <input className="sr" type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A few choices that need a sentence each. */
export function Choice<T extends string>({ label, value, onChange, options, disabled, hideLabel }: OneOf<T>) {
  const name = useId();
  return (
    <fieldset className="field plain" disabled={disabled}>
      <legend className={hideLabel ? 'sr' : 'label'}>{label}</legend>
      <div className="choices">
        {options.map((option, index) => (
          <label key={option.value} className="choice">
            <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} aria-describedby={option.hint ? `${name}${index}` : undefined} />
            <span className="grow">
              <span className="choice-title">{option.label}</span>
              {option.hint ? (
                <span className="hint" id={`${name}${index}`}>
                  {option.hint}
                </span>
              ) : null}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Words as chips: Enter or a comma adds, Backspace in the empty field takes the last away. */
export function Tags({ label, hint, error, value, onChange, placeholder, disabled, clean = (text) => text }: { label: string; hint?: string; error?: string | undefined; value: string[]; onChange: (value: string[]) => void; placeholder?: string; disabled?: boolean; clean?: (text: string) => string }) {
  const a = useAdminWords();
  const id = useId();
  const [text, setText] = useState('');
  const add = () => {
    const fresh = text
      .split(/[,，、\n]/)
      .map((one) => clean(one.trim()))
      .filter((one, index, all) => one !== '' && !value.includes(one) && all.indexOf(one) === index);
    if (fresh.length > 0) onChange([...value, ...fresh]);
    setText('');
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className={`tags ${disabled ? 'off' : ''}`}>
        {value.map((one) => (
          <span className="badge accent" key={one}>
            <span className="clip">{one}</span>
            {disabled ? null : (
              <button type="button" aria-label={a.removeItem(one)} onClick={() => onChange(value.filter((other) => other !== one))}>
                <X size={12} aria-hidden />
              </button>
            )}
          </span>
        ))}
        <input
          id={id}
          value={text}
          disabled={disabled}
          placeholder={value.length === 0 ? (placeholder ?? a.addItem) : ''}
          aria-invalid={error ? true : undefined}
          aria-describedby={[hint ? `${id}h` : '', error ? `${id}e` : ''].filter(Boolean).join(' ') || undefined}
          onChange={(event) => setText(event.target.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if ((event.key === 'Enter' && text.trim() !== '') || event.key === ',' || event.key === '，') {
              event.preventDefault();
              add();
            }
            if (event.key === 'Backspace' && text === '' && value.length > 0) onChange(value.slice(0, -1));
          }}
        />
      </div>
      {hint ? (
        <div className="hint" id={`${id}h`}>
          {hint}
        </div>
      ) : null}
      {error ? (
        <div className="error" id={`${id}e`} role="alert">
          {error}
        </div>
      ) : null}
    </div>
  );
}

/** Some of many, as checkboxes. */
export function Several({ label, value, onChange, options, empty }: { label: string; value: string[]; onChange: (value: string[]) => void; options: { value: string; label: string }[]; empty: string }) {
  return (
    <fieldset className="field plain">
      <legend className="label">{label}</legend>
      {options.length === 0 ? <p className="hint">{empty}</p> : null}
      <div className="several">
        {options.map((option) => (
          <label className="check" key={option.value}>
            <input type="checkbox" checked={value.includes(option.value)} onChange={(event) => onChange(event.target.checked ? [...value, option.value] : value.filter((other) => other !== option.value))} />
            <span className="clip">{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
