// Every call of the administration, by name.
import { call, query } from '../api/client';
import type * as wire from './wire';

const A = '/api/v1/admin';
const V = '/api/v1';
const part = encodeURIComponent;

export const documents = (after?: string) => call<wire.Doc[]>('GET', `${V}/documents${query({ after })}`);
export const document = (id: string) => call<wire.Doc>('GET', `${V}/documents/${part(id)}`);
export const deleteDocument = (id: string) => call<{ version: number }>('DELETE', `${V}/documents/${part(id)}`);
export const chunks = (id: string, from = 0) => call<wire.Chunk[]>('GET', `${V}/documents/${part(id)}/chunks?from=${from}`);
export const revisions = (id: string) => call<wire.Revision[]>('GET', `${V}/documents/${part(id)}/revisions`);
export const difference = (id: string, from: number, to: number) => call<wire.Difference>('GET', `${V}/documents/${part(id)}/diff?from=${from}&to=${to}`);
export const retry = (id: string) => call<void>('POST', `${V}/documents/${part(id)}/retry`);
export const versions = () => call<wire.Version[]>('GET', `${V}/versions`);
export const rollback = (version: number) => call<{ version: number }>('POST', `${V}/versions/${version}/rollback`);

export function upload(files: File[]): Promise<wire.Received> {
  const form = new FormData();
  for (const file of files) form.append('file', file, file.name);
  return call<wire.Received>('POST', `${V}/documents`, form);
}

/** All documents: the list comes in pages by name. */
export async function allDocuments(): Promise<wire.Doc[]> {
  const all: wire.Doc[] = [];
  for (;;) {
    const page = await documents(all.at(-1)?.name);
    all.push(...page);
    if (page.length < 200 || all.length > 10_000) return all;
  }
}

export const play = (question: string, mode: wire.SearchMode, limit: number) => call<wire.Played>('POST', `${A}/playground`, { question, mode, limit });

export const inboxes = () => call<wire.Inbox[]>('GET', `${A}/inboxes`);
export const inbox = (id: string) => call<wire.Inbox>('GET', `${A}/inboxes/${part(id)}`);
export const addInbox = (name: string) => call<wire.Inbox>('POST', `${A}/inboxes`, { name });
export const saveInbox = (id: string, name: string, settings: wire.InboxSettings) => call<wire.Inbox>('PUT', `${A}/inboxes/${part(id)}`, { name, settings });
export const deleteInbox = (id: string) => call<void>('DELETE', `${A}/inboxes/${part(id)}`);
export const newSecret = (id: string) => call<{ secret: string }>('POST', `${A}/inboxes/${part(id)}/secret`);

export const members = () => call<wire.Member[]>('GET', `${A}/agents`);
export type MemberFields = Omit<wire.Member, 'id'>;
export const addMember = (fields: MemberFields) => call<{ agent: wire.Member; password: string }>('POST', `${A}/agents`, fields);
export const changeMember = (id: string, fields: Partial<Omit<MemberFields, 'email'>>) => call<wire.Member>('PATCH', `${A}/agents/${part(id)}`, fields);
export const deleteMember = (id: string) => call<void>('DELETE', `${A}/agents/${part(id)}`);
export const newPassword = (id: string) => call<{ password: string }>('POST', `${A}/agents/${part(id)}/password`);

export const teams = () => call<wire.AdminTeam[]>('GET', `${A}/teams`);
export type TeamFields = Omit<wire.AdminTeam, 'id'>;
export const saveTeam = (id: string | undefined, fields: TeamFields) => (id ? call<wire.AdminTeam>('PUT', `${A}/teams/${part(id)}`, fields) : call<wire.AdminTeam>('POST', `${A}/teams`, fields));
export const deleteTeam = (id: string) => call<void>('DELETE', `${A}/teams/${part(id)}`);

export const policy = () => call<wire.Policy>('GET', `${A}/policy`);
export const savePolicy = (toml: string) => call<wire.Policy>('PUT', `${A}/policy`, { toml });
export const restorePolicy = () => call<wire.Policy | undefined>('DELETE', `${A}/policy`);
export const testPolicy = (text: string, toml?: string) => call<wire.Ruled>('POST', `${A}/policy/test`, { text, ...(toml === undefined ? {} : { toml }) });

export const model = () => call<wire.ModelSettings>('GET', `${A}/model`);
export const saveModel = (choice: wire.ModelChoice) => call<wire.ModelSettings>('PUT', `${A}/model`, choice);
export const testModel = (choice: wire.ModelChoice) => call<wire.Tried>('POST', `${A}/model/test`, choice);

export const audit = (cursor?: string) => call<wire.AuditPage>('GET', `${A}/audit${query({ cursor })}`);
export const checklist = () => call<{ key: wire.Step; done: boolean }[]>('GET', `${A}/checklist`);
