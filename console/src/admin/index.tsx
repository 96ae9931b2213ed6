// The pages for those who run the place, each loaded when it is opened.
import { Compass } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { Empty } from '../kit/basics';
import { useMe } from '../shell/me';
import { useWords } from '../words';
import '../look/admin.css';

const Home = lazy(() => import('./home'));
const Knowledge = lazy(() => import('./knowledge'));
const Document = lazy(() => import('./document'));
const Playground = lazy(() => import('./playground'));
const Inboxes = lazy(() => import('./inboxes'));
const InboxPage = lazy(() => import('./inbox'));
const Team = lazy(() => import('./team'));
const Policy = lazy(() => import('./policy'));
const Model = lazy(() => import('./model'));
const Audit = lazy(() => import('./audit'));

export default function Manage({ page, id }: { page: string; id?: string }) {
  return <Suspense fallback={<div className="page" aria-busy />}>{<Choose page={page} {...(id === undefined ? {} : { id })} />}</Suspense>;
}

function Choose({ page, id }: { page: string; id?: string }) {
  const w = useWords();
  const { manages } = useMe();
  if (page === 'home') return <Home />;
  if (page === 'knowledge') return id ? <Document key={id} id={id} /> : <Knowledge />;
  if (page === 'playground') return <Playground />;
  if (page === 'audit') return <Audit />;
  if (manages && page === 'inboxes') return id ? <InboxPage key={id} id={id} /> : <Inboxes />;
  if (manages && page === 'team') return <Team />;
  if (manages && page === 'policy') return <Policy />;
  if (manages && page === 'model') return <Model />;
  return (
    <main className="page">
      <Empty icon={Compass} title={w.lost.title}>
        {w.lost.hint}
      </Empty>
    </main>
  );
}
