// The first page of those who run the place: what is left to set up, and what is going on.
import { useQuery } from '@tanstack/react-query';
import { ArrowRight, BookOpen, Check, Cpu, FlaskConical, KeyRound, MessageCircleQuestion, PartyPopper, Users, type LucideIcon } from 'lucide-react';
import { Link } from 'wouter';
import { Banner, Skeleton } from '../kit/basics';
import { useLive } from '../shell/live';
import { useMe } from '../shell/me';
import { useWords } from '../words';
import * as calls from './calls';
import { Page, useAdminWords } from './kit';
import type { Step } from './wire';

const STEPS: Record<Step, { icon: LucideIcon; to: string }> = {
  password: { icon: KeyRound, to: '/settings' },
  knowledge: { icon: BookOpen, to: '/knowledge' },
  question: { icon: FlaskConical, to: '/playground' },
  model: { icon: Cpu, to: '/model' },
  widget: { icon: MessageCircleQuestion, to: '/inboxes' },
  team: { icon: Users, to: '/team' },
};

export default function Home() {
  const w = useWords();
  const a = useAdminWords();
  const { me } = useMe();
  const { counts } = useLive();
  const list = useQuery({ queryKey: ['checklist'], queryFn: calls.checklist, staleTime: 5_000 });
  const steps = (list.data ?? []).filter((one) => one.key in STEPS);
  const done = steps.filter((one) => one.done).length;
  const next = steps.find((one) => !one.done)?.key;
  const figures = [
    { label: a.home.waiting, value: counts?.unassigned, to: '/inbox/unassigned' },
    { label: a.home.mine, value: counts?.mine, to: '/inbox/mine' },
    { label: a.home.bot, value: counts?.bot, to: '/inbox/bot' },
    { label: a.home.open, value: counts?.all, to: '/inbox/all' },
  ];
  return (
    <Page title={a.home.hello(me.name)} hint={done < steps.length ? a.home.hint : ''}>
      <section aria-label={a.home.now} className="figures-row">
        {figures.map((one) => (
          <Link href={one.to} className="card figure" key={one.label}>
            <strong className="num">{one.value ?? '–'}</strong>
            <span className="muted">{one.label}</span>
          </Link>
        ))}
      </section>
      <section className="card checklist" aria-label={a.home.setUp}>
        <header className="row">
          <h2 className="grow">{a.home.setUp}</h2>
          {steps.length > 0 ? <span className="muted small">{a.home.progress(done, steps.length)}</span> : null}
        </header>
        {list.isPending ? <Skeleton height={200} /> : null}
        {list.error ? <p className="error">{list.error.message}</p> : null}
        {steps.length > 0 ? (
          <div className="bar" role="img" aria-label={a.home.progress(done, steps.length)}>
            <span style={{ width: `${(done / steps.length) * 100}%` }} />
          </div>
        ) : null}
        {steps.length > 0 && done === steps.length ? (
          <Banner tone="good" icon={PartyPopper}>
            {a.home.allDone}
          </Banner>
        ) : null}
        <ol>
          {steps.map(({ key, done: is }) => {
            const Icon = STEPS[key].icon;
            const words = a.home.steps[key];
            return (
              <li key={key} className={`step ${is ? 'done' : ''} ${key === next ? 'next' : ''}`}>
                <span className="step-mark">{is ? <Check size={16} aria-hidden /> : <Icon size={16} aria-hidden />}</span>
                <div className="grow">
                  <h3>
                    {words.title} <span className="sr">({is ? a.home.done : a.home.todo})</span>
                  </h3>
                  <p className="muted small">{words.hint}</p>
                </div>
                <Link href={STEPS[key].to} className={`button small ${key === next ? 'primary' : 'secondary'}`}>
                  {words.go} <ArrowRight size={14} aria-hidden />
                </Link>
              </li>
            );
          })}
        </ol>
      </section>
      <span className="sr">{w.pages.home}</span>
    </Page>
  );
}
