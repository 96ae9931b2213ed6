// The documents: upload, what failed and why, and the list with where each one is.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { BookOpen, FileText, RotateCw, Search, Trash2, TriangleAlert } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { Link } from 'wouter';
import * as admin from '../../api/admin';
import { said, type Doc } from '../../api/admin-wire';
import { Badge, Button, Empty, IconButton } from '../../kit/basics';
import { TextField } from '../../kit/fields';
import { Table } from '../../kit/table';
import { complain, toast } from '../../kit/toast';
import { useMe } from '../../shell/me';
import { useLanguage } from '../../words';
import { useAdminWords } from '../../words/admin';
import { moment, number, size } from '../../words/format';
import { Segmented } from '../inputs';
import { Confirm, Failed, Loading, More } from '../parts';
import { Drop } from './drop';
import { useRetry } from './retry';
import { chosen, isOf, useDocuments, type Kind } from './shelf';
import { StatusBadge } from './status';

/** Lines that are drawn at a time; a browser is slow with thousands. */
const MOST = 200;
const KINDS: Kind[] = ['all', 'ready', 'working', 'failed', 'withdrawn'];

export function Documents() {
  const a = useAdminWords();
  const { manages } = useMe();
  const list = useDocuments();
  const [kind, setKind] = useState<Kind>('all');
  const [words, setWords] = useState('');
  const wanted = useDeferredValue(words);
  const [deleting, setDeleting] = useState<Doc>();
  const [most, setMost] = useState(MOST);
  const all = list.data?.pages.flat() ?? [];
  const failed = all.filter((one) => one.status === 'failed');
  const shown = chosen(all, kind, wanted);
  const counts = Object.fromEntries(KINDS.map((one) => [one, all.filter((doc) => isOf(doc, one)).length])) as Record<Kind, number>;
  const labels: Record<Kind, string> = { all: a.knowledge.all, ready: a.knowledge.ready, working: a.knowledge.working, failed: a.knowledge.statuses.failed, withdrawn: a.knowledge.withdrawn };
  return (
    <div className="admin-stack">
      {manages ? <Drop /> : null}
      {failed.length > 0 ? <Quarantine failed={failed} onDelete={setDeleting} /> : null}
      {list.isError && !list.data ? <Failed error={list.error} again={() => void list.refetch()} /> : null}
      {list.isPending ? <Loading lines={6} /> : null}
      {list.data && all.length === 0 ? (
        <div className="card">
          <Empty icon={BookOpen} title={a.knowledge.none}>
            {a.knowledge.noneHint}
          </Empty>
        </div>
      ) : null}
      {all.length > 0 ? (
        <section>
          <div className="row wrap admin-filter">
            <div className="admin-search">
              <TextField label={a.knowledge.filter} hideLabel type="search" placeholder={a.knowledge.filter} value={words} onChange={(event) => setWords(event.target.value)} />
            </div>
            <Segmented
              label={a.knowledge.show}
              hideLabel
              value={kind}
              onChange={setKind}
              options={KINDS.filter((one) => one === 'all' || one === kind || counts[one] > 0).map((one) => ({
                value: one,
                label: (
                  <>
                    {labels[one]} <span className="num muted-in">{counts[one]}</span>
                  </>
                ),
              }))}
            />
          </div>
          {shown.length === 0 ? (
            <div className="card">
              <Empty icon={Search} title={a.knowledge.noMatch}>
                {a.knowledge.noMatchHint}
              </Empty>
            </div>
          ) : (
            <List documents={shown.slice(0, most)} onDelete={manages ? setDeleting : undefined} />
          )}
          {shown.length > most || !list.whole ? <More busy={!list.whole} onMore={() => setMost(most + MOST)} /> : null}
        </section>
      ) : null}
      {deleting ? <Deletion one={deleting} onClose={() => setDeleting(undefined)} /> : null}
    </div>
  );
}

function List({ documents, onDelete }: { documents: Doc[]; onDelete: ((one: Doc) => void) | undefined }) {
  const a = useAdminWords();
  const language = useLanguage();
  return (
    <Table columns={[a.knowledge.name, a.knowledge.status, { name: a.knowledge.passages, end: true }, { name: a.knowledge.size, end: true }, a.knowledge.language, a.knowledge.updated, { name: a.actions, said: true }]}>
      {documents.map((one) => (
        <tr key={one.id}>
          <td className="doc-name">
            <Link href={`/knowledge/${one.id}`} className="row">
              <FileText size={16} aria-hidden />
              <span className="grow">
                <span className="clip">{one.title ?? one.name}</span>
                <span className="clip small muted">{one.name}</span>
              </span>
            </Link>
          </td>
          <td>
            <div className="row wrap">
              <StatusBadge one={one} />
              {one.warnings.length > 0 ? (
                <Badge tone="warn" icon={TriangleAlert} title={one.warnings.map((warning) => a.knowledge.warning(warning.code, warning.message)).join('\n')}>
                  {a.knowledge.warnings(one.warnings.length)}
                </Badge>
              ) : null}
            </div>
          </td>
          <td className="num end">{number(one.chunks, language)}</td>
          <td className="num end nowrap">{size(one.bytes)}</td>
          <td>{languageName(one.language, a.languages)}</td>
          <td className="num nowrap">{moment(one.finished_at ?? one.uploaded_at, Date.now(), language)}</td>
          <td>{onDelete ? <IconButton small label={`${a.delete}: ${one.name}`} icon={Trash2} onClick={() => onDelete(one)} /> : null}</td>
        </tr>
      ))}
    </Table>
  );
}

export function languageName(tag: string | null, names: { en: string; zh: string }): string {
  if (tag === null) return '–';
  return tag.startsWith('zh') ? names.zh : tag.startsWith('en') ? names.en : tag;
}

function Quarantine({ failed, onDelete }: { failed: Doc[]; onDelete: (one: Doc) => void }) {
  const a = useAdminWords();
  const language = useLanguage();
  const { manages } = useMe();
  const retry = useRetry();
  return (
    <section className="card quarantine" aria-label={a.knowledge.quarantine(failed.length)}>
      <div className="row">
        <TriangleAlert size={18} aria-hidden />
        <div className="grow">
          <h2>{a.knowledge.quarantine(failed.length)}</h2>
          <p className="small muted">{a.knowledge.quarantineHint}</p>
        </div>
        {manages && failed.length > 1 ? (
          <Button small icon={RotateCw} busy={retry.isPending} onClick={() => retry.mutate(failed.map((one) => one.id))}>
            {a.knowledge.retryAll}
          </Button>
        ) : null}
      </div>
      <ul>
        {failed.map((one) => (
          <li key={one.id} className="row">
            <div className="grow">
              <Link href={`/knowledge/${one.id}`} className="clip quarantine-name">
                {one.name}
              </Link>
              <p className="small">{one.reason ? said(one.reason, language) : a.knowledge.statusHints.failed}</p>
            </div>
            {manages ? (
              <>
                <Button small icon={RotateCw} disabled={retry.isPending} onClick={() => retry.mutate([one.id])} aria-label={`${a.knowledge.retry}: ${one.name}`}>
                  {a.knowledge.retry}
                </Button>
                <IconButton small label={`${a.delete}: ${one.name}`} icon={Trash2} onClick={() => onDelete(one)} />
              </>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Deletion({ one, onClose, onDone }: { one: Doc; onClose: () => void; onDone?: () => void }) {
  const a = useAdminWords();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => admin.removeDocument(one.id),
    onSuccess: async () => {
      toast(a.knowledge.deleted(one.name));
      onClose();
      onDone?.();
      await client.invalidateQueries({ queryKey: ['admin'] });
    },
    onError: complain,
  });
  return <Confirm title={a.knowledge.deleteTitle(one.title ?? one.name)} hint={a.knowledge.deleteHint} go={a.knowledge.delete} busy={remove.isPending} onGo={() => remove.mutate()} onClose={onClose} />;
}
