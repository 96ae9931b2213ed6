// The documents: upload, where each is on its way, what could not be read, and the published versions.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { BookOpen, CircleAlert, History, RotateCcw, RotateCw, Upload } from 'lucide-react';
import { useRef, useState } from 'react';
import { Link } from 'wouter';
import { Badge, Banner, Bar, Button, Empty, Skeleton, type Tone } from '../kit/basics';
import { TextField } from '../kit/fields';
import { Tabs } from '../kit/layers';
import { complain, toast } from '../kit/toast';
import { useMe } from '../shell/me';
import { dateTime, moment, size } from '../words/format';
import { useLanguage, useWords } from '../words';
import * as calls from './calls';
import { Confirm, Page, useAdminWords } from './kit';
import type { Doc, DocumentStatus, Received } from './wire';

const TONES: Record<DocumentStatus, Tone> = { queued: 'plain', reading: 'info', cut: 'info', embedding: 'info', ready: 'good', failed: 'bad', withdrawn: 'plain' };
const MOVING: DocumentStatus[] = ['queued', 'reading', 'cut', 'embedding'];
/** How far a document is, when no figure says it better. */
const SHARE: Record<DocumentStatus, number> = { queued: 0.08, reading: 0.3, cut: 0.5, embedding: 0.6, ready: 1, failed: 1, withdrawn: 1 };

export function useDocuments() {
  return useQuery({
    queryKey: ['documents'],
    queryFn: calls.allDocuments,
    // As long as something is on its way, the list is asked again.
    refetchInterval: (query) => (query.state.data?.some((one) => MOVING.includes(one.status)) ? 1200 : false),
  });
}

export default function Knowledge() {
  const w = useWords();
  const a = useAdminWords();
  const [tab, setTab] = useState('documents');
  return (
    <Page title={w.pages.knowledge} hint={a.knowledge.hint}>
      <Tabs
        label={w.pages.knowledge}
        value={tab}
        onChange={setTab}
        tabs={[
          { key: 'documents', label: a.knowledge.documents, content: <Documents /> },
          { key: 'versions', label: a.knowledge.versions, content: <Versions /> },
        ]}
      />
    </Page>
  );
}

function Documents() {
  const a = useAdminWords();
  const language = useLanguage();
  const { manages } = useMe();
  const client = useQueryClient();
  const all = useDocuments();
  const [text, setText] = useState('');
  const documents = all.data ?? [];
  const failed = documents.filter((one) => one.status === 'failed');
  const shown = documents.filter((one) => one.status !== 'failed' && `${one.name} ${one.title ?? ''}`.toLowerCase().includes(text.trim().toLowerCase()));
  const refresh = () => client.invalidateQueries({ queryKey: ['documents'] });
  return (
    <div className="stack" style={{ gap: 20, paddingTop: 20 }}>
      {manages ? <Drop onDone={() => void refresh()} /> : null}
      {failed.length > 0 ? <Quarantine failed={failed} onChange={() => void refresh()} /> : null}
      {all.isPending ? <Skeleton height={160} /> : null}
      {all.error ? <p className="error">{all.error.message}</p> : null}
      {all.data && documents.length === 0 ? (
        <div className="card">
          <Empty icon={BookOpen} title={a.knowledge.none}>
            {a.knowledge.noneHint}
          </Empty>
        </div>
      ) : null}
      {documents.length > 0 ? (
        <>
          <div style={{ width: 280 }}>
            <TextField label={a.knowledge.search} hideLabel type="search" className="compact" placeholder={a.knowledge.search} value={text} onChange={(event) => setText(event.target.value)} />
          </div>
          <div className="table-box">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{a.knowledge.name}</th>
                  <th scope="col">{a.knowledge.status}</th>
                  <th scope="col" className="end">{a.knowledge.passages}</th>
                  <th scope="col" className="end">{a.knowledge.size}</th>
                  <th scope="col" className="end">{a.knowledge.updated}</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((one) => (
                  <tr key={one.id}>
                    <td className="doc-name">
                      <Link href={`/knowledge/${one.id}`} className="plain-link">
                        {one.title ?? one.name}
                      </Link>
                      {one.title && one.title !== one.name ? <div className="small muted clip">{one.name}</div> : null}
                    </td>
                    <td>
                      <Progress one={one} />
                    </td>
                    <td className="end num">{one.chunks}</td>
                    <td className="end num">{size(one.bytes)}</td>
                    <td className="end num muted">{moment(one.finished_at ?? one.uploaded_at, Date.now(), language)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      ) : null}
    </div>
  );
}

function Progress({ one }: { one: Doc }) {
  const a = useAdminWords();
  const moving = MOVING.includes(one.status);
  const share = one.status === 'embedding' && one.vectors_goal > 0 ? 0.5 + (one.vectors / one.vectors_goal) / 2 : SHARE[one.status];
  return (
    <div className="row" style={{ gap: 10 }}>
      <Badge tone={TONES[one.status]} title={one.vectors_goal > 0 ? a.knowledge.vectors(one.vectors, one.vectors_goal) : ''}>
        {a.knowledge.statuses[one.status]}
      </Badge>
      {moving ? (
        <div style={{ width: 90, display: 'flex' }}>
          <Bar share={share} label={`${Math.round(share * 100)} %`} />
        </div>
      ) : null}
    </div>
  );
}

function Drop({ onDone }: { onDone: () => void }) {
  const a = useAdminWords();
  const language = useLanguage();
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [refused, setRefused] = useState<Received['refused']>([]);
  const send = useMutation({
    mutationFn: calls.upload,
    onSuccess: (received) => {
      setRefused(received.refused);
      const fresh = received.documents.filter((one) => !one.unchanged).length;
      if (fresh > 0) toast(a.knowledge.taken(fresh));
      for (const one of received.documents.filter((other) => other.unchanged).slice(0, 2)) toast(a.knowledge.unchanged(one.name));
      onDone();
    },
    onError: complain,
  });
  const take = (list: FileList | null) => {
    const files = [...(list ?? [])].slice(0, 100);
    if (files.length > 0) send.mutate(files);
  };
  return (
    <div>
      <div
        className={`drop ${over ? 'over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer.files);
        }}
      >
        <Upload size={22} aria-hidden />
        <div>
          {send.isPending ? (
            <strong role="status">{a.knowledge.uploading(send.variables?.length ?? 1)}</strong>
          ) : (
            <span>
              {a.knowledge.drop}{' '}
              <button type="button" className="link strong" onClick={() => picker.current?.click()}>
                {a.knowledge.choose}
              </button>
            </span>
          )}
          <p className="small muted">{a.knowledge.formats}</p>
        </div>
        <input ref={picker} type="file" multiple hidden data-testid="upload" onChange={(event) => { take(event.target.files); event.target.value = ''; }} />
      </div>
      {refused.length > 0 ? (
        <div style={{ marginTop: 12 }}>
          <Banner tone="bad" icon={CircleAlert} role="alert">
            <strong>{a.knowledge.refused}</strong>
            <ul>
              {refused.map((one) => (
                <li key={one.name}>
                  {one.name}: {one[language]}
                </li>
              ))}
            </ul>
          </Banner>
        </div>
      ) : null}
    </div>
  );
}

function Quarantine({ failed, onChange }: { failed: Doc[]; onChange: () => void }) {
  const a = useAdminWords();
  const w = useWords();
  const language = useLanguage();
  const { manages } = useMe();
  const [doomed, setDoomed] = useState<Doc>();
  const again = useMutation({ mutationFn: (id: string) => calls.retry(id), onSuccess: () => { toast(a.knowledge.retried); onChange(); }, onError: complain });
  const remove = useMutation({ mutationFn: calls.deleteDocument, onSuccess: onChange, onError: complain });
  return (
    <section className="card quarantine" aria-label={a.knowledge.quarantine(failed.length)}>
      <header>
        <h2 className="row">
          <CircleAlert size={17} aria-hidden /> {a.knowledge.quarantine(failed.length)}
        </h2>
        <p className="muted small">{a.knowledge.quarantineHint}</p>
      </header>
      <ul>
        {failed.map((one) => (
          <li key={one.id}>
            <div className="grow">
              <strong>{one.name}</strong>
              <p className="small">{one.reason ? one.reason[language] : ''}</p>
            </div>
            {manages ? (
              <>
                <Button small icon={RotateCw} busy={again.isPending && again.variables === one.id} onClick={() => again.mutate(one.id)}>
                  {a.knowledge.retry}
                </Button>
                <Button small look="danger" onClick={() => setDoomed(one)}>
                  {w.remove}
                </Button>
              </>
            ) : null}
          </li>
        ))}
      </ul>
      {doomed ? <Confirm text={a.sure(doomed.name)} action={a.knowledge.delete} onClose={() => setDoomed(undefined)} onConfirm={() => remove.mutate(doomed.id)} /> : null}
    </section>
  );
}

function Versions() {
  const a = useAdminWords();
  const language = useLanguage();
  const { manages } = useMe();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<number>();
  const all = useQuery({ queryKey: ['versions'], queryFn: calls.versions });
  const back = useMutation({
    mutationFn: calls.rollback,
    onSuccess: ({ version }) => {
      toast(a.knowledge.rolledBack(version));
      void client.invalidateQueries({ queryKey: ['versions'] });
      void client.invalidateQueries({ queryKey: ['documents'] });
    },
    onError: complain,
  });
  if (all.isPending) return <Skeleton height={160} />;
  const rows = all.data ?? [];
  return (
    <div style={{ paddingTop: 20 }}>
      {rows.length === 0 ? (
        <div className="card">
          <Empty icon={History} title={a.knowledge.none}>
            {a.knowledge.noneHint}
          </Empty>
        </div>
      ) : (
        <ol className="card versions">
          {rows.map((one, index) => (
            <li key={one.version}>
              <div className="grow">
                <strong>{a.knowledge.version(one.version)}</strong>{' '}
                <span className="muted">
                  {one.cause in a.knowledge.causes ? a.knowledge.causes[one.cause as keyof typeof a.knowledge.causes] : one.cause} {one.restored === null ? '' : a.knowledge.restored(one.restored)}
                </span>
                <div className="small muted">
                  {dateTime(one.at, language)} · {a.knowledge.inIt(one.documents)}
                </div>
              </div>
              {index === 0 ? (
                <Badge tone="good">{a.knowledge.current}</Badge>
              ) : manages ? (
                <Button small icon={RotateCcw} busy={back.isPending && back.variables === one.version} onClick={() => setChosen(one.version)}>
                  {a.knowledge.rollback}
                </Button>
              ) : null}
            </li>
          ))}
        </ol>
      )}
      {chosen === undefined ? null : <Confirm text={a.knowledge.rollbackSure(chosen)} action={a.knowledge.rollback} onClose={() => setChosen(undefined)} onConfirm={() => back.mutate(chosen)} />}
    </div>
  );
}
