// What a document was: its revisions, and the difference between two of them.
import { useQuery } from '@tanstack/react-query';
import { GitCompareArrows } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import * as admin from '../../api/admin';
import type { Doc, Hunk, Revision } from '../../api/admin-wire';
import { Badge, Button, Empty, type Tone } from '../../kit/basics';
import { SelectField } from '../../kit/fields';
import { Table } from '../../kit/table';
import { useLanguage } from '../../words';
import { useAdminWords } from '../../words/admin';
import { dateTime, number, size } from '../../words/format';
import { Failed, Loading, Part } from '../parts';

const TONES: Record<string, Tone> = { ready: 'good', embedding: 'accent', failed: 'bad', superseded: 'plain' };

export function Revisions({ one }: { one: Doc }) {
  const a = useAdminWords();
  const language = useLanguage();
  const list = useQuery({ queryKey: ['admin', 'revisions', one.id, one.revision, one.status], queryFn: () => admin.revisions(one.id) });
  const [pair, setPair] = useState<{ from: number; to: number }>();
  if (list.isError) return <Failed error={list.error} again={() => void list.refetch()} />;
  if (!list.data) return <Loading />;
  const readable = list.data.filter((revision) => revision.text_bytes > 0);
  const newest = readable[0]?.number;
  const before = readable[1]?.number;
  const shown = pair ?? (newest !== undefined && before !== undefined ? { from: before, to: newest } : undefined);
  const stateName = (state: string) => (Object.hasOwn(a.knowledge.revisionStates, state) ? a.knowledge.revisionStates[state as keyof typeof a.knowledge.revisionStates] : state);
  return (
    <div className="admin-stack">
      <p className="muted small">{a.knowledge.replace}</p>
      <Table columns={[a.knowledge.revisions, a.knowledge.status, { name: a.knowledge.passages, end: true }, { name: a.knowledge.size, end: true }, a.knowledge.uploaded, a.knowledge.usedIn, { name: a.actions, said: true }]}>
        {list.data.map((revision) => (
          <tr key={revision.number}>
            <td>
              <div className="row">
                <strong>{a.knowledge.revision(revision.number)}</strong>
                {revision.current ? <Badge tone="good">{a.knowledge.current}</Badge> : null}
              </div>
            </td>
            <td>
              <Badge tone={TONES[revision.state] ?? 'info'}>{stateName(revision.state)}</Badge>
            </td>
            <td className="num end">{number(revision.chunks, language)}</td>
            <td className="num end nowrap">{size(revision.bytes)}</td>
            <td className="num nowrap">{dateTime(revision.uploaded_at, language)}</td>
            <td className="num nowrap">
              <Used revision={revision} />
            </td>
            <td>
              {revision.text_bytes > 0 && revision.number !== newest && newest !== undefined ? (
                <Button small icon={GitCompareArrows} onClick={() => setPair({ from: revision.number, to: newest })} aria-label={`${a.knowledge.compare}: ${a.knowledge.revision(revision.number)}`}>
                  {a.knowledge.compare}
                </Button>
              ) : null}
            </td>
          </tr>
        ))}
      </Table>
      {shown && readable.length > 1 ? (
        <Part title={a.knowledge.compare}>
          <div className="row wrap compare">
            <SelectField label={a.knowledge.compareFrom} value={String(shown.from)} onChange={(event) => setPair({ ...shown, from: Number(event.target.value) })} options={options(readable, a.knowledge.revision)} />
            <SelectField label={a.knowledge.compareTo} value={String(shown.to)} onChange={(event) => setPair({ ...shown, to: Number(event.target.value) })} options={options(readable, a.knowledge.revision)} />
          </div>
          <Difference id={one.id} from={shown.from} to={shown.to} />
        </Part>
      ) : (
        <div className="card">
          <Empty icon={GitCompareArrows} title={a.knowledge.compare}>
            {a.knowledge.onlyOne}
          </Empty>
        </div>
      )}
    </div>
  );
}

const options = (all: Revision[], name: (number: number) => string) => all.map((one) => ({ value: String(one.number), label: name(one.number) }));

function Used({ revision }: { revision: Revision }) {
  const a = useAdminWords();
  if (revision.first_version === null) return <span className="muted">{a.knowledge.never}</span>;
  if (revision.last_version === null) return <>{a.knowledge.since(revision.first_version)}</>;
  return (
    <span className="row">
      {a.knowledge.span(revision.first_version, revision.last_version)}
      <Link href="/knowledge/versions" className="small">
        {a.knowledge.goBack}
      </Link>
    </span>
  );
}

function Difference({ id, from, to }: { id: string; from: number; to: number }) {
  const a = useAdminWords();
  const found = useQuery({ queryKey: ['admin', 'difference', id, from, to], queryFn: () => admin.difference(id, from, to), staleTime: Infinity, enabled: from !== to });
  if (from === to) return <p className="muted">{a.knowledge.same}</p>;
  if (found.isError) return <Failed error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Loading lines={5} />;
  if (found.data.hunks.every((hunk) => hunk.kind === 'same' || hunk.kind === 'skipped')) return <p className="muted">{a.knowledge.same}</p>;
  return (
    <div className="card diff" tabIndex={0} role="region" aria-label={a.knowledge.compare}>
      {found.data.hunks.map((hunk, index) => (
        <HunkLines key={index} hunk={hunk} />
      ))}
    </div>
  );
}

function HunkLines({ hunk }: { hunk: Hunk }) {
  const a = useAdminWords();
  if (hunk.kind === 'skipped') return <div className="diff-skipped">{a.knowledge.skipped(hunk.text)}</div>;
  const sign = hunk.kind === 'added' ? '+' : hunk.kind === 'removed' ? '−' : '';
  return (
    <div className={`diff-hunk ${hunk.kind}`}>
      {hunk.kind === 'same' ? null : <span className="sr">{hunk.kind === 'added' ? a.knowledge.added : a.knowledge.removed}</span>}
      {hunk.text.replace(/\n$/, '').split('\n').map((line, index) => (
        <div key={index} className="diff-line">
          <span aria-hidden>{sign}</span>
          <span className="pre grow">{line === '' ? '\u00a0' : line}</span>
        </div>
      ))}
    </div>
  );
}
