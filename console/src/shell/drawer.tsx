// The navigation where it does not fit beside the page: it comes over it, and goes when a place was chosen.
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { useWords } from '../words';

export function Drawer({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const w = useWords();
  return (
    <Dialog.Root open onOpenChange={onClose}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content
          className="drawer"
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            const here = event.currentTarget instanceof Element ? event.currentTarget.querySelector<HTMLElement>('[aria-current]') : null;
            if (!here) return;
            event.preventDefault();
            here.focus();
          }}
          onClick={(event) => {
            if (event.target instanceof Element && event.target.closest('a')) onClose();
          }}
        >
          <Dialog.Title className="sr">{w.nav.label}</Dialog.Title>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
