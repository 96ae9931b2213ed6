// Fields with their label, hint and error tied together.
import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from 'react';

interface Around {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  hideLabel?: boolean;
}

function useAround({ hint, error }: Around) {
  const id = useId();
  const described = [hint ? `${id}h` : '', error ? `${id}e` : ''].filter(Boolean).join(' ');
  return { id, props: { id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined } };
}

function Frame({ id, label, hint, error, hideLabel, children }: Around & { id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id} className={hideLabel ? 'sr' : undefined}>
        {label}
      </label>
      {children}
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

export function TextField({ label, hint, error, hideLabel, className = '', ...rest }: Around & InputHTMLAttributes<HTMLInputElement>) {
  const { id, props } = useAround({ label, hint, error });
  return (
    <Frame id={id} label={label} hint={hint} error={error} hideLabel={hideLabel ?? false}>
      <input className={`input ${className}`} {...rest} {...props} />
    </Frame>
  );
}

export function TextArea({ label, hint, error, hideLabel, className = '', ...rest }: Around & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const { id, props } = useAround({ label, hint, error });
  return (
    <Frame id={id} label={label} hint={hint} error={error} hideLabel={hideLabel ?? false}>
      <textarea className={`input ${className}`} {...rest} {...props} />
    </Frame>
  );
}

export interface Option {
  value: string;
  label: string;
}

export function SelectField({ label, hint, error, hideLabel, options, className = '', ...rest }: Around & SelectHTMLAttributes<HTMLSelectElement> & { options: Option[] }) {
  const { id, props } = useAround({ label, hint, error });
  return (
    <Frame id={id} label={label} hint={hint} error={error} hideLabel={hideLabel ?? false}>
      <select className={`input ${className}`} {...rest} {...props}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

export function Check({ label, ...rest }: { label: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className="check">
      <input type="checkbox" {...rest} />
      <span>{label}</span>
    </label>
  );
}
