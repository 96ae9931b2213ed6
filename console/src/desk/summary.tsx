// The hand-off card: what an agent needs at one glance, with the reply that may be used.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ChevronDown, ChevronUp, CornerDownLeft, Frown, Info, Meh, RefreshCw, Smile, Sparkles } from 'lucide-react';
import { useState } from 'react';
import * as calls from '../api/calls';
import type { Citation, Conversation, Mood, Summary } from '../api/wire';
import { Badge, Button, IconButton } from '../kit/basics';
import { complain } from '../kit/toast';
import { useMe } from '../shell/me';
import { useWords } from '../words';
import { Prose, Sources } from './prose';
import { ruleWords } from './why';

const MOODS = { calm: { icon: Smile, tone: 'good' }, unhappy: { icon: Meh, tone: 'warn' }, angry: { icon: Frown, tone: 'bad' } } as const;

interface Props {
  data: Conversation;
  summary: Summary;
  onUse: (text: string, citations: Citation[]) => void;
  onWhy: () => void;
}

export function Handoff({ data, summary, onUse, onWhy }: Props) {
  const w = useWords();
  const client = useQueryClient();
  const { me, speaks } = useMe();
  const reason = data.events.findLast((frame) => frame.type === 'escalated');
  // Once an agent has answered, the conversation itself says more.
  const answered = data.events.some((frame) => frame.type === 'agent_said' && frame.seq > (reason?.seq ?? 0));
  const [choice, setOpen] = useState<boolean>();
  const open = choice ?? !answered;
  const again = useMutation({
    mutationFn: () => calls.summarise(data.row.id),
    onSuccess: (fresh) => client.setQueryData<Conversation>(['conversation', data.row.id], (known) => known && { ...known, summary: fresh }),
    onError: complain,
  });
  const mood: Mood = summary.mood ?? 'calm';
  const mine = data.row.owner.agent === me.id;
  const reply = summary.proposed_reply ?? '';
  return (
    <section className="handoff" aria-label={w.handoff.title}>
      <header className="row">
        <Sparkles size={15} aria-hidden />
        <h3>{w.handoff.title}</h3>
        <span className="grow clip small muted">{open ? '' : summary.open_question || summary.problem}</span>
        <Badge tone={MOODS[mood].tone} icon={MOODS[mood].icon}>
          {w.moods[mood]}
        </Badge>
        <IconButton small label={w.handoff.again} icon={RefreshCw} disabled={again.isPending || !speaks} onClick={() => again.mutate()} />
        <IconButton small label={open ? w.handoff.fold : w.handoff.unfold} icon={open ? ChevronUp : ChevronDown} aria-expanded={open} onClick={() => setOpen(!open)} />
      </header>
      {open ? (
        <>
          {reason?.type === 'escalated' ? (
            <p className="handoff-reason">
              {reason.reason.rule ? w.reasons.byRule(ruleWords(reason.reason.rule, w)) : w.reasons[reason.reason.kind]}{' '}
              <button type="button" className="link" onClick={onWhy}>
                {w.why.open}
              </button>
            </p>
          ) : null}
          <dl className="handoff-facts">
            <Line term={w.handoff.problem} text={summary.problem} />
            {summary.open_question && summary.open_question !== summary.problem ? <Line term={w.handoff.question} text={summary.open_question} /> : null}
            {summary.facts.length > 0 ? (
              <>
                <dt>{w.handoff.facts}</dt>
                <dd className="row wrap" style={{ gap: 6 }}>
                  {summary.facts.map((fact) => (
                    <code key={fact} className="fact">
                      {fact}
                    </code>
                  ))}
                </dd>
              </>
            ) : null}
          </dl>
          {reply ? (
            <div className="proposal">
              <div className="small muted">{w.handoff.proposal}</div>
              <Prose text={reply} conversation={data.row.id} citations={summary.citations} />
              <Button small icon={CornerDownLeft} disabled={!mine} onClick={() => onUse(reply, summary.citations)}>
                {mine ? w.handoff.use : w.handoff.claimFirst}
              </Button>
            </div>
          ) : null}
          {summary.tried.length > 0 ? (
            <dl className="handoff-facts">
              <dt>{w.handoff.tried}</dt>
              <dd>
                <ul className="dots">
                  {summary.tried.map((one, index) => (
                    <li key={index}>
                      <span className="clamp" title={one}>
                        {one}
                      </span>
                    </li>
                  ))}
                </ul>
              </dd>
            </dl>
          ) : null}
          {summary.citations.length > 0 ? <Sources conversation={data.row.id} citations={summary.citations} /> : null}
          <p className="small muted row" style={{ gap: 5 }}>
            <Info size={12} aria-hidden /> {summary.by_model ? w.handoff.byModel : w.handoff.byLog}
          </p>
        </>
      ) : null}
    </section>
  );
}

function Line({ term, text }: { term: string; text: string }) {
  return text === '' ? null : (
    <>
      <dt>{term}</dt>
      <dd className="pre">{text}</dd>
    </>
  );
}
