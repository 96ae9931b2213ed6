// A list as a text, one line each. What is typed stays as typed; the list is what is not empty.
import { useState } from 'react';
import { TextArea } from '../kit/fields';

export const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

export function LinesField({ label, hint, rows, value, onChange, error, className = '' }: { label: string; hint?: string; rows: number; value: string[]; onChange: (value: string[]) => void; error?: string | undefined; className?: string }) {
  const [typed, setTyped] = useState(value.join('\n'));
  // Changed from outside, as by discarding: show that.
  const text = lines(typed).join('\n') === value.join('\n') ? typed : value.join('\n');
  return (
    <TextArea
      label={label}
      hint={hint}
      rows={rows}
      value={text}
      error={error}
      className={className}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(lines(event.target.value));
      }}
    />
  );
}
