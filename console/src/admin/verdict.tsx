// A decision in words: what decided, how sure it was, how sure it had to be.
import type { Decision } from '../api/wire';
import { Bar } from '../kit/basics';
import { useWords, type Words } from '../words';
import { percent } from '../words/format';

const named = (name: string, words: Record<string, string>): string => (Object.hasOwn(words, name) ? (words[name] ?? name) : name.replaceAll('_', ' '));
export const ruleName = (rule: string, w: Words): string => named(rule, w.rules);

export function Verdict({ decision }: { decision: Decision }) {
  const w = useWords();
  const { evidence, thresholds } = decision;
  const enough = evidence.confidence >= thresholds.answer;
  const figures: [string, number | null | undefined][] = [
    [w.why.coverage, evidence.coverage],
    [w.why.focus, evidence.focus],
    [w.why.meaning, evidence.cosine],
    [w.why.margin, evidence.margin],
  ];
  const searched = decision.considered.length > 0;
  return (
    <div className="why">
      <p className="why-lead">{decision.rule ? w.why.rule(ruleName(decision.rule, w)) : named(decision.because, w.because)}</p>
      {searched ? (
        <section>
          <h3>{w.why.confidence}</h3>
          <div className="meter" role="img" aria-label={w.why.meter(percent(evidence.confidence), percent(thresholds.answer))}>
            <span className={enough ? 'enough' : evidence.confidence >= thresholds.offer ? 'some' : 'little'} style={{ width: percent(Math.min(1, evidence.confidence)).replace(' ', '') }} />
            <i style={{ insetInlineStart: `${thresholds.offer * 100}%` }} />
            <i className="strong" style={{ insetInlineStart: `${thresholds.answer * 100}%` }} />
          </div>
          <p className="small">{enough ? w.why.enough(percent(evidence.confidence), percent(thresholds.answer)) : w.why.lacking(percent(evidence.confidence), percent(thresholds.answer), percent(Math.max(0, thresholds.answer - evidence.confidence)))}</p>
          <dl className="figures small">
            {figures.map(([name, value]) =>
              value === null || value === undefined ? null : (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>
                    <Bar share={value} label={percent(value)} /> <span className="num">{percent(value)}</span>
                  </dd>
                </div>
              ),
            )}
          </dl>
          {enough ? null : <p className="small muted">{w.why.would}</p>}
        </section>
      ) : null}
      {decision.cut?.length ? (
        <section>
          <h3>{w.why.cut(decision.cut.length)}</h3>
          <ul className="stack">
            {decision.cut.map((one, index) => (
              <li key={index} className="cut-sentence">
                <s>{one.sentence}</s>
                <div className="small muted">{named(one.why, w.cuts)}</div>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {decision.faults?.length ? (
        <section>
          <h3>{w.why.faults}</h3>
          <ul className="dots small">
            {decision.faults.map((fault, index) => (
              <li key={index}>{fault}</li>
            ))}
          </ul>
        </section>
      ) : null}
      {decision.model ? <p className="small muted">{decision.model}</p> : null}
    </div>
  );
}
