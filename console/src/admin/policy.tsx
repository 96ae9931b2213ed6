// The rules that decide before anything is looked up, with the examples that prove them.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Check, ChevronRight, CircleAlert, RotateCcw, X } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { Problem } from '../api/client';
import { Badge, Banner, Button, Skeleton } from '../kit/basics';
import { TextArea, TextField } from '../kit/fields';
import { Tabs } from '../kit/layers';
import { complain, toast } from '../kit/toast';
import { ruleWords } from '../desk/why';
import { useLanguage, useWords } from '../words';
import * as calls from './calls';
import { Confirm, Page, useAdminWords } from './kit';
import type { Policy as Rules, Rule } from './wire';

export default function Policy() {
  const w = useWords();
  const a = useAdminWords();
  const [tab, setTab] = useState('rules');
  const policy = useQuery({ queryKey: ['policy'], queryFn: calls.policy, refetchOnWindowFocus: false });
  const failing = policy.data?.rules.flatMap((rule) => rule.examples).filter((one) => !one.ok).length ?? 0;
  return (
    <Page
      title={w.pages.policy}
      hint={a.policy.hint}
      actions={
        policy.data ? (
          <>
            <Badge tone={policy.data.source === 'file' ? 'info' : 'plain'}>{policy.data.source === 'file' ? a.policy.file : a.policy.builtIn}</Badge>
            <Badge tone={failing === 0 ? 'good' : 'bad'} icon={failing === 0 ? Check : CircleAlert}>
              {failing === 0 ? a.policy.all : a.policy.failing(failing)}
            </Badge>
          </>
        ) : null
      }
    >
      {policy.isPending ? <Skeleton height={240} /> : null}
      {policy.error ? <p className="error">{policy.error.message}</p> : null}
      {policy.data ? (
        <>
          <Trial />
          <Tabs
            label={w.pages.policy}
            value={tab}
            onChange={setTab}
            tabs={[
              { key: 'rules', label: a.policy.rules, content: <RuleList rules={policy.data.rules} /> },
              { key: 'text', label: a.policy.edit, content: <Editor policy={policy.data} key={policy.data.toml} /> },
            ]}
          />
        </>
      ) : null}
    </Page>
  );
}

function Trial() {
  const w = useWords();
  const a = useAdminWords();
  const [text, setText] = useState('');
  const trial = useMutation({ mutationFn: () => calls.testPolicy(text.trim()), onError: complain });
  const ruled = trial.data;
  return (
    <form
      className="card trial"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (text.trim() !== '') trial.mutate();
      }}
    >
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <div className="grow">
          <TextField label={a.policy.test} placeholder={a.policy.testHint} maxLength={1000} value={text} onChange={(event) => setText(event.target.value)} />
        </div>
        <Button type="submit" busy={trial.isPending} disabled={text.trim() === ''}>
          {a.policy.try}
        </Button>
      </div>
      <div aria-live="polite">
        {ruled ? (
          <Banner tone={ruled.rule ? 'warn' : 'good'}>
            <strong>{ruled.rule ? a.policy.decides(ruleWords(ruled.rule, w)) : a.policy.noRule}</strong>
            {ruled.reply ? (
              <div>
                {a.policy.answers}: <q>{ruled.reply}</q>
              </div>
            ) : null}
          </Banner>
        ) : null}
      </div>
    </form>
  );
}

function RuleList({ rules }: { rules: Rule[] }) {
  const w = useWords();
  const a = useAdminWords();
  const language = useLanguage();
  const tones = { escalate: 'warn', offer: 'info', reply: 'plain' } as const;
  return (
    <ol className="rules">
      {rules.map((rule) => {
        const ok = rule.examples.filter((one) => one.ok).length;
        const description = typeof rule.description === 'string' ? rule.description : rule.description[language];
        return (
          <li key={rule.name} className="card">
            <details>
              <summary>
                <ChevronRight size={16} aria-hidden className="turn" />
                <div className="grow">
                  <strong>{ruleWords(rule.name, w)}</strong> <code className="muted">{rule.name}</code>
                  {description ? <p className="small muted">{description}</p> : null}
                </div>
                <Badge tone={tones[rule.action] ?? 'plain'}>{a.policy.actions[rule.action] ?? rule.action}</Badge>
                <Badge tone={ok === rule.examples.length ? 'good' : 'bad'}>
                  <span className="num">
                    {ok}/{rule.examples.length}
                  </span>
                </Badge>
              </summary>
              <p className="sr">{a.policy.examples(ok, rule.examples.length)}</p>
              <ul className="examples">
                {rule.examples.map((one) => (
                  <li key={`${one.expect}${one.text}`} className={one.ok ? '' : 'bad'}>
                    {one.ok ? <Check size={14} aria-hidden /> : <X size={14} aria-hidden />}
                    <span className="grow" dir="auto">
                      {one.text}
                    </span>
                    <span className="small muted">
                      {one.expect ? a.policy.must : a.policy.mustNot}
                      {one.ok ? '' : ` · ${one.got ? a.policy.got(one.got) : a.policy.gotNone}`}
                    </span>
                  </li>
                ))}
              </ul>
            </details>
          </li>
        );
      })}
    </ol>
  );
}

function Editor({ policy }: { policy: Rules }) {
  const a = useAdminWords();
  const client = useQueryClient();
  const [text, setText] = useState(policy.toml);
  const [restoring, setRestoring] = useState(false);
  const save = useMutation({
    mutationFn: () => calls.savePolicy(text),
    onSuccess: (fresh) => {
      client.setQueryData(['policy'], fresh);
      toast(a.saved);
    },
  });
  const restore = useMutation({
    mutationFn: calls.restorePolicy,
    onSuccess: () => void client.invalidateQueries({ queryKey: ['policy'] }),
    onError: complain,
  });
  const problem = save.error instanceof Problem ? save.error : undefined;
  return (
    <div className="stack" style={{ paddingTop: 20 }}>
      {save.error ? (
        <Banner tone="bad" icon={CircleAlert} role="alert">
          {problem?.wire.line ? `${a.policy.line(problem.wire.line)}: ` : ''}
          <span className="pre">{save.error.message}</span>
        </Banner>
      ) : null}
      <TextArea label={a.policy.text} hint={a.policy.editHint} className="mono" rows={26} spellCheck={false} wrap="off" value={text} onChange={(event) => setText(event.target.value)} />
      <div className="row">
        <Button look="primary" busy={save.isPending} disabled={text === policy.toml} onClick={() => save.mutate()}>
          {a.policy.save}
        </Button>
        {policy.edited ? (
          <Button icon={RotateCcw} onClick={() => setRestoring(true)}>
            {a.policy.restore}
          </Button>
        ) : null}
      </div>
      {restoring ? <Confirm text={a.policy.restoreSure} action={a.policy.restore} onClose={() => setRestoring(false)} onConfirm={() => restore.mutate()} /> : null}
    </div>
  );
}
