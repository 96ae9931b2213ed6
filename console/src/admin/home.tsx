// Home: the way from nothing to the first answered question, and how the shop is doing.
import { useQuery } from '@tanstack/react-query';
import { ArrowRight, BookOpen, Bot, Check, CornerDownLeft, Cpu, Hourglass, UserRound, type LucideIcon } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { Link, useLocation } from 'wouter';
import * as admin from '../api/admin';
import type { Step, StepKey } from '../api/admin-wire';
import { Badge, Bar, Button } from '../kit/basics';
import { TextField } from '../kit/fields';
import { useLive } from '../shell/live';
import { useMe } from '../shell/me';
import { useWords } from '../words';
import { useAdminWords } from '../words/admin';
import { Failed, Loading, Page } from './parts';
import { onTheWay, useDocuments } from './knowledge/shelf';

const WHERE: Record<Exclude<StepKey, 'question'>, string> = { password: '/settings', knowledge: '/knowledge', model: '/model', widget: '/inboxes', team: '/team' };
/** What the first answer needs comes first. */
const ORDER: StepKey[] = ['password', 'knowledge', 'question', 'widget', 'model', 'team'];
const HIDDEN = 'frontdesk.checklist';
/** What is still to do is done elsewhere: in the shop's chat, in another tab. */
const LOOK_AGAIN_MS = 5000;

export default function Home() {
  const a = useAdminWords();
  const { me, manages } = useMe();
  const steps = useQuery({ queryKey: ['admin', 'checklist'], queryFn: admin.checklist, staleTime: 0, refetchOnWindowFocus: true, refetchInterval: ({ state }) => (state.data?.every((step) => step.done) ? false : LOOK_AGAIN_MS) });
  const sorted = [...(steps.data ?? [])].filter((step) => ORDER.includes(step.key)).sort((one, other) => ORDER.indexOf(one.key) - ORDER.indexOf(other.key));
  const done = sorted.length > 0 && sorted.every((step) => step.done);
  return (
    <Page title={a.home.hello(me.name)} lead={done || !manages ? a.home.leadDone : a.home.lead}>
      <div className="admin-stack">
        {manages ? steps.isError ? <Failed error={steps.error} again={() => void steps.refetch()} /> : steps.isPending ? <Loading lines={5} /> : sorted.length > 0 ? <Checklist steps={sorted} done={done} /> : null : null}
        <Ask />
        <Now />
      </div>
    </Page>
  );
}

function Checklist({ steps, done }: { steps: Step[]; done: boolean }) {
  const a = useAdminWords();
  const [hidden, setHidden] = useState(() => localStorage.getItem(HIDDEN) ?? (done ? 'yes' : 'no'));
  const hide = (to: 'yes' | 'no') => {
    localStorage.setItem(HIDDEN, to);
    setHidden(to);
  };
  const count = steps.filter((step) => step.done).length;
  const next = steps.find((step) => !step.done)?.key;
  return (
    <section className="card checklist" aria-label={a.home.setup}>
      <div className="row">
        <h2>{a.home.setup}</h2>
        <span className="grow" />
        <span className="small muted num">{a.home.progress(count, steps.length)}</span>
        <Button small look="ghost" aria-expanded={hidden === 'no'} onClick={() => hide(hidden === 'yes' ? 'no' : 'yes')}>
          {hidden === 'yes' ? a.home.show : a.home.hide}
        </Button>
      </div>
      <Bar share={count / steps.length} label={a.home.progress(count, steps.length)} />
      {hidden === 'yes' ? null : (
        <ol>
          {steps.map((step, index) => (
            <li key={step.key} className={step.done ? 'done' : step.key === next ? 'next' : ''}>
              <span className="step-mark num" aria-hidden>
                {step.done ? <Check size={15} /> : index + 1}
              </span>
              <div className="grow">
                <h3>
                  {a.home.steps[step.key].title}
                  {step.done ? <span className="sr"> ({a.done})</span> : null}
                </h3>
                {step.done ? null : <p className="muted">{a.home.steps[step.key].hint}</p>}
              </div>
              {step.done ? null : <Go step={step.key} next={step.key === next} />}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Go({ step, next }: { step: StepKey; next: boolean }) {
  const a = useAdminWords();
  const look = `button ${next ? 'primary' : 'secondary'}`;
  const inside = (
    <>
      {a.home.steps[step].go}
      <ArrowRight size={15} aria-hidden />
    </>
  );
  // The chat is outside of the console: this step is done when the bot has replied to somebody.
  if (step === 'question') {
    return (
      <a href="/" target="_blank" rel="noopener" className={look}>
        {inside}
      </a>
    );
  }
  return (
    <Link href={WHERE[step]} className={look}>
      {inside}
    </Link>
  );
}

function Ask() {
  const a = useAdminWords();
  const [, go] = useLocation();
  const [text, setText] = useState('');
  return (
    <form
      className="card home-ask"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (text.trim() !== '') go(`/playground?q=${encodeURIComponent(text.trim())}`);
      }}
    >
      <TextField label={a.home.ask} value={text} maxLength={2000} placeholder={a.home.askHint} onChange={(event) => setText(event.target.value)} />
      <Button type="submit" icon={CornerDownLeft} disabled={text.trim() === ''}>
        {a.home.askGo}
      </Button>
    </form>
  );
}

function Now() {
  const w = useWords();
  const a = useAdminWords();
  const { counts } = useLive();
  const { manages } = useMe();
  const documents = useDocuments();
  const model = useQuery({ queryKey: ['admin', 'model'], queryFn: admin.model, enabled: manages });
  const all = documents.data?.pages.flat() ?? [];
  const failed = all.filter((one) => one.status === 'failed').length;
  const working = all.filter(onTheWay).length;
  const active = model.data ? (model.data.active ?? (model.data.kind === 'none' ? null : model.data.model)) : undefined;
  return (
    <section aria-label={a.home.now}>
      <h2 className="admin-gap">{a.home.now}</h2>
      <ul className="tiles">
        <Tile icon={Hourglass} label={a.home.tiles.waiting} value={counts?.waiting} href="/inbox/waiting" />
        <Tile icon={Bot} label={a.home.tiles.bot} value={counts?.bot} href="/inbox/bot" />
        <Tile icon={UserRound} label={a.home.tiles.mine} value={counts?.mine} href="/inbox/mine" />
        <Tile icon={BookOpen} label={a.home.tiles.documents} value={documents.whole ? all.filter((one) => one.status === 'ready').length : undefined} href="/knowledge">
          {failed > 0 ? <Badge tone="bad">{a.home.tiles.failed(failed)}</Badge> : working > 0 ? <Badge tone="info">{a.home.tiles.working(working)}</Badge> : null}
        </Tile>
        {manages ? (
          <Tile icon={Cpu} label={a.home.tiles.model} value={active === undefined ? undefined : (active ?? a.home.tiles.quotes)} href="/model">
            {active === null ? <Badge>{a.home.tiles.quotesHint}</Badge> : active ? <Badge tone="ai">{w.ai}</Badge> : null}
          </Tile>
        ) : null}
      </ul>
    </section>
  );
}

function Tile({ icon: Icon, label, value, href, children }: { icon: LucideIcon; label: string; value: number | string | undefined; href: string; children?: React.ReactNode }) {
  return (
    <li>
      <Link href={href} className="card tile">
        <span className="row small muted">
          <Icon size={15} aria-hidden />
          <span className="clip">{label}</span>
        </span>
        <span className={`tile-value num clip ${typeof value === 'string' ? 'word' : ''}`}>{value ?? '–'}</span>
        {children}
      </Link>
    </li>
  );
}
