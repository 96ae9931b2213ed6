// The pages for those who run the place. Each is loaded when it is opened.
import { Compass, LockKeyhole } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { Empty } from '../kit/basics';
import { useMe } from '../shell/me';
import { useWords } from '../words';
import { useAdminWords } from '../words/admin';
import '../look/admin.css';

const Home = lazy(() => import('./home'));
const Knowledge = lazy(() => import('./knowledge'));
const Playground = lazy(() => import('./playground'));
const Inboxes = lazy(() => import('./inboxes'));
const Team = lazy(() => import('./team'));
const Policy = lazy(() => import('./policy'));
const Model = lazy(() => import('./model'));
const Audit = lazy(() => import('./audit'));

/** What quality assurance may look at. */
const READ = ['home', 'knowledge', 'playground', 'audit'];

export default function Manage({ page, id }: { page: string; id?: string }) {
  const { manages } = useMe();
  const a = useAdminWords();
  if (!manages && !READ.includes(page)) {
    return (
      <main className="page">
        <Empty icon={LockKeyhole} title={a.forbidden}>
          {a.forbiddenHint}
        </Empty>
      </main>
    );
  }
  return <Suspense fallback={<main className="page" aria-busy aria-label={a.loading} />}>{pageOf(page, id)}</Suspense>;
}

function pageOf(page: string, id: string | undefined) {
  switch (page) {
    case 'home':
      return <Home />;
    case 'knowledge':
      return <Knowledge {...(id ? { id } : {})} />;
    case 'playground':
      return <Playground />;
    case 'inboxes':
      return <Inboxes {...(id ? { id } : {})} />;
    case 'team':
      return <Team {...(id ? { tab: id } : {})} />;
    case 'policy':
      return <Policy {...(id ? { tab: id } : {})} />;
    case 'model':
      return <Model />;
    case 'audit':
      return <Audit />;
    default:
      return <Lost />;
  }
}

function Lost() {
  const w = useWords();
  return (
    <main className="page">
      <Empty icon={Compass} title={w.lost.title}>
        {w.lost.hint}
      </Empty>
    </main>
  );
}
