// People and teams.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, KeyRound, Pencil, Plus, Trash2, UserPlus, Users } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import type { Role } from '../api/wire';
import { Avatar, Badge, Button, Empty, IconButton, Skeleton } from '../kit/basics';
import { Check, SelectField, TextField } from '../kit/fields';
import { Dialog, Menu, Tabs } from '../kit/layers';
import { complain, toast } from '../kit/toast';
import { useMe } from '../shell/me';
import { useWords } from '../words';
import * as calls from './calls';
import { Confirm, listed, Page, Secret, useAdminWords } from './kit';
import type { AdminTeam, Member } from './wire';

export default function Team() {
  const w = useWords();
  const a = useAdminWords();
  const [tab, setTab] = useState('people');
  return (
    <Page title={w.pages.team} hint={a.team.hint}>
      <Tabs
        label={w.pages.team}
        value={tab}
        onChange={setTab}
        tabs={[
          { key: 'people', label: a.team.people, content: <People /> },
          { key: 'teams', label: a.team.teams, content: <Teams /> },
        ]}
      />
    </Page>
  );
}

const useMembers = () => useQuery({ queryKey: ['members'], queryFn: calls.members });
const useTeams = () => useQuery({ queryKey: ['admin-teams'], queryFn: calls.teams });

function People() {
  const w = useWords();
  const a = useAdminWords();
  const client = useQueryClient();
  const { me } = useMe();
  const members = useMembers();
  const teams = useTeams();
  const [editing, setEditing] = useState<Member | 'new'>();
  const [doomed, setDoomed] = useState<Member>();
  const [resetting, setResetting] = useState<Member>();
  const [password, setPassword] = useState('');
  const refresh = () => {
    void client.invalidateQueries({ queryKey: ['members'] });
    void client.invalidateQueries({ queryKey: ['agents'] });
  };
  const remove = useMutation({ mutationFn: calls.deleteMember, onSuccess: refresh, onError: complain });
  const reset = useMutation({ mutationFn: calls.newPassword, onSuccess: (made) => setPassword(made.password), onError: complain });
  return (
    <div className="stack" style={{ paddingTop: 20 }}>
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button look="primary" icon={UserPlus} onClick={() => setEditing('new')}>
          {a.team.add}
        </Button>
      </div>
      {members.isPending ? <Skeleton height={120} /> : null}
      {members.error ? <p className="error">{members.error.message}</p> : null}
      {members.data ? (
        <div className="table-box">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{a.team.name}</th>
                <th scope="col">{a.team.role}</th>
                <th scope="col">{a.team.inTeams}</th>
                <th scope="col" className="end">{a.team.capacity}</th>
                <th scope="col">
                  <span className="sr">{w.settings.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {members.data.map((one) => (
                <tr key={one.id}>
                  <td>
                    <div className="row" style={{ gap: 10 }}>
                      <Avatar name={one.name} size={30} />
                      <div>
                        <strong>{one.name}</strong> {one.id === me.id ? <Badge>{w.you}</Badge> : null}
                        <div className="small muted">{one.email}</div>
                      </div>
                    </div>
                  </td>
                  <td>
                    <Badge tone={one.role === 'owner' ? 'accent' : one.role === 'admin' ? 'info' : 'plain'}>{w.roles[one.role]}</Badge>
                  </td>
                  <td>{one.teams.map((id) => teams.data?.find((team) => team.id === id)?.name ?? '').filter(Boolean).join(w.comma) || <span className="muted">–</span>}</td>
                  <td className="end num">{one.capacity}</td>
                  <td className="end">
                    <Menu
                      trigger={<IconButton small label={`${w.act.more}: ${one.name}`} icon={Ellipsis} />}
                      parts={[
                        { key: 'edit', label: w.edit, icon: Pencil, onSelect: () => setEditing(one) },
                        { key: 'reset', label: a.team.reset, icon: KeyRound, disabled: one.id === me.id, onSelect: () => setResetting(one) },
                        'line',
                        { key: 'delete', label: a.team.delete, icon: Trash2, disabled: one.id === me.id, onSelect: () => setDoomed(one) },
                      ]}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {editing ? (
        <MemberDialog
          member={editing === 'new' ? undefined : editing}
          teams={teams.data ?? []}
          onClose={() => setEditing(undefined)}
          onDone={(made) => {
            setEditing(undefined);
            if (made) setPassword(made);
            else toast(a.saved);
            refresh();
          }}
        />
      ) : null}
      {password ? (
        <Dialog open onOpenChange={() => setPassword('')} title={a.team.password} hint={a.team.passwordHint}>
          <Secret value={password} />
        </Dialog>
      ) : null}
      {doomed ? <Confirm text={a.sure(doomed.name)} action={a.team.delete} onClose={() => setDoomed(undefined)} onConfirm={() => remove.mutate(doomed.id)} /> : null}
      {resetting ? <Confirm text={a.team.resetSure(resetting.name)} action={a.team.reset} onClose={() => setResetting(undefined)} onConfirm={() => reset.mutate(resetting.id)} /> : null}
    </div>
  );
}

const ROLES: Role[] = ['agent', 'admin', 'qa', 'owner'];
const LANGUAGES = [
  { value: 'en', label: 'English' },
  { value: 'zh', label: '中文' },
];

function MemberDialog({ member, teams, onClose, onDone }: { member: Member | undefined; teams: AdminTeam[]; onClose: () => void; onDone: (password?: string) => void }) {
  const w = useWords();
  const a = useAdminWords();
  const { me } = useMe();
  const [fields, setFields] = useState<calls.MemberFields>(member ?? { name: '', email: '', role: 'agent', teams: [], skills: { languages: [], topics: [] }, capacity: 5 });
  const put = (change: Partial<calls.MemberFields>) => setFields({ ...fields, ...change });
  const toggle = (list: string[], value: string) => (list.includes(value) ? list.filter((one) => one !== value) : [...list, value]);
  const save = useMutation({
    mutationFn: async () => {
      const { name, email, role, teams: inTeams, skills, capacity } = fields;
      if (!member) return (await calls.addMember({ name, email, role, teams: inTeams, skills, capacity })).password;
      await calls.changeMember(member.id, { name, ...(role === member.role ? {} : { role }), teams: inTeams, skills, capacity });
      return undefined;
    },
    onSuccess: onDone,
    onError: complain,
  });
  return (
    <Dialog open onOpenChange={onClose} title={member ? member.name : a.team.add}>
      <form
        className="stack"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextField label={a.team.name} required maxLength={80} autoFocus value={fields.name} onChange={(event) => put({ name: event.target.value })} />
        <TextField label={a.team.email} type="email" required readOnly={member !== undefined} value={fields.email} onChange={(event) => put({ email: event.target.value })} />
        <SelectField label={a.team.role} hint={a.team.roleHints[fields.role]} value={fields.role} disabled={member?.id === me.id} onChange={(event) => put({ role: ROLES.find((role) => role === event.target.value) ?? 'agent' })} options={ROLES.filter((role) => role !== 'owner' || me.role === 'owner').map((value) => ({ value, label: w.roles[value] }))} />
        <TextField label={a.team.capacity} type="number" min={0} max={100} value={fields.capacity} onChange={(event) => put({ capacity: Math.max(0, Number(event.target.value) || 0) })} />
        {teams.length > 0 ? (
          <div className="field" role="group" aria-label={a.team.inTeams}>
            <span className="label">{a.team.inTeams}</span>
            <div className="row wrap" style={{ gap: 16 }}>
              {teams.map((team) => (
                <Check key={team.id} label={team.name} checked={fields.teams.includes(team.id)} onChange={() => put({ teams: toggle(fields.teams, team.id) })} />
              ))}
            </div>
          </div>
        ) : null}
        <div className="field" role="group" aria-label={a.team.languages}>
          <span className="label">{a.team.languages}</span>
          <div className="row" style={{ gap: 16 }}>
            {LANGUAGES.map((one) => (
              <Check key={one.value} label={one.label} checked={fields.skills.languages.includes(one.value)} onChange={() => put({ skills: { ...fields.skills, languages: toggle(fields.skills.languages, one.value) } })} />
            ))}
          </div>
        </div>
        <TextField label={a.team.topics} defaultValue={fields.skills.topics.join(', ')} onBlur={(event) => put({ skills: { ...fields.skills, topics: listed(event.target.value) } })} />
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

function Teams() {
  const w = useWords();
  const a = useAdminWords();
  const client = useQueryClient();
  const teams = useTeams();
  const members = useMembers();
  const [editing, setEditing] = useState<AdminTeam | 'new'>();
  const [doomed, setDoomed] = useState<AdminTeam>();
  const refresh = () => {
    for (const key of ['admin-teams', 'teams', 'members']) void client.invalidateQueries({ queryKey: [key] });
  };
  const remove = useMutation({ mutationFn: calls.deleteTeam, onSuccess: refresh, onError: complain });
  return (
    <div className="stack" style={{ paddingTop: 20 }}>
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button look="primary" icon={Plus} onClick={() => setEditing('new')}>
          {a.team.addTeam}
        </Button>
      </div>
      {teams.data?.length === 0 ? (
        <div className="card">
          <Empty icon={Users} title={a.team.none}>
            {a.team.noneHint}
          </Empty>
        </div>
      ) : null}
      <ul className="stack">
        {(teams.data ?? []).map((team) => (
          <li className="card team" key={team.id}>
            <div className="grow">
              <h3>{team.name}</h3>
              <p className="small muted">{team.members.map((id) => members.data?.find((one) => one.id === id)?.name ?? '').filter(Boolean).join(w.comma) || '–'}</p>
              <div className="row wrap" style={{ gap: 4 }}>
                {[...team.languages.map((one) => (one === 'zh' ? '中文' : one === 'en' ? 'English' : one)), ...team.topics].map((one) => (
                  <Badge key={one}>{one}</Badge>
                ))}
              </div>
            </div>
            <IconButton small label={`${w.edit}: ${team.name}`} icon={Pencil} onClick={() => setEditing(team)} />
            <IconButton small label={`${w.remove}: ${team.name}`} icon={Trash2} onClick={() => setDoomed(team)} />
          </li>
        ))}
      </ul>
      {editing ? (
        <TeamDialog
          team={editing === 'new' ? undefined : editing}
          members={members.data ?? []}
          onClose={() => setEditing(undefined)}
          onDone={() => {
            setEditing(undefined);
            refresh();
          }}
        />
      ) : null}
      {doomed ? <Confirm text={a.sure(doomed.name)} action={w.remove} onClose={() => setDoomed(undefined)} onConfirm={() => remove.mutate(doomed.id)} /> : null}
    </div>
  );
}

function TeamDialog({ team, members, onClose, onDone }: { team: AdminTeam | undefined; members: Member[]; onClose: () => void; onDone: () => void }) {
  const w = useWords();
  const a = useAdminWords();
  const [fields, setFields] = useState<calls.TeamFields>(team ?? { name: '', members: [], topics: [], languages: [] });
  const put = (change: Partial<calls.TeamFields>) => setFields({ ...fields, ...change });
  const toggle = (list: string[], value: string) => (list.includes(value) ? list.filter((one) => one !== value) : [...list, value]);
  const save = useMutation({ mutationFn: () => calls.saveTeam(team?.id, { name: fields.name.trim(), members: fields.members, topics: fields.topics, languages: fields.languages }), onSuccess: onDone, onError: complain });
  return (
    <Dialog open onOpenChange={onClose} title={team ? team.name : a.team.addTeam}>
      <form
        className="stack"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextField label={a.inboxes.name} required maxLength={80} autoFocus value={fields.name} onChange={(event) => put({ name: event.target.value })} />
        <div className="field" role="group" aria-label={a.team.members}>
          <span className="label">{a.team.members}</span>
          <div className="row wrap" style={{ gap: 16 }}>
            {members.map((one) => (
              <Check key={one.id} label={one.name} checked={fields.members.includes(one.id)} onChange={() => put({ members: toggle(fields.members, one.id) })} />
            ))}
          </div>
        </div>
        <div className="field" role="group" aria-label={a.team.languages}>
          <span className="label">{a.team.languages}</span>
          <div className="row" style={{ gap: 16 }}>
            {LANGUAGES.map((one) => (
              <Check key={one.value} label={one.label} checked={fields.languages.includes(one.value)} onChange={() => put({ languages: toggle(fields.languages, one.value) })} />
            ))}
          </div>
        </div>
        <TextField label={a.team.topics} defaultValue={fields.topics.join(', ')} onBlur={(event) => put({ topics: listed(event.target.value) })} />
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
