// Why the bot did that: the decision of a turn in words, with what it would have taken.
import { useState } from 'react';
import type { Conversation, Decision, Frame } from '../api/wire';
import { Badge, Bar, Empty } from '../kit/basics';
import { SelectField } from '../kit/fields';
import { percent } from '../words/format';
import { useWords, type Words } from '../words';
import { PassageDialog } from './prose';
import { BrainCircuit } from 'lucide-react';

/** The decision in a frame, whichever way it was laid out. */
export function decisionOf(frame: Frame): Decision | undefined {
  if (frame.type !== 'decided') return undefined;
  return 'decision' in frame ? frame.decision : frame;
}

export const ruleWords = (rule: string, w: Words): string => (rule in w.rules ? w.rules[rule as keyof Words['rules']] : rule.replaceAll('_', ' '));
export const becauseWords = (because: string, w: Words): string => (because in w.because ? w.because[because as keyof Words['because']] : because.replaceAll('_', ' '));
const cutWords = (why: string, w: Words): string => (why in w.cuts ? w.cuts[why as keyof Words['cuts']] : why.replaceAll('_', ' '));

export function Why({ data, turn, onTurn }: { data: Conversation; turn: string | undefined; onTurn: (turn: string) => void }) {
  const w = useWords();
  const [chunk, setChunk] = useState<{ chunk: string; title: string }>();
  const decisions = data.events.map(decisionOf).filter((one) => one !== undefined);
  const decision = decisions.find((one) => one.turn === turn) ?? decisions.at(-1);
  if (!decision) {
    return (
      <Empty icon={BrainCircuit} title={w.why.none}>
        {w.why.noneHint}
      </Empty>
    );
  }
  const { evidence, thresholds } = decision;
  const best = Math.max(...decision.considered.map((one) => one.scores.fused), 0.0001);
  const cut = decision.cut ?? [];
  const faults = decision.faults ?? [];
  return (
    <div className="why">
      {decisions.length > 1 ? (
        <SelectField label={w.why.turn} className="compact" value={decision.turn} onChange={(event) => onTurn(event.target.value)} options={decisions.map((one, index) => ({ value: one.turn, label: `${index + 1}. ${one.query.slice(0, 60) || w.actions[one.action]}` }))} />
      ) : null}
      <section>
        <div className="row wrap" style={{ gap: 6 }}>
          <Badge tone={decision.action === 'answer' ? 'good' : decision.action === 'escalate' ? 'warn' : 'info'}>{w.actions[decision.action]}</Badge>
          <Badge tone="ai">{w.modes[decision.mode]}</Badge>
        </div>
        <p className="why-lead">{decision.rule ? w.why.rule(ruleWords(decision.rule, w)) : becauseWords(decision.because, w)}</p>
      </section>
      {decision.query ? (
        <section>
          <h3>{decision.rule ? w.why.said : w.why.asked}</h3>
          <p className="quoted pre" dir="auto">
            {decision.query}
          </p>
        </section>
      ) : null}
      {decision.considered.length > 0 ? (
        <section>
          <h3>{w.why.confidence}</h3>
          <div className="meter" role="img" aria-label={w.why.meter(percent(evidence.confidence), percent(thresholds.answer))}>
            <span className={evidence.confidence >= thresholds.answer ? 'enough' : evidence.confidence >= thresholds.offer ? 'some' : 'little'} style={{ width: `${Math.min(1, evidence.confidence) * 100}%` }} />
            <i style={{ insetInlineStart: `${thresholds.offer * 100}%` }} />
            <i className="strong" style={{ insetInlineStart: `${thresholds.answer * 100}%` }} />
          </div>
          <p className="small">
            {evidence.confidence >= thresholds.answer
              ? w.why.enough(percent(evidence.confidence), percent(thresholds.answer))
              : w.why.lacking(percent(evidence.confidence), percent(thresholds.answer), percent(Math.max(0, thresholds.answer - evidence.confidence)))}
          </p>
          <dl className="figures small">
            <dt>{w.why.coverage}</dt>
            <dd>
              <Bar share={evidence.coverage} label={percent(evidence.coverage)} /> <span className="num">{percent(evidence.coverage)}</span>
            </dd>
            {evidence.focus !== undefined ? (
              <>
                <dt>{w.why.focus}</dt>
                <dd>
                  <Bar share={evidence.focus} label={percent(evidence.focus)} /> <span className="num">{percent(evidence.focus)}</span>
                </dd>
              </>
            ) : null}
            {evidence.cosine !== null && evidence.cosine !== undefined ? (
              <>
                <dt>{w.why.meaning}</dt>
                <dd>
                  <Bar share={evidence.cosine} label={percent(evidence.cosine)} /> <span className="num">{evidence.cosine.toFixed(2)}</span>
                </dd>
              </>
            ) : null}
            <dt>{w.why.margin}</dt>
            <dd>
              <Bar share={evidence.margin} label={percent(evidence.margin)} /> <span className="num">{percent(evidence.margin)}</span>
            </dd>
          </dl>
          {evidence.confidence < thresholds.answer ? <p className="small muted">{w.why.would}</p> : null}
        </section>
      ) : null}
      {decision.considered.length > 0 ? (
        <section>
          <h3>{w.why.passages(decision.considered.length)}</h3>
          <ol className="considered">
            {decision.considered.map((one, index) => (
              <li key={one.chunk}>
                <button type="button" className="considered-one" onClick={() => setChunk(one)}>
                  <span className="row">
                    <span className="muted num">{index + 1}</span>
                    <span className="clip grow">{one.title}</span>
                  </span>
                  <Bar share={one.scores.fused / best} label={percent(one.scores.fused / best)} />
                  <span className="small muted num">
                    {[one.scores.bm25 !== null && one.scores.bm25 !== undefined ? w.why.words(one.scores.bm25.toFixed(1)) : '', one.scores.cosine !== null && one.scores.cosine !== undefined ? w.why.vector(one.scores.cosine.toFixed(2)) : ''].filter(Boolean).join(' · ')}
                  </span>
                </button>
              </li>
            ))}
          </ol>
        </section>
      ) : null}
      {cut.length > 0 ? (
        <section>
          <h3>{w.why.cut(cut.length)}</h3>
          <ul className="stack" style={{ gap: 8 }}>
            {cut.map((one, index) => (
              <li key={index} className="cut-sentence">
                <s>{one.sentence}</s>
                <div className="small muted">{cutWords(one.why, w)}</div>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {faults.length > 0 ? (
        <section>
          <h3>{w.why.faults}</h3>
          <ul className="dots small">
            {faults.map((fault, index) => (
              <li key={index}>{fault}</li>
            ))}
          </ul>
        </section>
      ) : null}
      <p className="small muted">
        {[decision.knowledge > 0 ? w.why.version(decision.knowledge) : '', decision.model ?? '', decision.usage ? w.why.took(decision.usage.duration_ms) : ''].filter(Boolean).join(' · ')}
      </p>
      {chunk ? <PassageDialog conversation={data.row.id} chunk={chunk.chunk} title={chunk.title} onClose={() => setChunk(undefined)} /> : null}
    </div>
  );
}
