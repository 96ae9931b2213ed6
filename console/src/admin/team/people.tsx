// The people: invite, change, give a new password, remove.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, KeyRound, Pencil, UserPlus, Users, UserX } from 'lucide-react';
import { useState } from 'react';
import * as admin from '../../api/admin';
import * as calls from '../../api/calls';
import type { Colleague } from '../../api/admin-wire';
import type { Role } from '../../api/wire';
import { Avatar, Badge, Button, Empty, IconButton, type Tone } from '../../kit/basics';
import { Menu, type MenuPart } from '../../kit/layers';
import { Table } from '../../kit/table';
import { complain, toast } from '../../kit/toast';
import { useMe } from '../../shell/me';
import { useWords } from '../../words';
import { useAdminWords } from '../../words/admin';
import { Confirm, Failed, Loading } from '../parts';
import { Once, PersonForm } from './person';

const TONES: Record<Role, Tone> = { owner: 'accent', admin: 'info', agent: 'plain', qa: 'note' };

type Doing = { what: 'invite' } | { what: 'edit' | 'password' | 'remove'; one: Colleague } | { what: 'once'; name: string; email: string; password: string };

export function People() {
  const w = useWords();
  const a = useAdminWords();
  const client = useQueryClient();
  const { me } = useMe();
  const people = useQuery({ queryKey: ['admin', 'agents'], queryFn: admin.colleagues, staleTime: 0 });
  const teams = useQuery({ queryKey: ['admin', 'teams'], queryFn: admin.teams });
  const desk = useQuery({ queryKey: ['agents'], queryFn: calls.agents, staleTime: 15_000 });
  const now = (id: string) => desk.data?.find((other) => other.id === id);
  const [doing, setDoing] = useState<Doing>();
  const close = () => setDoing(undefined);
  const refresh = () => {
    void client.invalidateQueries({ queryKey: ['admin'] });
    void client.invalidateQueries({ queryKey: ['agents'] });
  };
  const password = useMutation({
    mutationFn: (one: Colleague) => admin.freshPassword(one.id),
    onSuccess: (made, one) => setDoing({ what: 'once', name: one.name, email: one.email, password: made.password }),
    onError: complain,
  });
  const remove = useMutation({
    mutationFn: (one: Colleague) => admin.removeColleague(one.id),
    onSuccess: (_, one) => {
      toast(a.team.removed(one.name));
      close();
      refresh();
    },
    onError: complain,
  });
  const teamName = (id: string) => teams.data?.find((team) => team.id === id)?.name;
  return (
    <div className="admin-stack">
      <div className="row">
        <span className="grow" />
        <Button look="primary" icon={UserPlus} onClick={() => setDoing({ what: 'invite' })}>
          {a.team.invite}
        </Button>
      </div>
      {people.isError ? <Failed error={people.error} again={() => void people.refetch()} /> : null}
      {people.isPending ? <Loading lines={5} /> : null}
      {people.data?.length === 0 ? (
        <div className="card">
          <Empty icon={Users} title={a.team.nobody} />
        </div>
      ) : null}
      {people.data && people.data.length > 0 ? (
        <Table columns={[a.team.name, a.team.role, a.team.memberOf, a.team.skills, a.team.capacityShort, { name: a.actions, said: true }]}>
          {people.data.map((one) => {
            const present = now(one.id);
            return (
            <tr key={one.id}>
              <td>
                <div className="row">
                  <Avatar name={one.name} presence={present?.presence} />
                  <span className="grow">
                    <span className="row">
                      <strong className="clip">{one.name}</strong>
                      {one.id === me.id ? <Badge>{a.team.you}</Badge> : null}
                    </span>
                    <span className="small muted clip">
                      {one.email}
                      {present ? ` · ${w.presence[present.presence]}` : ''}
                    </span>
                  </span>
                </div>
              </td>
              <td>
                <Badge tone={TONES[one.role]} title={a.team.roleHints[one.role]}>
                  {w.roles[one.role]}
                </Badge>
              </td>
              <td>{chips(one.teams.map((id) => teamName(id) ?? '').filter(Boolean))}</td>
              <td>{chips([...one.skills.languages.map((tag) => (tag === 'en' || tag === 'zh' ? a.languages[tag] : tag)), ...one.skills.topics])}</td>
              <td className="num nowrap">{present ? a.team.load(present.load, one.capacity) : one.capacity}</td>
              <td className="end">
                <Menu trigger={<IconButton small label={`${a.actions}: ${one.name}`} icon={Ellipsis} />} parts={parts(one)} />
              </td>
            </tr>
            );
          })}
        </Table>
      ) : null}
      {doing?.what === 'invite' ? (
        <PersonForm
          teams={teams.data ?? []}
          onClose={close}
          onInvited={(made) => {
            setDoing({ what: 'once', name: made.agent.name, email: made.agent.email, password: made.password });
            refresh();
          }}
        />
      ) : null}
      {doing?.what === 'edit' ? (
        <PersonForm
          one={doing.one}
          teams={teams.data ?? []}
          onClose={close}
          onChanged={() => {
            toast(a.saved);
            close();
            refresh();
          }}
        />
      ) : null}
      {doing?.what === 'password' ? <Confirm title={a.team.passwordTitle(doing.one.name)} hint={a.team.passwordWarning} go={a.team.newPassword} danger={false} busy={password.isPending} onGo={() => password.mutate(doing.one)} onClose={close} /> : null}
      {doing?.what === 'remove' ? <Confirm title={a.team.removeTitle(doing.one.name)} hint={a.team.removeHint} go={a.team.remove} busy={remove.isPending} onGo={() => remove.mutate(doing.one)} onClose={close} /> : null}
      {doing?.what === 'once' ? <Once {...doing} onClose={close} /> : null}
    </div>
  );

  function parts(one: Colleague): MenuPart[] {
    // Owners are changed by owners only; nobody removes themselves.
    const above = one.role === 'owner' && me.role !== 'owner';
    return [
      { key: 'edit', label: a.team.edit, icon: Pencil, disabled: above, onSelect: () => setDoing({ what: 'edit', one }) },
      { key: 'password', label: a.team.newPassword, icon: KeyRound, disabled: above || one.id === me.id, onSelect: () => setDoing({ what: 'password', one }) },
      'line',
      { key: 'remove', label: a.team.remove, icon: UserX, disabled: above || one.id === me.id, onSelect: () => setDoing({ what: 'remove', one }) },
    ];
  }
}

function chips(names: string[]) {
  if (names.length === 0) return <span className="muted">–</span>;
  return (
    <span className="row wrap marks">
      {names.map((name) => (
        <Badge key={name}>{name}</Badge>
      ))}
    </span>
  );
}
