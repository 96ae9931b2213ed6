// One document: the passages that it was cut into, its revisions and what changed between them.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Badge, Banner, Button, Skeleton } from '../kit/basics';
import { Tabs } from '../kit/layers';
import { complain, toast } from '../kit/toast';
import { useMe } from '../shell/me';
import { dateTime, size } from '../words/format';
import { useLanguage } from '../words';
import * as calls from './calls';
import { Confirm, Page, useAdminWords } from './kit';

export default function Document({ id }: { id: string }) {
  const a = useAdminWords();
  const language = useLanguage();
  const { manages } = useMe();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [tab, setTab] = useState('chunks');
  const [doomed, setDoomed] = useState(false);
  const one = useQuery({ queryKey: ['document', id], queryFn: () => calls.document(id) });
  const remove = useMutation({
    mutationFn: () => calls.deleteDocument(id),
    onSuccess: () => {
      toast(a.knowledge.deleted);
      void client.invalidateQueries({ queryKey: ['documents'] });
      go('/knowledge');
    },
    onError: complain,
  });
  const data = one.data;
  return (
    <Page
      title={data?.title ?? data?.name ?? '…'}
      actions={
        <>
          <Link href="/knowledge" className="button ghost small">
            <ArrowLeft size={15} aria-hidden /> {a.knowledge.back}
          </Link>
          {manages && data ? (
            <Button small look="danger" icon={Trash2} onClick={() => setDoomed(true)}>
              {a.knowledge.delete}
            </Button>
          ) : null}
        </>
      }
    >
      {one.error ? <p className="error">{one.error.message}</p> : null}
      {data ? (
        <div className="row wrap muted small" style={{ marginBottom: 16 }}>
          <Badge tone={data.status === 'ready' ? 'good' : data.status === 'failed' ? 'bad' : 'info'}>{a.knowledge.statuses[data.status]}</Badge>
          <span>{data.name}</span>·<span className="num">{size(data.bytes)}</span>·<span>{a.knowledge.revision(data.revision)}</span>·<span>{dateTime(data.uploaded_at, language)}</span>
          {data.vectors_goal > 0 ? <span>· {a.knowledge.vectors(data.vectors, data.vectors_goal)}</span> : null}
        </div>
      ) : null}
      {data?.reason ? <Banner tone="bad">{data.reason[language]}</Banner> : null}
      {data && data.warnings.length > 0 ? (
        <details className="warnings">
          <summary>{a.knowledge.warnings(data.warnings.length)}</summary>
          <ul className="dots small muted">
            {data.warnings.map((warning, index) => (
              <li key={index}>{warning.message}</li>
            ))}
          </ul>
        </details>
      ) : null}
      <Tabs
        label={data?.name ?? ''}
        value={tab}
        onChange={setTab}
        tabs={[
          { key: 'chunks', label: a.knowledge.chunks, content: <Chunks id={id} /> },
          { key: 'history', label: a.knowledge.history, content: <History id={id} /> },
        ]}
      />
      {doomed && data ? <Confirm text={a.sure(data.name)} action={a.knowledge.delete} onClose={() => setDoomed(false)} onConfirm={() => remove.mutate()} /> : null}
    </Page>
  );
}

function Chunks({ id }: { id: string }) {
  const a = useAdminWords();
  const all = useInfiniteQuery({
    queryKey: ['chunks', id],
    queryFn: ({ pageParam }) => calls.chunks(id, pageParam),
    initialPageParam: 0,
    getNextPageParam: (page, pages) => (page.length < 100 ? undefined : pages.flat().length),
  });
  if (all.isPending) return <Skeleton height={200} />;
  if (all.error) return <p className="error">{all.error.message}</p>;
  return (
    <div className="stack" style={{ paddingTop: 20 }}>
      {all.data.pages.flat().map((one, index) => (
        <article className="card chunk" key={`${one.name}${one.ordinal}`}>
          <header className="row small muted">
            <span className="num">{index + 1}</span>
            <span className="clip grow">{one.heading.join(' › ')}</span>
            <span className="num">{a.knowledge.tokens(one.tokens)}</span>
          </header>
          {one.question ? <h2>{one.question}</h2> : null}
          <p className="pre" dir="auto">
            {one.text}
          </p>
        </article>
      ))}
      {all.hasNextPage ? (
        <Button busy={all.isFetchingNextPage} onClick={() => void all.fetchNextPage()}>
          {a.knowledge.more}
        </Button>
      ) : null}
    </div>
  );
}

function History({ id }: { id: string }) {
  const a = useAdminWords();
  const language = useLanguage();
  const [compared, setCompared] = useState<{ from: number; to: number }>();
  const all = useQuery({ queryKey: ['revisions', id], queryFn: () => calls.revisions(id) });
  const diff = useQuery({ queryKey: ['diff', id, compared], queryFn: () => calls.difference(id, compared?.from ?? 0, compared?.to ?? 0), enabled: compared !== undefined });
  const rows = all.data ?? [];
  if (all.isPending) return <Skeleton height={120} />;
  return (
    <div className="stack" style={{ paddingTop: 20 }}>
      <ol className="card versions">
        {rows.map((one, index) => {
          const before = rows[index + 1];
          return (
            <li key={one.number}>
              <div className="grow">
                <strong>{a.knowledge.revision(one.number)}</strong> {one.current ? <Badge tone="good">{a.knowledge.current}</Badge> : null}
                <div className="small muted">
                  {dateTime(one.uploaded_at, language)} · {size(one.bytes)}
                </div>
              </div>
              {before ? (
                <Button small onClick={() => setCompared({ from: before.number, to: one.number })} aria-expanded={compared?.to === one.number}>
                  {a.knowledge.compare}
                </Button>
              ) : null}
            </li>
          );
        })}
      </ol>
      {compared ? (
        <section className="card diff" aria-label={a.knowledge.compareWith(compared.from)}>
          <h3>
            {a.knowledge.revision(compared.to)} · {a.knowledge.compareWith(compared.from)}
          </h3>
          {diff.isPending ? <Skeleton height={100} /> : null}
          {diff.error ? <p className="error">{diff.error.message}</p> : null}
          {diff.data && !diff.data.hunks.some((hunk) => hunk.kind === 'added' || hunk.kind === 'removed') ? <p className="muted">{a.knowledge.same}</p> : null}
          {diff.data?.hunks.map((hunk, index) =>
            hunk.kind === 'skipped' ? (
              <div className="hunk skipped small" key={index}>
                {a.knowledge.skipped(hunk.text)}
              </div>
            ) : hunk.kind === 'added' ? (
              <ins className="hunk" key={index}>
                {hunk.text}
              </ins>
            ) : hunk.kind === 'removed' ? (
              <del className="hunk" key={index}>
                {hunk.text}
              </del>
            ) : (
              <div className="hunk" key={index}>
                {hunk.text}
              </div>
            ),
          )}
        </section>
      ) : null}
    </div>
  );
}
