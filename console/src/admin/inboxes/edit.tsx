// One chat's settings, in parts, with a picture of it beside them. Everything is saved at once.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import * as admin from '../../api/admin';
import type { Inbox, InboxSettings } from '../../api/admin-wire';
import { Banner, Button } from '../../kit/basics';
import { TextField } from '../../kit/fields';
import { Tabs } from '../../kit/tabs';
import { complain, toast } from '../../kit/toast';
import { useWords } from '../../words';
import { useAdminWords } from '../../words/admin';
import { useUnsaved } from '../../shell/leaving';
import { complaints, Confirm, Failed, Loading, Page } from '../parts';
import { Form } from './form';
import { HoursPart } from './hours';
import { Install } from './install';
import { Look } from './look';
import { Preview } from './preview';
import { Rules } from './rules';
import { Texts } from './texts';

/** What each part of the settings is given. */
export interface Draft {
  settings: InboxSettings;
  put: (change: Partial<InboxSettings>) => void;
  /** What the server said is wrong, by the place in the settings. */
  wrong: Map<string, string>;
}

/** Where a complaint is seen. */
export function tabOf(at: string): string {
  if (/^(title|greeting|suggestions)/.test(at)) return 'words';
  if (at.startsWith('prechat')) return 'form';
  if (/^(hours|out_of_hours|reply_minutes)/.test(at)) return 'hours';
  if (/^(uploads|csat|resolve_idle_hours|team)/.test(at)) return 'rules';
  if (at.startsWith('origins')) return 'install';
  return 'look';
}

export function EditPage({ id }: { id: string }) {
  const a = useAdminWords();
  const found = useQuery({ queryKey: ['admin', 'inbox', id], queryFn: () => admin.inbox(id), staleTime: 0 });
  if (found.isError) {
    return (
      <Page title={a.inboxes.missing}>
        <Back />
        <Failed error={found.error} again={() => void found.refetch()} />
      </Page>
    );
  }
  if (!found.data) {
    return (
      <Page title={a.loading}>
        <Loading lines={6} />
      </Page>
    );
  }
  return <Edit inbox={found.data} />;
}

function Back() {
  const w = useWords();
  return (
    <Link href="/inboxes" className="back">
      ← {w.pages.inboxes}
    </Link>
  );
}

function Edit({ inbox }: { inbox: Inbox }) {
  const w = useWords();
  const a = useAdminWords();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [tab, setTab] = useState('look');
  const [name, setName] = useState(inbox.name);
  const [settings, setSettings] = useState(inbox.settings);
  const [removing, setRemoving] = useState(false);
  const dirty = name !== inbox.name || JSON.stringify(settings) !== JSON.stringify(inbox.settings);
  const letGo = useUnsaved(dirty, a.leave);
  const save = useMutation({
    mutationFn: () => admin.changeInbox(inbox.id, name.trim(), settings),
    onSuccess: (fresh) => {
      client.setQueryData(['admin', 'inbox', inbox.id], fresh);
      setName(fresh.name);
      setSettings(fresh.settings);
      void client.invalidateQueries({ queryKey: ['admin', 'inboxes'] });
      void client.invalidateQueries({ queryKey: ['admin', 'checklist'] });
      toast(a.saved);
    },
    onError: (error) => {
      const first = [...complaints(error, 'settings.').keys()].find((at) => at !== 'name');
      if (first) setTab(tabOf(first));
      else complain(error);
    },
  });
  const remove = useMutation({
    mutationFn: () => admin.removeInbox(inbox.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['admin', 'inboxes'] });
      toast(a.inboxes.removed);
      letGo();
      go('/inboxes');
    },
    onError: complain,
  });
  const wrong = complaints(save.error, 'settings.');
  const draft: Draft = { settings, put: (change) => setSettings((before) => ({ ...before, ...change })), wrong };
  return (
    <Page
      title={inbox.name}
      lead={<Back />}
      wide
      actions={
        inbox.key === 'default' ? undefined : (
          <Button look="danger" icon={Trash2} onClick={() => setRemoving(true)}>
            {a.inboxes.remove}
          </Button>
        )
      }
    >
      <div className="inbox-edit">
        <div className="inbox-parts">
          {wrong.size > 0 ? (
            <div className="admin-gap">
              <Banner tone="bad" icon={CircleAlert} role="alert">
                {a.inboxes.fix(wrong.size)}
              </Banner>
            </div>
          ) : null}
          <Tabs
            label={a.inboxes.sections}
            value={tab}
            onChange={setTab}
            tabs={[
              {
                key: 'look',
                label: a.inboxes.tabs.look,
                content: (
                  <div className="admin-form">
                    <TextField label={a.inboxes.name} hint={a.inboxes.nameHint} value={name} maxLength={80} onChange={(event) => setName(event.target.value)} error={wrong.get('name')} />
                    <Look {...draft} />
                  </div>
                ),
              },
              { key: 'words', label: a.inboxes.tabs.words, content: <Texts {...draft} /> },
              { key: 'form', label: a.inboxes.tabs.form, content: <Form {...draft} /> },
              { key: 'hours', label: a.inboxes.tabs.hours, content: <HoursPart {...draft} /> },
              { key: 'rules', label: a.inboxes.tabs.rules, content: <Rules {...draft} /> },
              { key: 'install', label: a.inboxes.tabs.install, content: <Install inbox={inbox} {...draft} /> },
            ]}
          />
          <div className="save-bar">
            <span className="grow small muted" role="status">
              {dirty ? a.dirty : ''}
            </span>
            <Button
              disabled={!dirty || save.isPending}
              onClick={() => {
                setName(inbox.name);
                setSettings(inbox.settings);
                save.reset();
              }}
            >
              {a.discard}
            </Button>
            <Button look="primary" busy={save.isPending} disabled={!dirty || name.trim() === ''} onClick={() => save.mutate()}>
              {w.save}
            </Button>
          </div>
        </div>
        <Preview settings={settings} form={tab === 'form'} />
      </div>
      {removing ? <Confirm title={a.inboxes.removeTitle(inbox.name)} hint={a.inboxes.removeHint} go={a.inboxes.remove} busy={remove.isPending} onGo={() => remove.mutate()} onClose={() => setRemoving(false)} /> : null}
    </Page>
  );
}
