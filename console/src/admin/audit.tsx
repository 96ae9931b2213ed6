// Who changed what, and when.
import { useInfiniteQuery } from '@tanstack/react-query';
import { ScrollText } from 'lucide-react';
import { Fragment, useState } from 'react';
import { Button, Empty, Skeleton } from '../kit/basics';
import { dateTime } from '../words/format';
import { useLanguage, useWords } from '../words';
import * as calls from './calls';
import { Page, useAdminWords } from './kit';
import type { AuditItem } from './wire';

export default function Audit() {
  const w = useWords();
  const a = useAdminWords();
  const language = useLanguage();
  const [open, setOpen] = useState<AuditItem['id']>();
  const all = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam }) => calls.audit(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.next === null ? undefined : String(page.next)),
  });
  const items = all.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={w.pages.audit} hint={a.audit.hint}>
      {all.isPending ? <Skeleton height={240} /> : null}
      {all.error ? <p className="error">{all.error.message}</p> : null}
      {all.data && items.length === 0 ? (
        <div className="card">
          <Empty icon={ScrollText} title={a.audit.none} />
        </div>
      ) : null}
      {items.length > 0 ? (
        <div className="table-box">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{a.audit.when}</th>
                <th scope="col">{a.audit.who}</th>
                <th scope="col">{a.audit.action}</th>
                <th scope="col">{a.audit.what}</th>
                <th scope="col">{a.audit.from}</th>
                <th scope="col">
                  <span className="sr">{a.audit.show}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((one) => {
                const more = one.before !== undefined && one.before !== null ? true : one.after !== undefined && one.after !== null;
                const shown = open === one.id;
                return (
                  <Fragment key={one.id}>
                    <tr>
                      <td className="num nowrap">{dateTime(one.at, language)}</td>
                      <td>{one.who?.name ?? a.audit.system}</td>
                      <td>
                        {one.action in a.audit.actions ? a.audit.actions[one.action as keyof typeof a.audit.actions] : <code>{one.action}</code>}
                      </td>
                      <td className="audit-what">{one.what}</td>
                      <td className="num muted">{one.ip}</td>
                      <td className="end">
                        {more ? (
                          <Button small look="ghost" aria-expanded={shown} onClick={() => setOpen(shown ? undefined : one.id)}>
                            {shown ? a.audit.hide : a.audit.show}
                          </Button>
                        ) : null}
                      </td>
                    </tr>
                    {shown ? (
                      <tr>
                        <td colSpan={6}>
                          <div className="both">
                            <Side title={a.audit.before} value={one.before} />
                            <Side title={a.audit.after} value={one.after} />
                          </div>
                        </td>
                      </tr>
                    ) : null}
                  </Fragment>
                );
              })}
            </tbody>
          </table>
        </div>
      ) : null}
      {all.hasNextPage ? (
        <div style={{ marginTop: 12 }}>
          <Button busy={all.isFetchingNextPage} onClick={() => void all.fetchNextPage()}>
            {a.audit.more}
          </Button>
        </div>
      ) : null}
    </Page>
  );
}

function Side({ title, value }: { title: string; value: unknown }) {
  return (
    <div>
      <div className="small muted">{title}</div>
      <pre className="json" tabIndex={0} aria-label={title}>
        {value === undefined || value === null ? '–' : JSON.stringify(value, null, 2)}
      </pre>
    </div>
  );
}
