// Files, rating, the end of what nobody goes on with, and the team that gets what the bot gives up.
import { useQuery } from '@tanstack/react-query';
import * as calls from '../../api/calls';
import { SelectField, TextField } from '../../kit/fields';
import { Switch } from '../../kit/switch';
import { useAdminWords } from '../../words/admin';
import { Tags } from '../inputs';
import type { Draft } from './edit';

export function Rules({ settings, put, wrong }: Draft) {
  const a = useAdminWords();
  const teams = useQuery({ queryKey: ['teams'], queryFn: calls.teams });
  const { uploads } = settings;
  const set = (change: Partial<typeof uploads>) => put({ uploads: { ...uploads, ...change } });
  return (
    <div className="admin-form wide">
      <Switch label={a.inboxes.uploads} checked={uploads.enabled} onChange={(enabled) => set({ enabled })} />
      {uploads.enabled ? (
        <>
          <div className="narrow-field">
            <TextField label={a.inboxes.maxMib} type="number" min={1} max={64} value={uploads.max_mib} onChange={(event) => set({ max_mib: Math.round(Number(event.target.value)) })} error={wrong.get('uploads.max_mib')} />
          </div>
          <Tags label={a.inboxes.types} hint={a.inboxes.typesHint} value={uploads.types} clean={(text) => text.toLowerCase()} onChange={(types) => set({ types })} error={wrong.get('uploads.types')} />
        </>
      ) : null}
      <Switch label={a.inboxes.csat} checked={settings.csat} onChange={(csat) => put({ csat })} />
      <div className="narrow-field">
        <TextField
          label={a.inboxes.idle}
          hint={a.inboxes.idleHint}
          type="number"
          min={0}
          max={8760}
          value={settings.resolve_idle_hours}
          onChange={(event) => put({ resolve_idle_hours: Math.round(Number(event.target.value)) })}
          error={wrong.get('resolve_idle_hours')}
        />
      </div>
      <div className="narrow-field">
        <SelectField
          label={a.inboxes.team}
          value={settings.team ?? ''}
          onChange={(event) => put({ team: event.target.value === '' ? null : event.target.value })}
          options={[{ value: '', label: a.inboxes.everybody }, ...(teams.data ?? []).map((team) => ({ value: team.id, label: team.name }))]}
          error={wrong.get('team')}
        />
      </div>
    </div>
  );
}
