// What several pages of the administration share.
import { Check, Copy } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Button } from '../kit/basics';
import { Dialog } from '../kit/layers';
import { useTitle } from '../shell/live';
import { useCatalogue, useWords } from '../words';
import { adminWords } from './words';

export const useAdminWords = () => useCatalogue(adminWords);

export function Page({ title, hint, actions, children }: { title: string; hint?: string; actions?: ReactNode; children: ReactNode }) {
  useTitle(title);
  return (
    <main className="page">
      <header className="page-head">
        <div className="grow">
          <h1>{title}</h1>
          {hint ? <p>{hint}</p> : null}
        </div>
        {actions}
      </header>
      {children}
    </main>
  );
}

export function CopyButton({ text }: { text: string }) {
  const w = useAdminWords();
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    window.setTimeout(() => setDone(false), 2000);
  };
  return (
    <Button small icon={done ? Check : Copy} onClick={() => void copy()}>
      <span aria-live="polite">{done ? w.copied : w.copy}</span>
    </Button>
  );
}

/** Something that is shown once, to be copied now. */
export function Secret({ value }: { value: string }) {
  return (
    <div className="secret">
      <code>{value}</code>
      <CopyButton text={value} />
    </div>
  );
}

export function Confirm({ text, action, onClose, onConfirm }: { text: string; action: string; onClose: () => void; onConfirm: () => void }) {
  const w = useWords();
  return (
    <Dialog open onOpenChange={onClose} title={action} hint={text}>
      <div className="dialog-foot">
        <Button onClick={onClose}>{w.cancel}</Button>
        <Button
          look="danger"
          onClick={() => {
            onConfirm();
            onClose();
          }}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}

/** `a, b` as a list; also with the Chinese comma. */
export const listed = (text: string): string[] =>
  text
    .split(/[,，、\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
