// Who changed what: the list, with before and after of each change.
import { useInfiniteQuery } from '@tanstack/react-query';
import { ChevronRight, ScrollText } from 'lucide-react';
import { Fragment, useId, useState } from 'react';
import * as admin from '../api/admin';
import type { AuditItem } from '../api/admin-wire';
import { Avatar, Empty, IconButton } from '../kit/basics';
import { Table } from '../kit/table';
import { useLanguage, useWords } from '../words';
import { useAdminWords, type AdminWords } from '../words/admin';
import { dateTime } from '../words/format';
import { changes } from './changes';
import { Failed, Loading, More, Page } from './parts';

export const actionName = (action: string, a: AdminWords): string => (Object.hasOwn(a.audit.kinds, action) ? a.audit.kinds[action as keyof typeof a.audit.kinds] : action.replace('.', ': ').replaceAll('_', ' '));

export default function Audit() {
  const w = useWords();
  const a = useAdminWords();
  const list = useInfiniteQuery({
    queryKey: ['admin', 'audit'],
    queryFn: ({ pageParam }) => admin.audit(pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: 0,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={w.pages.audit} lead={a.audit.lead} readOnly={false}>
      {list.isError ? <Failed error={list.error} again={() => void list.refetch()} /> : null}
      {list.isPending ? <Loading lines={6} /> : null}
      {list.data && items.length === 0 ? (
        <div className="card">
          <Empty icon={ScrollText} title={a.audit.none}>
            {a.audit.noneHint}
          </Empty>
        </div>
      ) : null}
      {items.length > 0 ? (
        <Table columns={[{ name: a.audit.details, said: true }, a.audit.when, a.audit.who, a.audit.action, a.audit.what, a.audit.ip]}>
          {items.map((one) => (
            <Entry key={one.id} one={one} />
          ))}
        </Table>
      ) : null}
      {list.hasNextPage ? <More busy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} /> : null}
    </Page>
  );
}

function Entry({ one }: { one: AuditItem }) {
  const a = useAdminWords();
  const language = useLanguage();
  const id = useId();
  const [open, setOpen] = useState(false);
  const told = (one.before !== undefined && one.before !== null) || (one.after !== undefined && one.after !== null);
  return (
    <Fragment>
      <tr className={open ? 'opened' : ''}>
        <td className="unfold">{told ? <IconButton small label={`${a.audit.details}: ${actionName(one.action, a)}, ${one.what}`} icon={ChevronRight} className={open ? 'turned' : ''} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)} /> : null}</td>
        <td className="num nowrap">{dateTime(one.at, language)}</td>
        <td>
          {one.who ? (
            <span className="row">
              <Avatar name={one.who.name} size={22} />
              <span className="clip">{one.who.name}</span>
            </span>
          ) : (
            <span className="muted">{one.action === 'session.refused' ? a.audit.nobody : a.audit.token}</span>
          )}
        </td>
        <td>{actionName(one.action, a)}</td>
        <td className="audit-what">{one.what}</td>
        <td className="num small muted nowrap">{one.ip || a.none}</td>
      </tr>
      {open ? (
        <tr id={id} className="audit-details">
          <td />
          <td colSpan={5}>
            <Details one={one} />
          </td>
        </tr>
      ) : null}
    </Fragment>
  );
}

function Details({ one }: { one: AuditItem }) {
  const a = useAdminWords();
  const found = changes(one.before, one.after);
  if (found.length === 0) return <p className="muted small">{a.audit.noDetails}</p>;
  return (
    <table className="changes small">
      <thead>
        <tr>
          <th scope="col">{a.audit.field}</th>
          <th scope="col">{a.audit.before}</th>
          <th scope="col">{a.audit.after}</th>
        </tr>
      </thead>
      <tbody>
        {found.map((change) => (
          <tr key={change.place}>
            <th scope="row">
              <code>{change.place || one.action}</code>
            </th>
            <td className="was">
              <Value text={change.before} />
            </td>
            <td className="is">
              <Value text={change.after} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ text }: { text: string | undefined }) {
  const a = useAdminWords();
  if (text === undefined) return <span className="muted">–</span>;
  if (text === '') return <span className="muted">{a.audit.empty}</span>;
  return <span className="pre value">{text}</span>;
}
