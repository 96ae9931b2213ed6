// Every call that the administrative pages make, by name.
import { call, Problem, query, readText } from './client';
import type * as wire from './admin-wire';

const A = '/api/v1/admin';
const DOCUMENTS = '/api/v1/documents';
const part = encodeURIComponent;

export const searching = () => call<wire.Searching>('GET', `${A}/search`);
export const checklist = () => call<wire.Step[]>('GET', `${A}/checklist`);

export const PAGE = 200;
export const documents = (after: string, signal?: AbortSignal) => call<wire.Doc[]>('GET', `${DOCUMENTS}${query({ after })}`, undefined, signal);
export const document = (id: string) => call<wire.Doc>('GET', `${DOCUMENTS}/${part(id)}`);
export const documentText = (id: string) => readText(`${DOCUMENTS}/${part(id)}/text`);
export const chunks = (id: string, from: number) => call<wire.Chunk[]>('GET', `${DOCUMENTS}/${part(id)}/chunks${query({ from })}`);
export const revisions = (id: string) => call<wire.Revision[]>('GET', `${DOCUMENTS}/${part(id)}/revisions`);
export const difference = (id: string, from: number, to: number) => call<wire.Difference>('GET', `${DOCUMENTS}/${part(id)}/diff${query({ from, to })}`);
export const retry = (id: string) => call<void>('POST', `${DOCUMENTS}/${part(id)}/retry`);
export const removeDocument = (id: string) => call<{ version: number }>('DELETE', `${DOCUMENTS}/${part(id)}`);
export const versions = (before?: number) => call<wire.Version[]>('GET', `/api/v1/versions${query({ before })}`);
export const rollBack = (version: number) => call<{ version: number }>('POST', `/api/v1/versions/${version}/rollback`);

/** Sends one file. A refusal is an answer here, not a failure. */
export async function upload(file: File): Promise<wire.Received> {
  const form = new FormData();
  form.set('file', file, file.name);
  try {
    return await call<wire.Received>('POST', DOCUMENTS, form);
  } catch (error) {
    if (error instanceof Problem && error.wire.refused) return { documents: [], refused: error.wire.refused };
    throw error;
  }
}

export const play = (question: string, mode: wire.SearchMode, limit: number) => call<wire.Played>('POST', `${A}/playground`, { question, mode, limit });

export const inboxes = () => call<wire.Inbox[]>('GET', `${A}/inboxes`);
export const inbox = (id: string) => call<wire.Inbox>('GET', `${A}/inboxes/${part(id)}`);
export const addInbox = (name: string) => call<wire.Inbox>('POST', `${A}/inboxes`, { name });
export const changeInbox = (id: string, name: string, settings: wire.InboxSettings) => call<wire.Inbox>('PUT', `${A}/inboxes/${part(id)}`, { name, settings });
export const removeInbox = (id: string) => call<void>('DELETE', `${A}/inboxes/${part(id)}`);
export const makeSecret = (id: string) => call<{ secret: string }>('POST', `${A}/inboxes/${part(id)}/secret`);

export const colleagues = () => call<wire.Colleague[]>('GET', `${A}/agents`);
export const invite = (wanted: wire.ColleagueWanted) => call<{ agent: wire.Colleague; password: string }>('POST', `${A}/agents`, wanted);
export const changeColleague = (id: string, wanted: Partial<wire.ColleagueWanted>) => call<wire.Colleague>('PATCH', `${A}/agents/${part(id)}`, wanted);
export const removeColleague = (id: string) => call<void>('DELETE', `${A}/agents/${part(id)}`);
export const freshPassword = (id: string) => call<{ password: string }>('POST', `${A}/agents/${part(id)}/password`);

export const teams = () => call<wire.AdminTeam[]>('GET', `${A}/teams`);
export const saveTeam = ({ id, ...wanted }: Omit<wire.AdminTeam, 'id'> & { id?: string }) => (id === undefined ? call<wire.AdminTeam>('POST', `${A}/teams`, wanted) : call<wire.AdminTeam>('PUT', `${A}/teams/${part(id)}`, wanted));
export const removeTeam = (id: string) => call<void>('DELETE', `${A}/teams/${part(id)}`);

export const policy = () => call<wire.Policy>('GET', `${A}/policy`);
export const writePolicy = (toml: string) => call<wire.Policy>('PUT', `${A}/policy`, { toml });
export const restorePolicy = () => call<wire.Policy>('DELETE', `${A}/policy`);
export const tryPolicy = (asked: { text: string; offered: boolean; toml?: string }) => call<wire.RuleVerdict>('POST', `${A}/policy/test`, asked);

export const model = () => call<wire.ModelSettings>('GET', `${A}/model`);
export const chooseModel = (wanted: wire.ModelWanted) => call<wire.ModelSettings>('PUT', `${A}/model`, wanted);
export const tryModel = (wanted: wire.ModelWanted) => call<wire.ModelTried>('POST', `${A}/model/test`, wanted);

export const audit = (cursor?: number) => call<wire.AuditPage>('GET', `${A}/audit${query({ cursor })}`);
