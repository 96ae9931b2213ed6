// Teams: who shares a queue, and which conversations go there.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Pencil, Plus, Trash2, UsersRound } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import * as admin from '../../api/admin';
import type { AdminTeam } from '../../api/admin-wire';
import { Avatar, Badge, Banner, Button, Empty, IconButton } from '../../kit/basics';
import { TextField } from '../../kit/fields';
import { Dialog } from '../../kit/dialog';
import { complain } from '../../kit/toast';
import { useWords } from '../../words';
import { useAdminWords } from '../../words/admin';
import { Several, Tags } from '../inputs';
import { complaints, Confirm, Failed, Loading } from '../parts';

type Wanted = Omit<AdminTeam, 'id'> & { id?: string };
const FRESH: Wanted = { name: '', members: [], topics: [], languages: [] };

export function Teams() {
  const w = useWords();
  const a = useAdminWords();
  const client = useQueryClient();
  const teams = useQuery({ queryKey: ['admin', 'teams'], queryFn: admin.teams, staleTime: 0 });
  const people = useQuery({ queryKey: ['admin', 'agents'], queryFn: admin.colleagues });
  const [editing, setEditing] = useState<Wanted>();
  const [removing, setRemoving] = useState<AdminTeam>();
  const refresh = () => {
    setEditing(undefined);
    setRemoving(undefined);
    void client.invalidateQueries({ queryKey: ['admin'] });
    void client.invalidateQueries({ queryKey: ['teams'] });
  };
  const remove = useMutation({ mutationFn: (id: string) => admin.removeTeam(id), onSuccess: refresh, onError: complain });
  const nameOf = (id: string) => people.data?.find((one) => one.id === id)?.name;
  return (
    <div className="admin-stack">
      <div className="row">
        <span className="grow" />
        <Button look="primary" icon={Plus} onClick={() => setEditing(FRESH)}>
          {a.team.addTeam}
        </Button>
      </div>
      {teams.isError ? <Failed error={teams.error} again={() => void teams.refetch()} /> : null}
      {teams.isPending ? <Loading /> : null}
      {teams.data?.length === 0 ? (
        <div className="card">
          <Empty icon={UsersRound} title={a.team.teamNone}>
            {a.team.teamNoneHint}
          </Empty>
        </div>
      ) : null}
      <ul className="team-list">
        {(teams.data ?? []).map((team) => (
          <li key={team.id} className="card team-card">
            <div className="row">
              <h2 className="grow clip">{team.name}</h2>
              <IconButton small label={`${w.edit}: ${team.name}`} icon={Pencil} onClick={() => setEditing(team)} />
              <IconButton small label={`${a.delete}: ${team.name}`} icon={Trash2} onClick={() => setRemoving(team)} />
            </div>
            <p className="small muted">{a.team.memberCount(team.members.length)}</p>
            <div className="row wrap team-faces">
              {team.members.map((id) => {
                const name = nameOf(id);
                return name ? (
                  <span key={id} className="row chip">
                    <Avatar name={name} size={20} />
                    {name}
                  </span>
                ) : null;
              })}
            </div>
            {team.topics.length + team.languages.length > 0 ? (
              <div className="row wrap marks">
                {team.languages.map((tag) => (
                  <Badge key={tag} tone="info">
                    {tag === 'en' || tag === 'zh' ? a.languages[tag] : tag}
                  </Badge>
                ))}
                {team.topics.map((topic) => (
                  <Badge key={topic} tone="accent">
                    {topic}
                  </Badge>
                ))}
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      {editing ? <TeamForm one={editing} people={(people.data ?? []).map((one) => ({ value: one.id, label: one.name }))} onClose={() => setEditing(undefined)} onSaved={refresh} /> : null}
      {removing ? <Confirm title={a.team.removeTeam(removing.name)} hint={a.team.removeTeamHint} go={a.delete} busy={remove.isPending} onGo={() => remove.mutate(removing.id)} onClose={() => setRemoving(undefined)} /> : null}
    </div>
  );
}

function TeamForm({ one, people, onClose, onSaved }: { one: Wanted; people: { value: string; label: string }[]; onClose: () => void; onSaved: () => void }) {
  const w = useWords();
  const a = useAdminWords();
  const [wanted, setWanted] = useState(one);
  const put = (change: Partial<Wanted>) => setWanted({ ...wanted, ...change });
  const save = useMutation({ mutationFn: () => admin.saveTeam({ ...wanted, name: wanted.name.trim() }), onSuccess: onSaved });
  const wrong = complaints(save.error);
  return (
    <Dialog open onOpenChange={onClose} title={one.id ? a.team.editTitle(one.name) : a.team.addTeam}>
      <form
        className="stack person-form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {save.error && wrong.size === 0 ? (
          <Banner tone="bad" role="alert">
            {save.error.message}
          </Banner>
        ) : null}
        <TextField label={a.team.teamName} value={wanted.name} maxLength={80} required autoFocus onChange={(event) => put({ name: event.target.value })} error={wrong.get('name')} />
        <Several label={a.team.members} value={wanted.members} onChange={(members) => put({ members })} options={people} empty={a.team.nobody} />
        <Several
          label={a.team.languages}
          value={wanted.languages}
          onChange={(languages) => put({ languages })}
          options={[
            { value: 'en', label: a.languages.en },
            { value: 'zh', label: a.languages.zh },
          ]}
          empty=""
        />
        <Tags label={a.team.topics} hint={a.team.teamTopicsHint} value={wanted.topics} onChange={(topics) => put({ topics })} />
        <div className="dialog-foot">
          <Button onClick={onClose}>{w.cancel}</Button>
          <Button look="primary" type="submit" busy={save.isPending} disabled={wanted.name.trim() === ''}>
            {w.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
