// From "who is there?" to a page: signed out, first password, or the shell with its routes.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Tooltip } from 'radix-ui';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import * as calls from './api/calls';
import { Problem, session } from './api/client';
import { Button, Empty } from './kit/basics';
import { Toasts } from './kit/toast';
import { CloudOff, Compass } from 'lucide-react';
import { ConversationPane, Inbox } from './desk/inbox';
import { BulkBar } from './desk/list';
import { whenIdle } from './later';
import { Commands } from './shell/commands';
import { mayLeave } from './shell/leaving';
import { keptTheme, MeProvider, useMe, useTheme } from './shell/me';
import { Drawer, Help, Palette, Shell } from './shell/shell';
import { FirstPassword, Mark, SignIn } from './shell/signin';
import { preferred, Speaks, useWords } from './words';

const Contacts = lazy(() => import('./desk/contacts'));
const Preferences = lazy(() => import('./shell/preferences'));
const Manage = lazy(() => import('./admin'));

export function App() {
  const client = useQueryClient();
  const [choice, setChoice] = useState(preferred);
  const who = useQuery({ queryKey: ['me'], queryFn: calls.me, staleTime: Infinity });
  const out = who.error instanceof Problem && who.error.status === 401;
  const inside = who.data !== undefined && !out && !who.data.must_change_password;
  const language = who.data && !out ? who.data.language : choice;
  session.speaks(language);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    localStorage.setItem('frontdesk.language', language);
  }, [language]);
  useEffect(() => whenIdle([ConversationPane, Palette, BulkBar, Help, Drawer]), []);
  useEffect(
    () =>
      session.whenSignedOut(() => {
        if (client.getQueryData(['me']) !== undefined) {
          client.clear();
          void client.resetQueries({ queryKey: ['me'] });
        }
      }),
    [client],
  );
  return (
    <Speaks language={language}>
      <Tooltip.Provider delayDuration={400}>
        {who.data && !out ? (
          <MeProvider me={who.data}>{inside ? <House /> : <FirstPassword />}</MeProvider>
        ) : (
          <Outside>{out ? <SignIn onLanguage={setChoice} /> : who.error ? <Unreached again={() => void who.refetch()} /> : <Opening />}</Outside>
        )}
        {inside ? null : <Toasts />}
      </Tooltip.Provider>
    </Speaks>
  );
}

function Outside({ children }: { children: React.ReactNode }) {
  useTheme(keptTheme());
  return children;
}

function Opening() {
  return (
    <main className="door" aria-busy>
      <Mark size={40} />
    </main>
  );
}

function Unreached({ again }: { again: () => void }) {
  const w = useWords();
  return (
    <main className="door">
      <Empty icon={CloudOff} title={w.unreached.title} action={<Button onClick={again}>{w.again}</Button>}>
        {w.unreached.hint}
      </Empty>
    </main>
  );
}

function House() {
  const { manages, me } = useMe();
  const w = useWords();
  const overview = manages || me.role === 'qa';
  return (
    <Router base="/console" aroundNav={(navigate, to, options) => (mayLeave() ? navigate(to, options) : undefined)}>
      <Commands>
        <Shell>
          <Suspense fallback={<div className="page" aria-busy />}>
            <Switch>
              <Route path="/">{<Redirect to={manages ? '/home' : '/inbox/mine'} />}</Route>
              <Route path="/inbox">{<Redirect to="/inbox/mine" />}</Route>
              <Route path="/inbox/:view">{(params) => <Inbox view={params.view} />}</Route>
              <Route path="/inbox/:view/:id">{(params) => <Inbox view={params.view} id={params.id} />}</Route>
              <Route path="/contacts">{() => <Contacts />}</Route>
              <Route path="/contacts/:id">{(params) => <Contacts id={params.id} />}</Route>
              <Route path="/settings">{() => <Preferences />}</Route>
              {overview ? <Route path="/:page/:id?">{(params) => <Manage page={params.page} {...(params.id ? { id: params.id } : {})} />}</Route> : null}
              <Route>
                <main className="page">
                  <Empty icon={Compass} title={w.lost.title}>
                    {w.lost.hint}
                  </Empty>
                </main>
              </Route>
            </Switch>
          </Suspense>
        </Shell>
      </Commands>
    </Router>
  );
}
