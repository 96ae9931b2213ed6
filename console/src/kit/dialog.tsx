// What lies over the page until it is answered or closed. Focus and Escape are Radix's.
import { Dialog as RadixDialog } from 'radix-ui';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useWords } from '../words';
import { IconButton } from './basics';

export function Dialog({ open, onOpenChange, title, hint, wide, children }: { open: boolean; onOpenChange: (open: boolean) => void; title: string; hint?: string; wide?: boolean; children: ReactNode }) {
  const w = useWords();
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="scrim" />
        <RadixDialog.Content
          className={`dialog ${wide ? 'wide' : ''}`}
          onOpenAutoFocus={(event) => {
            // To where something is written, else to the dialog itself: the button that closes it is not what people came for.
            event.preventDefault();
            const content = event.currentTarget;
            if (!(content instanceof HTMLElement) || content.contains(document.activeElement)) return;
            (content.querySelector<HTMLElement>('input, select, textarea') ?? content).focus();
          }}
          {...(hint ? {} : { 'aria-describedby': undefined })}>
          <div className="dialog-head">
            <div className="grow">
              <RadixDialog.Title asChild>
                <h2>{title}</h2>
              </RadixDialog.Title>
              {hint ? <RadixDialog.Description className="muted">{hint}</RadixDialog.Description> : null}
            </div>
            <RadixDialog.Close asChild>
              <IconButton label={w.close} icon={X} small />
            </RadixDialog.Close>
          </div>
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
