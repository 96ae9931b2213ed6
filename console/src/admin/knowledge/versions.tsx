// The published versions of the knowledge, and the way back to one.
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { History, Undo2 } from 'lucide-react';
import { useState } from 'react';
import * as admin from '../../api/admin';
import type { Version } from '../../api/admin-wire';
import { Badge, Button, Empty } from '../../kit/basics';
import { Table } from '../../kit/table';
import { complain, toast } from '../../kit/toast';
import { useMe } from '../../shell/me';
import { useLanguage } from '../../words';
import { useAdminWords, type AdminWords } from '../../words/admin';
import { dateTime, number } from '../../words/format';
import { Confirm, Failed, Loading, More } from '../parts';

export function happened(one: Version, a: AdminWords): string {
  if (one.cause === 'rollback' && one.restored !== null) return a.knowledge.restored(one.restored);
  return Object.hasOwn(a.knowledge.causes, one.cause) ? a.knowledge.causes[one.cause as keyof typeof a.knowledge.causes] : one.cause;
}

export function Versions() {
  const a = useAdminWords();
  const language = useLanguage();
  const client = useQueryClient();
  const { manages } = useMe();
  const [to, setTo] = useState<Version>();
  const list = useInfiniteQuery({
    queryKey: ['admin', 'versions'],
    queryFn: ({ pageParam }) => admin.versions(pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => (last.length === admin.PAGE ? last.at(-1)?.version : undefined),
    staleTime: 0,
  });
  const back = useMutation({
    mutationFn: (version: number) => admin.rollBack(version),
    onSuccess: async ({ version: now }, version) => {
      toast(a.knowledge.rolledBack(version, now));
      setTo(undefined);
      await client.invalidateQueries({ queryKey: ['admin'] });
    },
    onError: complain,
  });
  if (list.isError) return <Failed error={list.error} again={() => void list.refetch()} />;
  if (!list.data) return <Loading lines={6} />;
  const all = list.data.pages.flat();
  if (all.length === 0) {
    return (
      <div className="admin-stack">
        <div className="card">
          <Empty icon={History} title={a.knowledge.versionNone}>
            {a.knowledge.versionNoneHint}
          </Empty>
        </div>
      </div>
    );
  }
  return (
    <div className="admin-stack">
      <p className="muted small">{a.knowledge.versionsHint}</p>
      <Table columns={[a.knowledge.version, a.knowledge.when, a.knowledge.what, { name: a.knowledge.count, end: true }, { name: a.actions, said: true }]}>
        {all.map((one, index) => (
          <tr key={one.version}>
            <td className="num">
              <div className="row">
                <strong>{one.version}</strong>
                {index === 0 ? <Badge tone="good">{a.knowledge.inUse}</Badge> : null}
              </div>
            </td>
            <td className="num nowrap">{dateTime(one.at, language)}</td>
            <td>{happened(one, a)}</td>
            <td className="num end">{number(one.documents, language)}</td>
            <td className="end">
              {manages && index > 0 ? (
                <Button small icon={Undo2} onClick={() => setTo(one)} aria-label={`${a.knowledge.rollback}: ${one.version}`}>
                  {a.knowledge.rollback}
                </Button>
              ) : null}
            </td>
          </tr>
        ))}
      </Table>
      {list.hasNextPage ? <More busy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} /> : null}
      {to ? <Confirm title={a.knowledge.rollbackTitle(to.version)} hint={a.knowledge.rollbackHint} go={a.knowledge.rollback} danger={false} busy={back.isPending} onGo={() => back.mutate(to.version)} onClose={() => setTo(undefined)} /> : null}
    </div>
  );
}
