// The door: signing in, and choosing an own password the first time.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';
import * as calls from '../api/calls';
import { Problem, session } from '../api/client';
import type { Me } from '../api/wire';
import { Banner, Button } from '../kit/basics';
import { TextField } from '../kit/fields';
import { useWords } from '../words';
import { CircleAlert } from 'lucide-react';

export function Mark({ size = 28 }: { size?: number }) {
  return <img src={`${import.meta.env.BASE_URL}icon.svg`} width={size} height={size} alt="" />;
}

function Door({ title, hint, children }: { title: string; hint: string; children: React.ReactNode }) {
  return (
    <main className="door">
      <div className="door-card card">
        <Mark size={40} />
        <div>
          <h1>{title}</h1>
          <p className="muted">{hint}</p>
        </div>
        {children}
      </div>
    </main>
  );
}

export function SignIn({ onLanguage }: { onLanguage: (language: 'en' | 'zh') => void }) {
  const w = useWords();
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const enter = useMutation({
    mutationFn: () => calls.signIn(email.trim(), password),
    onSuccess: (me) => {
      session.proof(me.csrf);
      client.setQueryData(['me'], me);
    },
  });
  useEffect(() => {
    document.title = `${w.signin.title} · Frontdesk`;
  }, [w]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <Door title={w.signin.title} hint={w.signin.hint}>
      <form className="stack" onSubmit={submit} style={{ gap: 16 }}>
        {enter.error ? (
          <Banner tone="bad" icon={CircleAlert} role="alert">
            {enter.error instanceof Problem ? (enter.error.status === 401 ? w.signin.wrong : enter.error.message) : String(enter.error)}
          </Banner>
        ) : null}
        <TextField label={w.signin.email} type="email" autoComplete="username" required autoFocus value={email} onChange={(event) => setEmail(event.target.value)} />
        <TextField label={w.signin.password} type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
        <Button look="primary" type="submit" busy={enter.isPending}>
          {w.signin.enter}
        </Button>
      </form>
      <p className="muted small">{w.signin.lost}</p>
      <div className="row small" role="group" aria-label={w.language}>
        <Button small look="ghost" lang="en" onClick={() => onLanguage('en')}>
          English
        </Button>
        <Button small look="ghost" lang="zh" onClick={() => onLanguage('zh')}>
          简体中文
        </Button>
      </div>
    </Door>
  );
}

export const LEAST_PASSWORD = 10;

export function PasswordForm({ onDone, submitLabel }: { onDone: (me: Me) => void; submitLabel: string }) {
  const w = useWords();
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const save = useMutation({ mutationFn: () => calls.changeMe({ password: { old, new: fresh } }), onSuccess: onDone });
  const short = fresh.length < LEAST_PASSWORD;
  const differs = again !== fresh;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!short && !differs) save.mutate();
  };
  return (
    <form className="stack" style={{ gap: 16 }} onSubmit={submit}>
      {save.error ? (
        <Banner tone="bad" icon={CircleAlert} role="alert">
          {save.error instanceof Problem ? save.error.message : String(save.error)}
        </Banner>
      ) : null}
      <TextField label={w.password.old} type="password" autoComplete="current-password" required value={old} onChange={(event) => setOld(event.target.value)} />
      <TextField label={w.password.fresh} hint={w.password.rule(LEAST_PASSWORD)} error={tried && short ? w.password.short(LEAST_PASSWORD) : undefined} type="password" autoComplete="new-password" required value={fresh} onChange={(event) => setFresh(event.target.value)} />
      <TextField label={w.password.again} error={tried && !short && differs ? w.password.differs : undefined} type="password" autoComplete="new-password" required value={again} onChange={(event) => setAgain(event.target.value)} />
      <Button look="primary" type="submit" busy={save.isPending}>
        {submitLabel}
      </Button>
    </form>
  );
}

export function FirstPassword() {
  const w = useWords();
  const client = useQueryClient();
  return (
    <Door title={w.password.title} hint={w.password.hint}>
      <PasswordForm submitLabel={w.password.save} onDone={(me) => client.setQueryData(['me'], me)} />
    </Door>
  );
}
