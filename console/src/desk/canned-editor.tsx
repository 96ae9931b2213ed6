// Canned replies: one's own and the shop's.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { MessageSquareQuote, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import * as calls from '../api/calls';
import type { Canned } from '../api/wire';
import { Badge, Button, Empty, IconButton } from '../kit/basics';
import { Check, SelectField, TextArea, TextField } from '../kit/fields';
import { Dialog } from '../kit/dialog';
import { complain } from '../kit/toast';
import { useMe } from '../shell/me';
import { useWords } from '../words';

type Draft = Omit<Canned, 'id'> & { id?: string };
const EMPTY: Draft = { shortcut: '', title: '', text: '', language: null, shared: false };

export function CannedEditor() {
  const w = useWords();
  const client = useQueryClient();
  const { manages } = useMe();
  const all = useQuery({ queryKey: ['canned'], queryFn: calls.canned });
  const [editing, setEditing] = useState<Draft>();
  const refresh = () => client.invalidateQueries({ queryKey: ['canned'] });
  const remove = useMutation({ mutationFn: calls.deleteCanned, onSuccess: refresh, onError: complain });
  return (
    <div className="form wide">
      <div className="row">
        <p className="muted grow">{w.canned.hint}</p>
        <Button look="primary" small icon={Plus} onClick={() => setEditing(EMPTY)}>
          {w.canned.add}
        </Button>
      </div>
      {all.data?.length === 0 ? (
        <div className="card">
          <Empty icon={MessageSquareQuote} title={w.canned.none}>
            {w.canned.noneHint}
          </Empty>
        </div>
      ) : null}
      <ul className="stack" style={{ gap: 8 }}>
        {(all.data ?? []).map((one) => (
          <li className="card canned" key={one.id}>
            <code>/{one.shortcut.replace(/^\//, '')}</code>
            <div className="grow">
              <div className="row" style={{ gap: 6 }}>
                <strong>{one.title}</strong>
                {one.shared ? <Badge tone="info">{w.canned.shared}</Badge> : null}
                {one.language ? <Badge>{one.language === 'zh' ? '中文' : 'English'}</Badge> : null}
              </div>
              <p className="muted clamp pre">{one.text}</p>
            </div>
            {!one.shared || manages ? (
              <>
                <IconButton small label={`${w.edit}: ${one.title}`} icon={Pencil} onClick={() => setEditing(one)} />
                <IconButton small label={`${w.remove}: ${one.title}`} icon={Trash2} onClick={() => remove.mutate(one.id)} />
              </>
            ) : null}
          </li>
        ))}
      </ul>
      {editing ? (
        <Editor
          one={editing}
          manages={manages}
          onClose={() => setEditing(undefined)}
          onSaved={() => {
            setEditing(undefined);
            void refresh();
          }}
        />
      ) : null}
    </div>
  );
}

function Editor({ one, manages, onClose, onSaved }: { one: Draft; manages: boolean; onClose: () => void; onSaved: () => void }) {
  const w = useWords();
  const [draft, setDraft] = useState(one);
  const save = useMutation({ mutationFn: () => calls.saveCanned({ ...draft, shortcut: draft.shortcut.trim().replace(/^\//, '') }), onSuccess: onSaved, onError: complain });
  const put = (fields: Partial<Draft>) => setDraft({ ...draft, ...fields });
  return (
    <Dialog open onOpenChange={onClose} title={one.id ? w.canned.edit : w.canned.add}>
      <form
        className="stack"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextField label={w.canned.shortcut} hint={w.canned.shortcutHint} required maxLength={40} value={draft.shortcut} onChange={(event) => put({ shortcut: event.target.value })} autoFocus />
        <TextField label={w.canned.title} required maxLength={80} value={draft.title} onChange={(event) => put({ title: event.target.value })} />
        <TextArea label={w.canned.text} hint={w.canned.variables} required rows={5} maxLength={4000} value={draft.text} onChange={(event) => put({ text: event.target.value })} />
        <SelectField
          label={w.language}
          value={draft.language ?? ''}
          onChange={(event) => put({ language: event.target.value || null })}
          options={[
            { value: '', label: w.canned.anyLanguage },
            { value: 'en', label: 'English' },
            { value: 'zh', label: '中文' },
          ]}
        />
        {manages ? <Check label={w.canned.share} checked={draft.shared} onChange={(event) => put({ shared: event.target.checked })} /> : null}
        <div className="dialog-foot" style={{ marginTop: 8 }}>
          <Button onClick={onClose}>{w.cancel}</Button>
          <Button look="primary" type="submit" busy={save.isPending}>
            {w.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
