// What is on or off, and takes hold at once.
import { Switch as RadixSwitch } from 'radix-ui';
import { useId } from 'react';

export function Switch({ label, hint, checked, onChange, disabled }: { label: string; hint?: string; checked: boolean; onChange: (checked: boolean) => void; disabled?: boolean }) {
  const id = useId();
  return (
    <div className="row" style={{ gap: 12, alignItems: 'flex-start' }}>
      <RadixSwitch.Root id={id} className="switch" checked={checked} onCheckedChange={onChange} disabled={disabled ?? false} aria-describedby={hint ? `${id}h` : undefined} style={{ marginTop: 1 }}>
        <RadixSwitch.Thumb />
      </RadixSwitch.Root>
      <div className="grow">
        <label htmlFor={id} className="label">
          {label}
        </label>
        {hint ? (
          <div className="hint" id={`${id}h`}>
            {hint}
          </div>
        ) : null}
      </div>
    </div>
  );
}
