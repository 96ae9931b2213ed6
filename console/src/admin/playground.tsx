// Ask as a customer would: what is found, with scores, and what the bot would do, on the path of production.
import { useMutation } from '@tanstack/react-query';
import { FlaskConical, Search } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { Badge, Banner, Bar, Button, Empty, Skeleton } from '../kit/basics';
import { SelectField, TextField } from '../kit/fields';
import { percent } from '../words/format';
import { useWords } from '../words';
import { blocks, type Inline } from '../desk/markup';
import { ruleWords } from '../desk/why';
import type { Hit } from '../api/wire';
import * as calls from './calls';
import { Page, useAdminWords } from './kit';
import type { Played, SearchMode } from './wire';

const MODES: SearchMode[] = ['hybrid', 'words', 'vectors'];

export default function Playground() {
  const w = useWords();
  const a = useAdminWords();
  const [text, setText] = useState('');
  const [mode, setMode] = useState<SearchMode>('hybrid');
  const [limit, setLimit] = useState('8');
  const ask = useMutation({ mutationFn: (question: string) => calls.play(question, mode, Number(limit)) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') ask.mutate(text.trim());
  };
  return (
    <Page title={w.pages.playground} hint={a.playground.hint}>
      <form className="card ask" onSubmit={submit}>
        <TextField label={a.playground.question} value={text} maxLength={1000} autoFocus onChange={(event) => setText(event.target.value)} />
        <div className="row wrap" style={{ alignItems: 'flex-end' }}>
          <SelectField label={a.playground.mode} className="compact" value={mode} onChange={(event) => setMode(event.target.value as SearchMode)} options={MODES.map((value) => ({ value, label: a.playground.modes[value] }))} />
          <SelectField label={a.playground.limit} className="compact" value={limit} onChange={(event) => setLimit(event.target.value)} options={['3', '8', '20', '50'].map((value) => ({ value, label: value }))} />
          <span className="grow" />
          <Button look="primary" type="submit" icon={Search} busy={ask.isPending} disabled={text.trim() === ''}>
            {a.playground.ask}
          </Button>
        </div>
      </form>
      <div aria-live="polite">
        {ask.error ? <Banner tone="bad">{ask.error.message}</Banner> : null}
        {ask.isPending ? <Skeleton height={220} /> : null}
        {ask.data && !ask.isPending ? (
          <Result played={ask.data} />
        ) : ask.isPending || ask.error ? null : (
          <Empty
            icon={FlaskConical}
            title={a.playground.empty}
            action={
              <div className="row wrap" style={{ justifyContent: 'center' }}>
                {a.playground.samples.map((sample) => (
                  <button type="button" key={sample} className="chip" onClick={() => { setText(sample); ask.mutate(sample); }}>
                    {sample}
                  </button>
                ))}
              </div>
            }
          >
            {a.playground.emptyHint}
          </Empty>
        )}
      </div>
    </Page>
  );
}

function Result({ played }: { played: Played }) {
  const w = useWords();
  const a = useAdminWords();
  const { decision } = played;
  const confidence = decision.evidence?.confidence ?? decision.confidence ?? 0;
  const said = played.answer?.text ?? played.reply ?? '';
  const best = Math.max(0.0001, ...played.hits.map((hit) => hit.scores.fused));
  const strongest = Math.max(0.0001, ...played.hits.map((hit) => hit.scores.bm25 ?? 0));
  return (
    <div className="played">
      <section className="card outcome" aria-label={a.playground.would}>
        <header className="row wrap">
          <h2 className="grow">{a.playground.would}</h2>
          <Badge tone={decision.action === 'answer' ? 'good' : decision.action === 'escalate' ? 'warn' : 'info'}>{w.actions[decision.action] ?? decision.action}</Badge>
          {played.answer ? <Badge tone="ai">{w.modes[played.answer.mode]}</Badge> : null}
          <span className="small muted num">{a.playground.took(played.took_ms)}</span>
        </header>
        {said ? <Said text={said} /> : <p className="muted">{a.playground.escalates}</p>}
        {decision.rule ? (
          <p className="muted">{w.why.rule(ruleWords(decision.rule, w))}</p>
        ) : (
          <>
            <div className="meter" role="img" aria-label={w.why.meter(percent(confidence), percent(decision.thresholds.answer))}>
              <span className={confidence >= decision.thresholds.answer ? 'enough' : confidence >= decision.thresholds.offer ? 'some' : 'little'} style={{ width: `${Math.min(1, confidence) * 100}%` }} />
              <i style={{ insetInlineStart: `${decision.thresholds.offer * 100}%` }} />
              <i className="strong" style={{ insetInlineStart: `${decision.thresholds.answer * 100}%` }} />
            </div>
            <p className="small muted">
              {confidence >= decision.thresholds.answer
                ? w.why.enough(percent(confidence), percent(decision.thresholds.answer))
                : w.why.lacking(percent(confidence), percent(decision.thresholds.answer), percent(Math.max(0, decision.thresholds.answer - confidence)))}
            </p>
          </>
        )}
        {played.by_meaning === false ? <Banner tone="warn">{a.playground.wordsOnly}</Banner> : null}
      </section>
      <h2>{played.hits.length === 0 ? a.playground.nothing : a.playground.found(played.hits.length)}</h2>
      <ol className="stack">
        {played.hits.map((hit) => (
          <li className="card play-hit" key={hit.chunk}>
            <span className="rank num">{hit.rank}</span>
            <div className="grow">
              <div className="small muted">{[hit.title, ...hit.heading].join(' › ')}</div>
              {hit.question ? <h3>{hit.question}</h3> : null}
              <Marked hit={hit} />
              <div className="small muted">
                {hit.source}
                {hit.tokens ? ` · ${a.knowledge.tokens(hit.tokens)}` : ''}
              </div>
            </div>
            <dl className="scores small">
              <dt>{a.playground.scoreWords}</dt>
              <dd>
                <Bar share={(hit.scores.bm25 ?? 0) / strongest} label={`${hit.scores.bm25?.toFixed(2) ?? '–'}`} color="#4a7fc1" />
                <span className="num">{hit.scores.bm25?.toFixed(1) ?? '–'}</span>
              </dd>
              <dt>{a.playground.scoreMeaning}</dt>
              <dd>
                <Bar share={hit.scores.cosine ?? 0} label={`${hit.scores.cosine?.toFixed(2) ?? '–'}`} color="#8371d6" />
                <span className="num">{hit.scores.cosine?.toFixed(2) ?? '–'}</span>
              </dd>
              <dt>{a.playground.total}</dt>
              <dd>
                <Bar share={hit.scores.fused / best} label={percent(hit.scores.fused / best)} />
                <span className="num">{percent(hit.scores.fused / best)}</span>
              </dd>
            </dl>
          </li>
        ))}
      </ol>
    </div>
  );
}

const flat = (parts: Inline[]): string => parts.map((part) => ('text' in part ? part.text : 'parts' in part ? flat(part.parts) : `[${part.number}]`)).join('');

/** An answer without a conversation: its words and numbers, without a passage to open. */
function Said({ text }: { text: string }) {
  return (
    <div className="said prose" dir="auto">
      {blocks(text).map((block, index) =>
        block.kind === 'list' ? (
          <ul key={index}>
            {block.items.map((item, at) => (
              <li key={at}>{flat(item)}</li>
            ))}
          </ul>
        ) : block.kind === 'table' ? (
          <p key={index}>{[block.head, ...block.rows].map((row) => row.map(flat).join(' · ')).join('\n')}</p>
        ) : block.kind === 'code' ? (
          <pre key={index}>{block.text}</pre>
        ) : (
          <p key={index}>{flat(block.parts)}</p>
        ),
      )}
    </div>
  );
}

/** A passage with the words of the question marked. */
function Marked({ hit }: { hit: Hit }) {
  const terms = [...new Set(hit.terms)].filter((term) => term.length > 0).sort((one, other) => other.length - one.length);
  if (terms.length === 0) return <p className="pre">{hit.text}</p>;
  const escaped = terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const parts = hit.text.split(new RegExp(`(${escaped.join('|')})`, 'giu'));
  return <p className="pre">{parts.map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part))}</p>;
}
