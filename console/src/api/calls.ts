// Every call that the desk makes, by name.
import { call, query, type ProblemWire } from './client';
import type * as wire from './wire';

const D = '/api/v1/desk';
const at = (id: string) => `${D}/conversations/${encodeURIComponent(id)}`;
export type Acted = { row: wire.Row };

export const signIn = (email: string, password: string) => call<wire.Me>('POST', `${D}/session`, { email, password });
export const signOut = () => call<void>('DELETE', `${D}/session`);
export const me = () => call<wire.Me>('GET', `${D}/me`);
export interface MeChange {
  name?: string;
  language?: wire.Language;
  presence?: wire.Presence;
  settings?: wire.Settings;
  password?: { old: string; new: string };
}
export const changeMe = (change: MeChange) => call<wire.Me>('PATCH', `${D}/me`, change);

export const conversations = (filter: wire.Filter, cursor?: string, signal?: AbortSignal) =>
  call<wire.ListPage>('GET', `${D}/conversations${query({ ...filter, cursor, limit: 50 })}`, undefined, signal);
export const conversation = (id: string, signal?: AbortSignal) => call<wire.Conversation>('GET', at(id), undefined, signal);
/** Events before one that is known; a conversation is loaded from its end. */
export const earlierEvents = async (id: string, before: number) => (await call<wire.Conversation>('GET', `${at(id)}?before=${before}`)).events;
export const passage = (id: string, chunk: string) => call<wire.PassageText>('GET', `${at(id)}/passages/${encodeURIComponent(chunk)}`);

export type Action =
  | { do: 'claim' }
  | { do: 'release'; to: 'queue' | 'bot' }
  | { do: 'transfer'; to: { team: string } | { agent: string }; note: string }
  | { do: 'snooze'; until: string }
  | { do: 'wake' }
  | { do: 'resolve' }
  | { do: 'reopen' }
  | { do: 'priority'; priority: wire.Priority }
  | { do: 'labels'; add: string[]; remove: string[] };

export function act(id: string, action: Action): Promise<Acted> {
  const { do: name, ...body } = action;
  return call<Acted>('POST', `${at(id)}/${name}`, body);
}

export type Done = { id: string; ok: true; problem?: never } | { id: string; ok: false; problem: ProblemWire };

/** The same for up to a hundred conversations; each has its own answer. */
export function bulk(ids: string[], { do: action, ...rest }: Action): Promise<Done[]> {
  return call<Done[]>('POST', `${D}/conversations/bulk`, { ids, do: { action, ...rest } });
}

export interface Outgoing {
  client_id: string;
  text: string;
  attachments: wire.Attachment[];
  citations?: wire.Citation[];
  expected_seq?: number;
}
export const say = (id: string, message: Outgoing) => call<{ seq: number; row: wire.Row }>('POST', `${at(id)}/messages`, bare(message));
export const note = (id: string, text: string, mentions: string[]) => call<Acted>('POST', `${at(id)}/notes`, { text, mentions });
export const seen = (id: string, through: number) => call<void>('POST', `${at(id)}/seen`, { through });
export const typing = (id: string) => call<void>('POST', `${at(id)}/typing`, {});

export const draft = (id: string, instruction?: string) => call<wire.Draft>('POST', `${at(id)}/draft`, instruction ? { instruction } : {});
export const judgeDraft = (id: string, outcome: wire.DraftOutcome, text: string) => call<void>('POST', `${at(id)}/drafts`, { outcome, draft: text });
export type Rewriting = 'shorter' | 'friendlier' | 'formal' | 'fix';
export const rewrite = (id: string, text: string, how: Rewriting) => call<wire.Reworded>('POST', `${at(id)}/rewrite`, { text, how });
export const translate = (id: string, text: string, to: wire.Language) => call<wire.Reworded>('POST', `${at(id)}/translate`, { text, to });
export const summarise = (id: string) => call<wire.Summary>('POST', `${at(id)}/summarise`, {});

export function attach(file: File): Promise<wire.Attachment> {
  const form = new FormData();
  form.set('file', file, file.name);
  return call<wire.Attachment>('POST', `${D}/attachments`, form);
}
export const attachmentUrl = (file: wire.Attachment) => file.url ?? `${D}/attachments/${file.hash}`;

export const agents = () => call<wire.Agent[]>('GET', `${D}/agents`);
export const teams = () => call<wire.Team[]>('GET', `${D}/teams`);
export const contacts = (q: string, cursor?: string) => call<wire.ContactPage>('GET', `${D}/contacts${query({ q, cursor })}`);
export const contact = (id: string) => call<wire.Contact>('GET', `${D}/contacts/${encodeURIComponent(id)}`);
/** Attributes by key: what is named is set, `null` removes, the rest stays as it is now. */
export type ContactChange = Partial<Pick<wire.Contact, 'name' | 'email' | 'phone' | 'attributes' | 'notes'>>;
export const changeContact = (id: string, change: ContactChange) => call<wire.Contact>('PATCH', `${D}/contacts/${encodeURIComponent(id)}`, change);
export const contactConversations = (id: string) => call<wire.Row[]>('GET', `${D}/contacts/${encodeURIComponent(id)}/conversations`);

/** Labels that are in use, the commonest first. */
export const labels = () => call<{ label: string; count: number }[]>('GET', `${D}/labels`);

export const canned = () => call<wire.Canned[]>('GET', `${D}/canned`);
export const saveCanned = (one: Omit<wire.Canned, 'id'> & { id?: string }) => {
  const { id, ...body } = one;
  return id === undefined ? call<wire.Canned>('POST', `${D}/canned`, body) : call<wire.Canned>('PUT', `${D}/canned/${id}`, body);
};
export const deleteCanned = (id: string) => call<void>('DELETE', `${D}/canned/${id}`);

export const views = () => call<wire.SavedView[]>('GET', `${D}/views`);
export const saveView = (name: string, shared: boolean, filter: wire.Filter) => call<wire.SavedView>('POST', `${D}/views`, { name, shared, filter });
export const deleteView = (id: string) => call<void>('DELETE', `${D}/views/${id}`);

export const search = (q: string, signal?: AbortSignal) => call<wire.Found>('GET', `${D}/search${query({ q })}`, undefined, signal);

/** Names of the shops that customers write from. */
export const inboxNames = () => call<{ key: string; name: string }[]>('GET', `${D}/inboxes`);

/** An attachment goes back as it was given, without the address that the server made for us. */
function bare(message: Outgoing): Outgoing {
  const attachments = message.attachments.map(({ hash, name, media_type, bytes }) => ({ hash, name, media_type, bytes }));
  return { ...message, attachments };
}

/** The first page of one's own conversations: for the counters and the number in the title. */
export const mine = () => call<wire.ListPage>('GET', `${D}/conversations${query({ view: 'mine', limit: 50 })}`);
