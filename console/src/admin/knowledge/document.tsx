// One document: its passages, the text that was read out of it, and its revisions.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { CircleAlert, FileQuestion, MessageCircleQuestion, RotateCw, Trash2, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import * as admin from '../../api/admin';
import { said, type Chunk, type Doc } from '../../api/admin-wire';
import { Problem } from '../../api/client';
import { Badge, Banner, Button, Empty } from '../../kit/basics';
import { Tabs } from '../../kit/tabs';
import { useMe } from '../../shell/me';
import { useLanguage, useWords } from '../../words';
import { useAdminWords } from '../../words/admin';
import { dateTime, number, size } from '../../words/format';
import { Failed, Loading, More, Page } from '../parts';
import { Deletion, languageName } from './documents';
import { useRetry } from './retry';
import { Revisions } from './revisions';
import { onTheWay, useHint } from './shelf';
import { StatusBadge } from './status';

/** Characters of a text that are shown; a browser is slow with more. */
const SHOWN = 200_000;

export function DocumentPage({ id }: { id: string }) {
  const w = useWords();
  const a = useAdminWords();
  const language = useLanguage();
  const { manages } = useMe();
  const [, go] = useLocation();
  const [tab, setTab] = useState('passages');
  const [deleting, setDeleting] = useState(false);
  const found = useQuery({
    queryKey: ['admin', 'document', id],
    queryFn: () => admin.document(id),
    refetchInterval: (query) => (query.state.data && onTheWay(query.state.data) ? 1000 : false),
    staleTime: 5_000,
  });
  const retry = useRetry();
  const hint = useHint();
  const one = found.data;
  if (!one) {
    return (
      <Page title={w.pages.knowledge}>
        <Back />
        {found.error ? <Failed error={found.error} again={() => void found.refetch()} /> : <Loading />}
      </Page>
    );
  }
  return (
    <Page
      title={one.title ?? one.name}
      lead={[one.name, size(one.bytes), languageName(one.language, a.languages), a.knowledge.revision(one.revision), `${a.knowledge.uploaded} ${dateTime(one.uploaded_at, language)}`].join(' · ')}
      actions={
        manages ? (
          <>
            {one.status === 'failed' ? (
              <Button icon={RotateCw} busy={retry.isPending} onClick={() => retry.mutate([one.id])}>
                {a.knowledge.retry}
              </Button>
            ) : null}
            <Button look="danger" icon={Trash2} onClick={() => setDeleting(true)}>
              {a.delete}
            </Button>
          </>
        ) : undefined
      }
    >
      <div className="admin-stack">
        <div className="row wrap">
          <Back />
          <StatusBadge one={one} />
          <span className="small muted">{hint(one)}</span>
        </div>
        {one.status === 'failed' ? (
          <Banner tone="bad" icon={CircleAlert}>
            {one.reason ? said(one.reason, language) : a.knowledge.statusHints.failed}
          </Banner>
        ) : null}
        {one.warnings.length > 0 ? <Warnings one={one} /> : null}
        <Tabs
          label={one.name}
          value={tab}
          onChange={setTab}
          tabs={[
            {
              key: 'passages',
              label: (
                <>
                  {a.knowledge.passages} <span className="num muted-in">{number(one.chunks, language)}</span>
                </>
              ),
              content: <Passages one={one} />,
            },
            { key: 'text', label: a.knowledge.text, content: <Text one={one} /> },
            { key: 'revisions', label: a.knowledge.revisions, content: <Revisions one={one} /> },
          ]}
        />
      </div>
      {deleting ? <Deletion one={one} onClose={() => setDeleting(false)} onDone={() => go('/knowledge')} /> : null}
    </Page>
  );
}

function Back() {
  const w = useWords();
  return (
    <Link href="/knowledge" className="back">
      ← {w.pages.knowledge}
    </Link>
  );
}

function Warnings({ one }: { one: Doc }) {
  const a = useAdminWords();
  return (
    <Banner tone="warn" icon={TriangleAlert}>
      <strong>{a.knowledge.warnings(one.warnings.length)}.</strong> {a.knowledge.warningsHint}
      <ul className="dots">
        {one.warnings.slice(0, 20).map((warning, index) => (
          <li key={index}>{a.knowledge.warning(warning.code, warning.message)}</li>
        ))}
      </ul>
    </Banner>
  );
}

function Passages({ one }: { one: Doc }) {
  const a = useAdminWords();
  const pages = useInfiniteQuery({
    queryKey: ['admin', 'chunks', one.id, one.revision, one.chunks],
    queryFn: ({ pageParam }) => admin.chunks(one.id, pageParam),
    initialPageParam: 0,
    getNextPageParam: (last) => {
      const end = last.at(-1);
      return last.length >= 500 && end ? end.ordinal + 1 : undefined;
    },
  });
  if (pages.isError) return <Failed error={pages.error} again={() => void pages.refetch()} />;
  if (!pages.data) return <Loading lines={6} />;
  const all = pages.data.pages.flat();
  if (all.length === 0) return <NoText />;
  return (
    <div className="admin-stack">
      <p className="muted small">{a.knowledge.chunksHint}</p>
      <ol className="chunks">
        {all.map((chunk) => (
          <li key={`${chunk.ordinal}${chunk.name}`} className="card chunk">
            <ChunkCard chunk={chunk} />
          </li>
        ))}
      </ol>
      {pages.hasNextPage ? <More busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()} /> : null}
    </div>
  );
}

function ChunkCard({ chunk }: { chunk: Chunk }) {
  const a = useAdminWords();
  return (
    <>
      <div className="row chunk-head">
        <span className="chunk-number num">{chunk.ordinal + 1}</span>
        <span className="clip grow small muted">{chunk.heading.join(' › ')}</span>
        <span className="small muted num nowrap">{a.knowledge.tokens(chunk.tokens)}</span>
      </div>
      {chunk.question ? (
        <p className="row chunk-question">
          <Badge tone="accent" icon={MessageCircleQuestion}>
            {a.knowledge.answerTo}
          </Badge>
          <strong>{chunk.question}</strong>
        </p>
      ) : null}
      <p className="pre chunk-text" dir="auto" lang={chunk.language}>
        {chunk.text}
      </p>
    </>
  );
}

function Text({ one }: { one: Doc }) {
  const a = useAdminWords();
  const language = useLanguage();
  const text = useQuery({ queryKey: ['admin', 'text', one.id, one.revision, one.status], queryFn: () => admin.documentText(one.id) });
  if (text.error instanceof Problem && text.error.status === 404) return <NoText />;
  if (text.error) return <Failed error={text.error} again={() => void text.refetch()} />;
  if (text.data === undefined) return <Loading lines={8} />;
  return (
    <div className="admin-stack">
      <p className="muted small">{a.knowledge.textHint}</p>
      {text.data.length > SHOWN ? <Banner>{a.knowledge.textTooLong(number(SHOWN, language))}</Banner> : null}
      <pre className="card extracted" tabIndex={0} role="region" aria-label={a.knowledge.text} dir="auto">
        {text.data.slice(0, SHOWN)}
      </pre>
    </div>
  );
}

function NoText() {
  const a = useAdminWords();
  return (
    <div className="card">
      <Empty icon={FileQuestion} title={a.knowledge.noText}>
        {a.knowledge.noTextHint}
      </Empty>
    </div>
  );
}
