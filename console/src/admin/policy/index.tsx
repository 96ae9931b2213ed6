// Policy: the rules with the results of their examples, a box to try a message, and the text to edit.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleX, FlaskConical, RotateCcw, ShieldCheck } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import * as admin from '../../api/admin';
import { said, type Policy, type Rule, type RuleExample, type RuleVerdict } from '../../api/admin-wire';
import { Badge, Banner, Button, type Tone } from '../../kit/basics';
import { Check, TextField } from '../../kit/fields';
import { Tabs } from '../../kit/tabs';
import { complain, toast } from '../../kit/toast';
import { useLanguage, useWords } from '../../words';
import { useAdminWords } from '../../words/admin';
import { Confirm, Failed, Loading, Page } from '../parts';
import { ruleName } from '../verdict';
import { Editor } from './editor';

const KEY = ['admin', 'policy'];
const TONES: Record<Rule['action'], Tone> = { escalate: 'warn', offer: 'info', reply: 'accent' };

export default function PolicyPage({ tab }: { tab?: string }) {
  const w = useWords();
  const a = useAdminWords();
  const client = useQueryClient();
  const [, go] = useLocation();
  const found = useQuery({ queryKey: KEY, queryFn: admin.policy });
  const [restoring, setRestoring] = useState(false);
  const restore = useMutation({
    mutationFn: admin.restorePolicy,
    onSuccess: (fresh) => {
      client.setQueryData(KEY, fresh);
      setRestoring(false);
      toast(a.policy.restored);
    },
    onError: complain,
  });
  const policy = found.data;
  return (
    <Page title={w.pages.policy} lead={a.policy.lead}>
      {found.isError ? <Failed error={found.error} again={() => void found.refetch()} /> : null}
      {found.isPending ? <Loading lines={6} /> : null}
      {policy ? (
        <>
          <div className="admin-gap">
            <Source policy={policy} onRestore={() => setRestoring(true)} />
          </div>
          <Tabs
            label={a.policy.tabs}
            value={tab === 'edit' ? 'edit' : 'rules'}
            onChange={(next) => go(next === 'edit' ? '/policy/edit' : '/policy')}
            tabs={[
              { key: 'rules', label: a.policy.rules, content: <Rules policy={policy} /> },
              { key: 'edit', label: a.policy.text, content: <Editor key={policy.toml} policy={policy} onSaved={(fresh) => client.setQueryData(KEY, fresh)} /> },
            ]}
          />
        </>
      ) : null}
      {restoring ? <Confirm title={a.policy.restoreTitle} hint={a.policy.restoreHint} go={a.policy.restore} busy={restore.isPending} onGo={() => restore.mutate()} onClose={() => setRestoring(false)} /> : null}
    </Page>
  );
}

function Source({ policy, onRestore }: { policy: Policy; onRestore: () => void }) {
  const a = useAdminWords();
  const examples = policy.rules.flatMap((rule) => rule.examples);
  const wrong = examples.filter((example) => !example.ok).length;
  return (
    <div className="card row wrap policy-source">
      <ShieldCheck size={18} aria-hidden />
      <span className="grow">{policy.edited ? a.policy.edited : policy.source === 'file' ? a.policy.file : a.policy.builtIn}</span>
      <Badge tone={wrong === 0 ? 'good' : 'bad'} icon={wrong === 0 ? CircleCheck : CircleX}>
        {wrong === 0 ? a.policy.allPass(examples.length) : a.policy.someFail(wrong)}
      </Badge>
      {policy.edited ? (
        <Button small icon={RotateCcw} onClick={onRestore}>
          {a.policy.restore}
        </Button>
      ) : null}
    </div>
  );
}

function Rules({ policy }: { policy: Policy }) {
  const a = useAdminWords();
  return (
    <div className="policy-rules">
      <section>
        <p className="muted small admin-gap">{a.policy.order}</p>
        <ol className="rules">
          {policy.rules.map((rule, index) => (
            <li key={rule.name} className="card rule">
              <RuleCard rule={rule} number={index + 1} />
            </li>
          ))}
        </ol>
      </section>
      <TestBox />
    </div>
  );
}

function RuleCard({ rule, number }: { rule: Rule; number: number }) {
  const w = useWords();
  const a = useAdminWords();
  const language = useLanguage();
  const wrong = rule.examples.filter((example) => !example.ok).length;
  return (
    <>
      <div className="row wrap">
        <span className="chunk-number num">{number}</span>
        <h2 className="clip">{ruleName(rule.name, w)}</h2>
        <code className="small muted clip">{rule.name}</code>
        <span className="grow" />
        {rule.priority && rule.priority !== 'normal' ? <Badge tone={rule.priority === 'urgent' ? 'bad' : 'plain'}>{a.policy.priority(w.priorities[rule.priority])}</Badge> : null}
        <Badge tone={TONES[rule.action]}>{a.policy.actions[rule.action]}</Badge>
      </div>
      <p>{said(rule.description, language)}</p>
      <details>
        <summary className="row">
          {a.policy.examples(rule.examples.length)}
          {wrong > 0 ? <Badge tone="bad">{a.policy.someFail(wrong)}</Badge> : null}
        </summary>
        <Examples title={a.policy.decides} examples={rule.examples.filter((example) => example.expect)} />
        <Examples title={a.policy.decidesNot} examples={rule.examples.filter((example) => !example.expect)} />
      </details>
    </>
  );
}

function Examples({ title, examples }: { title: string; examples: RuleExample[] }) {
  const w = useWords();
  const a = useAdminWords();
  if (examples.length === 0) return null;
  return (
    <>
      <h3 className="examples-title">{title}</h3>
      <ul className="examples">
        {examples.map((example) => (
          <li key={example.text} className="row">
            {example.ok ? <CircleCheck size={15} className="may" role="img" aria-label={a.yes} /> : <CircleX size={15} className="bad-mark" role="img" aria-label={a.no} />}
            <span>
              {example.text}
              {example.ok ? null : <em className="small"> {example.got ? (example.expect ? a.policy.but(ruleName(example.got, w)) : a.policy.butThis) : a.policy.butNone}</em>}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function TestBox() {
  const a = useAdminWords();
  const [text, setText] = useState('');
  const [offered, setOffered] = useState(false);
  const test = useMutation({ mutationFn: () => admin.tryPolicy({ text: text.trim(), offered }) });
  return (
    <aside className="card test-box" aria-label={a.policy.test}>
      <h2 className="row">
        <FlaskConical size={17} aria-hidden />
        {a.policy.test}
      </h2>
      <form
        className="stack"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (text.trim() !== '') test.mutate();
        }}
      >
        <TextField label={a.policy.test} hideLabel value={text} maxLength={2000} placeholder={a.policy.testPlaceholder} onChange={(event) => setText(event.target.value)} />
        <Check label={a.policy.offered} checked={offered} onChange={(event) => setOffered(event.target.checked)} />
        <Button type="submit" busy={test.isPending} disabled={text.trim() === ''}>
          {a.policy.tryIt}
        </Button>
      </form>
      <div aria-live="polite">
        {test.error ? <Banner tone="bad">{test.error.message}</Banner> : null}
        {test.data ? <Outcome verdict={test.data} /> : null}
      </div>
    </aside>
  );
}

export function Outcome({ verdict }: { verdict: RuleVerdict }) {
  const w = useWords();
  const a = useAdminWords();
  if (!verdict.rule) return <p className="muted">{a.policy.noRule}</p>;
  return (
    <div className="stack outcome">
      <p>
        <strong>{a.policy.ruleDecides(ruleName(verdict.rule, w))}</strong>
      </p>
      <div className="row wrap">
        {verdict.action ? <Badge tone={TONES[verdict.action]}>{a.policy.actions[verdict.action]}</Badge> : null}
        {verdict.priority ? <Badge>{a.policy.priority(w.priorities[verdict.priority])}</Badge> : null}
      </div>
      {verdict.reply ? (
        <div>
          <p className="small muted">{a.policy.customerReads}</p>
          <blockquote className="pre">{verdict.reply}</blockquote>
        </div>
      ) : null}
    </div>
  );
}
