// The playground: a question on the path that customers' questions take, with everything that decided.
import { useMutation, useQuery } from '@tanstack/react-query';
import { BookOpen, CornerDownLeft, FlaskConical, Quote, SearchX } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Link, useSearch } from 'wouter';
import * as admin from '../api/admin';
import type { Played, PlayedHit, SearchMode } from '../api/admin-wire';
import { Badge, Banner, Bar, Button, Empty, type Tone } from '../kit/basics';
import { SelectField, TextArea } from '../kit/fields';
import { Verdict } from './verdict';
import { highlight } from './highlight';
import { Segmented } from './inputs';
import { Failed, Loading, Page, Part } from './parts';
import { Said } from './said';
import { useDocuments } from './knowledge/shelf';
import { useMe } from '../shell/me';
import { useLanguage, useWords } from '../words';
import { useAdminWords } from '../words/admin';
import { percent } from '../words/format';

const KEPT = 'frontdesk.asked';
const MOST = 8;
const LONGEST = 2000;

function kept(): string[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '[]');
    return Array.isArray(read) ? read.filter((one): one is string => typeof one === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export default function Playground() {
  const w = useWords();
  const a = useAdminWords();
  const search = useSearch();
  const given = new URLSearchParams(search).get('q')?.slice(0, LONGEST) ?? '';
  const [question, setQuestion] = useState(given);
  const [mode, setMode] = useState<SearchMode>('hybrid');
  const [limit, setLimit] = useState(10);
  const [recent, setRecent] = useState(kept);
  const documents = useDocuments();
  const { manages } = useMe();
  const language = useLanguage();
  const inboxes = useQuery({ queryKey: ['admin', 'inboxes'], queryFn: admin.inboxes, enabled: manages && recent.length === 0 });
  // Before anything was asked, what visitors are offered is a good beginning.
  const chips = recent.length > 0 ? recent : (inboxes.data?.[0]?.settings.suggestions[language] ?? []);
  const play = useMutation({
    mutationFn: (asked: { question: string; mode: SearchMode; limit: number }) => admin.play(asked.question, asked.mode, asked.limit),
    onSuccess: (_, asked) => {
      const fresh = [asked.question, ...recent.filter((one) => one !== asked.question)].slice(0, MOST);
      setRecent(fresh);
      localStorage.setItem(KEPT, JSON.stringify(fresh));
    },
  });
  const ask = (text: string, by = mode, most = limit) => {
    if (text.trim() !== '') play.mutate({ question: text.trim(), mode: by, limit: most });
  };
  const began = useRef(false);
  useEffect(() => {
    if (began.current || given === '') return;
    began.current = true;
    ask(given);
  });
  const empty = documents.data?.pages[0]?.length === 0;
  return (
    <Page title={w.pages.playground} lead={a.playground.lead} readOnly={false} wide>
      {empty ? (
        <div className="card">
          <Empty
            icon={BookOpen}
            title={a.playground.noDocuments}
            action={
              <Link href="/knowledge" className="button primary">
                {a.playground.add}
              </Link>
            }
          >
            {a.playground.noDocumentsHint}
          </Empty>
        </div>
      ) : (
        <div className="admin-stack">
          <form
            className="card admin-card play-form"
            onSubmit={(event) => {
              event.preventDefault();
              ask(question);
            }}
          >
            <TextArea
              label={a.playground.question}
              rows={2}
              value={question}
              maxLength={LONGEST}
              placeholder={a.playground.placeholder}
              autoFocus
              onChange={(event) => setQuestion(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
                event.preventDefault();
                ask(question);
              }}
            />
            <div className="row wrap play-options">
              <Segmented
                label={a.playground.mode}
                value={mode}
                onChange={(fresh) => {
                  setMode(fresh);
                  if (play.data) ask(play.variables?.question ?? question, fresh);
                }}
                options={(['hybrid', 'words', 'vectors'] as const).map((one) => ({ value: one, label: a.playground.modes[one] }))}
              />
              <SelectField
                label={a.playground.limit}
                value={String(limit)}
                onChange={(event) => {
                  const most = Number(event.target.value);
                  setLimit(most);
                  if (play.data) ask(play.variables?.question ?? question, mode, most);
                }}
                options={[5, 10, 20, 50].map((count) => ({ value: String(count), label: String(count) }))}
              />
              <span className="grow small muted play-hint">{a.playground.modeHint}</span>
              <Button look="primary" type="submit" icon={CornerDownLeft} busy={play.isPending} disabled={question.trim() === ''}>
                {a.playground.ask}
              </Button>
            </div>
            {chips.length > 0 ? (
              <div className="row wrap recent" role="group" aria-label={recent.length > 0 ? a.playground.recent : a.playground.try}>
                <span className="small muted">{recent.length > 0 ? a.playground.recent : a.playground.try}</span>
                {chips.map((one) => (
                  <button
                    type="button"
                    className="chip"
                    key={one}
                    onClick={() => {
                      setQuestion(one);
                      ask(one);
                    }}
                  >
                    <span className="clip">{one}</span>
                  </button>
                ))}
              </div>
            ) : null}
          </form>
          <div aria-live="polite" aria-busy={play.isPending}>
            {play.isError ? <Failed error={play.error} again={() => ask(question)} /> : play.data ? <Result played={play.data} /> : play.isPending ? <Loading lines={6} /> : <Waiting />}
          </div>
        </div>
      )}
    </Page>
  );
}

function Waiting() {
  const a = useAdminWords();
  return (
    <div className="card">
      <Empty icon={FlaskConical} title={a.playground.noneTitle}>
        {a.playground.noneHint}
      </Empty>
    </div>
  );
}

const TONES: Record<string, Tone> = { answer: 'good', offer: 'info', escalate: 'warn', reply: 'accent' };

function Result({ played }: { played: Played }) {
  const w = useWords();
  const a = useAdminWords();
  const { decision, answer, hits } = played;
  const text = answer?.text ?? played.reply ?? '';
  const used = new Set((answer?.citations ?? []).map((citation) => citation.chunk));
  return (
    <div className="play-result">
      <div className="admin-stack">
        <section className="card admin-card play-answer">
          <div className="row wrap">
            <Badge tone={TONES[decision.action] ?? 'plain'}>{a.playground.verdicts[decision.action]}</Badge>
            <Badge tone="ai">{w.modes[decision.mode]}</Badge>
            <span className="grow" />
            <span className="small muted num">
              {a.playground.took(String(played.took_ms))} · {a.playground.version(decision.knowledge)}
            </span>
          </div>
          <h2 className="sr">{a.playground.answer}</h2>
          {text === '' ? <p className="muted">{a.playground.nothingSaid}</p> : <Said text={text} citations={answer?.citations ?? []} />}
        </section>
        <Part title={a.playground.passages(hits.length)} {...(played.query ? { hint: played.query } : {})}>
          {played.by_meaning === false && hits.length > 0 ? (
            <div className="admin-gap">
              <Banner>{a.playground.wordsOnly}</Banner>
            </div>
          ) : null}
          {hits.length === 0 ? (
            <div className="card">
              <Empty icon={SearchX} title={a.playground.noPassages}>
                {a.playground.noPassagesHint}
              </Empty>
            </div>
          ) : (
            <ol className="hits">
              {hits.map((hit) => (
                <li key={hit.chunk} className={`card hit-card ${used.has(hit.chunk) ? 'used' : ''}`}>
                  <HitCard hit={hit} hits={hits} used={used.has(hit.chunk)} />
                </li>
              ))}
            </ol>
          )}
        </Part>
      </div>
      <aside className="card admin-card play-why" aria-label={a.playground.decision}>
        <h2>{a.playground.decision}</h2>
        <Verdict decision={decision} />
      </aside>
    </div>
  );
}

function HitCard({ hit, hits, used }: { hit: PlayedHit; hits: PlayedHit[]; used: boolean }) {
  const a = useAdminWords();
  const [open, setOpen] = useState(false);
  const w = useWords();
  const most = (of: (one: PlayedHit) => number | null) => Math.max(...hits.map((one) => of(one) ?? 0), 0.000001);
  const scores: [string, number | null, number][] = [
    [a.playground.words, hit.scores.bm25, (hit.scores.bm25 ?? 0) / most((one) => one.scores.bm25)],
    [a.playground.meaning, hit.scores.cosine, hit.scores.cosine ?? 0],
    [a.playground.fused, hit.scores.fused, hit.scores.fused / most((one) => one.scores.fused)],
  ];
  return (
    <>
      <div className="row hit-head">
        <span className="chunk-number num" aria-label={a.playground.rank(hit.rank)}>
          {hit.rank}
        </span>
        <Link href={`/knowledge/${hit.document}`} className="clip hit-title" title={a.playground.openDocument}>
          {[hit.title, ...hit.heading].join(' › ')}
        </Link>
        <span className="grow" />
        {used ? (
          <Badge tone="good" icon={Quote}>
            {a.playground.cited}
          </Badge>
        ) : null}
        <span className="small muted num nowrap">{a.knowledge.tokens(hit.tokens)}</span>
      </div>
      <dl className="scores">
        {scores.map(([name, value, share]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {value === null ? (
                <span className="muted">–</span>
              ) : (
                <>
                  <Bar share={share} label={percent(share)} />
                  <span className="num">{value < 0.1 ? value.toFixed(3) : value.toFixed(2)}</span>
                </>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {hit.question ? (
        <h3>
          <Marked text={hit.question} terms={hit.terms} />
        </h3>
      ) : null}
      <p className={`pre hit-text ${open ? '' : 'clamp'}`} dir="auto">
        <Marked text={hit.text} terms={hit.terms} />
      </p>
      {hit.text.length > 260 ? (
        <button type="button" className="link small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? w.side.less : w.side.more}
        </button>
      ) : null}
    </>
  );
}

function Marked({ text, terms }: { text: string; terms: string[] }) {
  return highlight(text, terms).map((run, index) => (run.hit ? <mark key={index}>{run.text}</mark> : <span key={index}>{run.text}</span>));
}
