// The chat widgets of the house, each with its snippet.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { MessageCircleQuestion, Plus, Settings2 } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { Link, useLocation } from 'wouter';
import { Badge, Button, Empty, Skeleton } from '../kit/basics';
import { TextField } from '../kit/fields';
import { Dialog } from '../kit/layers';
import { complain } from '../kit/toast';
import { useWords } from '../words';
import * as calls from './calls';
import { CopyButton, Page, useAdminWords } from './kit';

export const snippet = (key: string) => `<script src="${window.location.origin}/w.js" data-inbox="${key}" async></script>`;

export default function Inboxes() {
  const w = useWords();
  const a = useAdminWords();
  const all = useQuery({ queryKey: ['inboxes'], queryFn: calls.inboxes });
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title={w.pages.inboxes}
      hint={a.inboxes.hint}
      actions={
        <Button look="primary" icon={Plus} onClick={() => setAdding(true)}>
          {a.inboxes.add}
        </Button>
      }
    >
      {all.isPending ? <Skeleton height={140} /> : null}
      {all.error ? <p className="error">{all.error.message}</p> : null}
      {all.data?.length === 0 ? <Empty icon={MessageCircleQuestion} title={a.inboxes.add} /> : null}
      <ul className="stack" style={{ gap: 16 }}>
        {(all.data ?? []).map((one) => (
          <li className="card inbox-card" key={one.id}>
            <div className="row">
              <span className="swatch" style={{ background: one.settings.colour }} aria-hidden />
              <h2 className="grow">{one.name}</h2>
              <Badge>{one.key}</Badge>
              <Link href={`/inboxes/${one.id}`} className="button secondary small">
                <Settings2 size={15} aria-hidden /> {a.inboxes.open}
              </Link>
            </div>
            <div className="small muted">{a.inboxes.snippet}</div>
            <div className="secret">
              <code>{snippet(one.key)}</code>
              <CopyButton text={snippet(one.key)} />
            </div>
          </li>
        ))}
      </ul>
      {adding ? <Adding onClose={() => setAdding(false)} /> : null}
    </Page>
  );
}

function Adding({ onClose }: { onClose: () => void }) {
  const w = useWords();
  const a = useAdminWords();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: () => calls.addInbox(name.trim()),
    onSuccess: (one) => {
      void client.invalidateQueries({ queryKey: ['inboxes'] });
      go(`/inboxes/${one.id}`);
    },
    onError: complain,
  });
  return (
    <Dialog open onOpenChange={onClose} title={a.inboxes.add}>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <TextField label={a.inboxes.name} required maxLength={80} autoFocus value={name} onChange={(event) => setName(event.target.value)} />
        <div className="dialog-foot">
          <Button onClick={onClose}>{w.cancel}</Button>
          <Button look="primary" type="submit" busy={add.isPending}>
            {w.add}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
