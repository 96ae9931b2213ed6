// The chats of the business: the list, and one of them.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Clock3, Globe2, MessageCircleQuestion, Plus } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { Link, useLocation } from 'wouter';
import * as admin from '../../api/admin';
import type { Inbox } from '../../api/admin-wire';
import { Badge, Button, Empty } from '../../kit/basics';
import { TextField } from '../../kit/fields';
import { Dialog } from '../../kit/dialog';
import { useWords } from '../../words';
import { useAdminWords } from '../../words/admin';
import { complaints, Failed, Loading, Page } from '../parts';
import { EditPage } from './edit';

export default function Inboxes({ id }: { id?: string }) {
  return id === undefined ? <List /> : <EditPage key={id} id={id} />;
}

function List() {
  const w = useWords();
  const a = useAdminWords();
  const list = useQuery({ queryKey: ['admin', 'inboxes'], queryFn: admin.inboxes });
  const [adding, setAdding] = useState(false);
  const add = (
    <Button look="primary" icon={Plus} onClick={() => setAdding(true)}>
      {a.inboxes.add}
    </Button>
  );
  return (
    <Page title={w.pages.inboxes} lead={a.inboxes.lead} actions={add}>
      {list.isError ? <Failed error={list.error} again={() => void list.refetch()} /> : null}
      {list.isPending ? <Loading /> : null}
      {list.data?.length === 0 ? (
        <div className="card">
          <Empty icon={MessageCircleQuestion} title={a.inboxes.none} />
        </div>
      ) : null}
      <ul className="inbox-list">
        {(list.data ?? []).map((one) => (
          <li key={one.id}>
            <Line one={one} />
          </li>
        ))}
      </ul>
      {adding ? <Adding onClose={() => setAdding(false)} /> : null}
    </Page>
  );
}

function Line({ one }: { one: Inbox }) {
  const a = useAdminWords();
  const w = useWords();
  return (
    <Link href={`/inboxes/${one.id}`} className="card inbox-line">
      <span className="inbox-swatch" style={{ background: one.settings.colour }} aria-hidden />
      <span className="grow">
        <span className="row">
          <strong className="clip">{one.name}</strong>
          {one.key === 'default' ? <Badge>{a.inboxes.first}</Badge> : null}
        </span>
        <span className="row wrap small muted">
          <span>{w.channel(one.channel)}</span>
          <span className="row inbox-fact">
            <Clock3 size={13} aria-hidden />
            {one.settings.hours.always ? a.inboxes.always : a.inboxes.hoursSet}
          </span>
          <span className="row inbox-fact">
            <Globe2 size={13} aria-hidden />
            {one.settings.origins.length === 0 ? a.inboxes.anyWebsite : a.inboxes.websites(one.settings.origins.length)}
          </span>
        </span>
      </span>
      <code className="small muted clip">{one.key}</code>
    </Link>
  );
}

function Adding({ onClose }: { onClose: () => void }) {
  const w = useWords();
  const a = useAdminWords();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: () => admin.addInbox(name.trim()),
    onSuccess: (fresh) => {
      client.setQueryData(['admin', 'inbox', fresh.id], fresh);
      void client.invalidateQueries({ queryKey: ['admin', 'inboxes'] });
      go(`/inboxes/${fresh.id}`);
    },
  });
  return (
    <Dialog open onOpenChange={onClose} title={a.inboxes.add} hint={a.inboxes.addHint}>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <TextField label={a.inboxes.name} value={name} maxLength={80} required autoFocus onChange={(event) => setName(event.target.value)} error={complaints(add.error).get('name') ?? (add.error ? add.error.message : undefined)} />
        <div className="dialog-foot">
          <Button onClick={onClose}>{w.cancel}</Button>
          <Button look="primary" type="submit" busy={add.isPending} disabled={name.trim() === ''}>
            {a.inboxes.create}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
