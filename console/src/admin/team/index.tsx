// Team: the people, their teams, and what a role may do.
import { useLocation } from 'wouter';
import { Tabs } from '../../kit/tabs';
import { useWords } from '../../words';
import { useAdminWords } from '../../words/admin';
import { Page } from '../parts';
import { People } from './people';
import { Roles } from './roles';
import { Teams } from './teams';

const TABS = ['people', 'teams', 'roles'];

export default function TeamPage({ tab = 'people' }: { tab?: string }) {
  const w = useWords();
  const a = useAdminWords();
  const [, go] = useLocation();
  return (
    <Page title={w.pages.team} lead={a.team.lead}>
      <Tabs
        label={a.team.tabs}
        value={TABS.includes(tab) ? tab : 'people'}
        onChange={(next) => go(next === 'people' ? '/team' : `/team/${next}`)}
        tabs={[
          { key: 'people', label: a.team.people, content: <People /> },
          { key: 'teams', label: a.team.teams, content: <Teams /> },
          { key: 'roles', label: a.team.roles, content: <Roles /> },
        ]}
      />
    </Page>
  );
}
