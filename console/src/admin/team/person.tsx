// Inviting or changing a person, and the password that is shown once.
import { useMutation } from '@tanstack/react-query';
import { CircleAlert, KeyRound } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import * as admin from '../../api/admin';
import type { AdminTeam, Colleague, ColleagueWanted } from '../../api/admin-wire';
import type { Role } from '../../api/wire';
import { Banner, Button } from '../../kit/basics';
import { TextField } from '../../kit/fields';
import { Dialog } from '../../kit/dialog';
import { useMe } from '../../shell/me';
import { useWords } from '../../words';
import { useAdminWords } from '../../words/admin';
import { Choice, Several, Tags } from '../inputs';
import { complaints, CopyBox } from '../parts';

const ROLES: Role[] = ['agent', 'qa', 'admin', 'owner'];
const FRESH: ColleagueWanted = { name: '', email: '', role: 'agent', teams: [], skills: { languages: [], topics: [] }, capacity: 5 };

export function PersonForm({ one, teams, onClose, onInvited, onChanged }: { one?: Colleague; teams: AdminTeam[]; onClose: () => void; onInvited?: (made: { agent: Colleague; password: string }) => void; onChanged?: () => void }) {
  const w = useWords();
  const a = useAdminWords();
  const { me } = useMe();
  const [wanted, setWanted] = useState<ColleagueWanted>(one ? { name: one.name, email: one.email, role: one.role, teams: one.teams, skills: one.skills, capacity: one.capacity } : FRESH);
  const put = (change: Partial<ColleagueWanted>) => setWanted({ ...wanted, ...change });
  const save = useMutation({
    mutationFn: async () => {
      const clean = { ...wanted, name: wanted.name.trim(), email: wanted.email.trim() };
      if (one) {
        await admin.changeColleague(one.id, clean);
        onChanged?.();
      } else onInvited?.(await admin.invite(clean));
    },
  });
  const wrong = complaints(save.error);
  // Nobody gives more than they have.
  const roles = ROLES.filter((role) => role !== 'owner' || me.role === 'owner');
  return (
    <Dialog open onOpenChange={onClose} wide title={one ? a.team.editTitle(one.name) : a.team.invite} {...(one ? {} : { hint: a.team.inviteHint })}>
      <form
        className="stack person-form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {save.error && wrong.size === 0 ? (
          <Banner tone="bad" icon={CircleAlert} role="alert">
            {save.error.message}
          </Banner>
        ) : null}
        <div className="two">
          <TextField label={a.team.name} hint={a.team.nameHint} value={wanted.name} maxLength={80} required autoFocus={!one} onChange={(event) => put({ name: event.target.value })} error={wrong.get('name')} />
          <TextField label={a.team.email} type="email" value={wanted.email} maxLength={254} required onChange={(event) => put({ email: event.target.value })} error={wrong.get('email')} />
        </div>
        <Choice label={a.team.role} value={wanted.role} disabled={one?.id === me.id} onChange={(role) => put({ role })} options={roles.map((role) => ({ value: role, label: w.roles[role], hint: a.team.roleHints[role] }))} />
        <Several label={a.team.memberOf} value={wanted.teams} onChange={(chosen) => put({ teams: chosen })} options={teams.map((team) => ({ value: team.id, label: team.name }))} empty={a.team.noTeams} />
        <div className="two">
          <Several
            label={a.team.languages}
            value={wanted.skills.languages}
            onChange={(languages) => put({ skills: { ...wanted.skills, languages } })}
            options={[
              { value: 'en', label: a.languages.en },
              { value: 'zh', label: a.languages.zh },
            ]}
            empty=""
          />
          <Tags label={a.team.topics} hint={a.team.topicsHint} value={wanted.skills.topics} onChange={(topics) => put({ skills: { ...wanted.skills, topics } })} />
        </div>
        <div className="narrow-field">
          <TextField label={a.team.capacity} hint={a.team.capacityHint} type="number" min={1} max={100} value={wanted.capacity} onChange={(event) => put({ capacity: Math.round(Number(event.target.value)) })} error={wrong.get('capacity')} />
        </div>
        <div className="dialog-foot">
          <Button onClick={onClose}>{w.cancel}</Button>
          <Button look="primary" type="submit" busy={save.isPending} disabled={wanted.name.trim() === '' || wanted.email.trim() === ''}>
            {one ? w.save : a.team.inviteGo}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** A generated password, which exists in readable form only here and now. */
export function Once({ name, email, password, onClose }: { name: string; email: string; password: string; onClose: () => void }) {
  const a = useAdminWords();
  return (
    <Dialog open onOpenChange={onClose} title={a.team.invited(name)} hint={a.team.onceHint(name)}>
      <div className="stack">
        <Banner tone="warn" icon={KeyRound}>
          {a.team.once}
        </Banner>
        <dl className="once">
          <dt>{a.team.signInAt}</dt>
          <dd>
            <CopyBox text={`${window.location.origin}/console`} label={a.team.signInAt} />
          </dd>
          <dt>{a.team.email}</dt>
          <dd>
            <CopyBox text={email} label={a.team.email} />
          </dd>
          <dt>{a.team.password}</dt>
          <dd>
            <CopyBox text={password} label={a.team.password} />
          </dd>
        </dl>
        <div className="dialog-foot">
          <Button look="primary" onClick={onClose}>
            {a.done}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
