// What the administrative pages share: head, failures, confirmation, things to copy.
import { CircleAlert, Copy, LockKeyhole, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Problem } from '../api/client';
import { Banner, Button, Empty, Skeleton } from '../kit/basics';
import { Dialog } from '../kit/dialog';
import { toast } from '../kit/toast';
import { useTitle } from '../shell/live';
import { useMe } from '../shell/me';
import { useWords } from '../words';
import { useAdminWords, type AdminWords } from '../words/admin';

/** A page with its head. `readOnly` is said to those who may look only. */
export function Page({ title, lead, actions, wide, readOnly = true, children }: { title: string; lead?: ReactNode; actions?: ReactNode; wide?: boolean; readOnly?: boolean; children: ReactNode }) {
  const a = useAdminWords();
  const { manages } = useMe();
  useTitle(title);
  return (
    <main className={`page admin ${wide ? 'admin-wide' : ''}`} tabIndex={0}>
      <header className="page-head">
        <div className="grow">
          <h1>{title}</h1>
          {lead ? <p>{lead}</p> : null}
        </div>
        {actions ? <div className="row wrap">{actions}</div> : null}
      </header>
      {!manages && readOnly ? (
        <div className="admin-gap">
          <Banner icon={LockKeyhole}>{a.readOnly}</Banner>
        </div>
      ) : null}
      {children}
    </main>
  );
}

/** Why a page has nothing to show, and a way on. */
export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  const w = useWords();
  const a = useAdminWords();
  const forbidden = error instanceof Problem && error.status === 403;
  return (
    <div className="card" role="alert">
      <Empty icon={forbidden ? LockKeyhole : CircleAlert} title={forbidden ? a.forbidden : a.failed} action={!forbidden && again ? <Button onClick={again}>{w.again}</Button> : undefined}>
        {forbidden ? a.forbiddenHint : error instanceof Error ? error.message : String(error)}
      </Empty>
    </div>
  );
}

export function Loading({ lines = 4 }: { lines?: number }) {
  const a = useAdminWords();
  return (
    <div className="card admin-card stack" role="status" aria-label={a.loading}>
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} height={index === 0 ? 20 : 14} width={index === 0 ? '32%' : `${90 - index * 9}%`} />
      ))}
    </div>
  );
}

/** The way to the rest of a list. */
export function More({ busy, onMore }: { busy: boolean; onMore: () => void }) {
  const a = useAdminWords();
  return (
    <div className="admin-more">
      <Button busy={busy} onClick={onMore}>
        {a.more}
      </Button>
    </div>
  );
}

/** Asks before something that cannot simply be undone. */
export function Confirm({ title, hint, go, danger = true, busy, onGo, onClose }: { title: string; hint: string; go: string; danger?: boolean; busy: boolean; onGo: () => void; onClose: () => void }) {
  const w = useWords();
  return (
    <Dialog open onOpenChange={onClose} title={title} hint={hint}>
      <div className="dialog-foot">
        <Button onClick={onClose} autoFocus>
          {w.cancel}
        </Button>
        <Button look={danger ? 'danger' : 'primary'} busy={busy} onClick={onGo}>
          {go}
        </Button>
      </div>
    </Dialog>
  );
}

export function copy(text: string, a: AdminWords): void {
  navigator.clipboard.writeText(text).then(
    () => toast(a.copied),
    () => toast(a.copyFailed, { bad: true }),
  );
}

/** A text that is there to be taken along. */
export function CopyBox({ text, label }: { text: string; label: string }) {
  const a = useAdminWords();
  return (
    <div className="copy-box">
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      <Button small icon={Copy} onClick={() => copy(text, a)} aria-label={`${a.copy}: ${label}`}>
        {a.copy}
      </Button>
    </div>
  );
}

/** A headed part of a page. */
export function Part({ title, hint, icon: Icon, actions, children }: { title: string; hint?: ReactNode; icon?: LucideIcon; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className="admin-part">
      <div className="row admin-part-head">
        <div className="grow">
          <h2 className="row">
            {Icon ? <Icon size={17} aria-hidden /> : null}
            {title}
          </h2>
          {hint ? <p className="muted small">{hint}</p> : null}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** What the server says is wrong, by the place in the request; `prefix` is left out. */
export function complaints(error: unknown, prefix = ''): Map<string, string> {
  const list = error instanceof Problem ? (error.wire.errors ?? []) : [];
  return new Map(list.map((one) => [one.at.startsWith(prefix) ? one.at.slice(prefix.length) : one.at, one.detail]));
}

