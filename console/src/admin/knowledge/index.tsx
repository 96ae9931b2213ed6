// Knowledge: the documents, one of them, or the published versions.
import { useLocation } from 'wouter';
import { Tabs } from '../../kit/tabs';
import { useWords } from '../../words';
import { useAdminWords } from '../../words/admin';
import { Page } from '../parts';
import { DocumentPage } from './document';
import { Documents } from './documents';
import { Versions } from './versions';

export default function Knowledge({ id }: { id?: string }) {
  const w = useWords();
  const a = useAdminWords();
  const [, go] = useLocation();
  if (id !== undefined && id !== 'versions') return <DocumentPage id={id} />;
  return (
    <Page title={w.pages.knowledge} lead={a.knowledge.lead}>
      <Tabs
        label={a.knowledge.tabs}
        value={id ?? 'documents'}
        onChange={(tab) => go(tab === 'versions' ? '/knowledge/versions' : '/knowledge')}
        tabs={[
          { key: 'documents', label: a.knowledge.documents, content: <Documents /> },
          { key: 'versions', label: a.knowledge.versions, content: <Versions /> },
        ]}
      />
    </Page>
  );
}
