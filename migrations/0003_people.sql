-- People: those who answer, in which teams, with which sessions; those who ask; and what lists of conversations need.

create table agents (
    id uuid not null primary key,
    workspace uuid not null references workspaces (id),
    name text not null,
    -- Lower case: an address is one account however it is typed.
    email text not null,
    role text not null,
    -- PHC string of argon2id.
    password text not null,
    -- The password was made by the house or by an administrator and should be replaced.
    must_change integer not null default 0,
    language text not null default 'en',
    -- What the agent chose: online, busy or away. Whether somebody is there at all says `live_at`.
    presence text not null default 'online',
    capacity integer not null,
    -- JSON lists: languages and topics that the agent can take.
    languages text not null default '[]',
    topics text not null default '[]',
    -- The console's own settings: free JSON.
    settings text not null default '{}',
    -- When a console of this agent was last known to be open.
    live_at bigint not null default 0,
    -- When routing last gave this agent something, for taking turns.
    routed_at bigint not null default 0,
    created_at bigint not null,
    -- Who left keeps their name on what they said, and nothing else.
    disabled_at bigint
);
create unique index agents_email on agents (workspace, email);

-- Only the hash of a token is kept: who reads the database cannot sign in with it.
create table sessions (
    hash text not null primary key,
    agent uuid not null references agents (id),
    created_at bigint not null,
    seen_at bigint not null
);
create index sessions_agent on sessions (agent);

create table teams (
    id uuid not null primary key,
    workspace uuid not null references workspaces (id),
    name text not null,
    -- JSON lists: what routing sends here.
    topics text not null default '[]',
    languages text not null default '[]',
    created_at bigint not null
);
create unique index teams_name on teams (workspace, name);

create table team_members (
    team uuid not null references teams (id),
    agent uuid not null references agents (id),
    primary key (team, agent)
);
create index team_members_agent on team_members (agent);

-- Customers as the business knows them. A conversation names its customer from the start; the row comes with the first
-- thing that is known.
create table contacts (
    id uuid not null primary key,
    workspace uuid not null references workspaces (id),
    name text not null default '',
    email text not null default '',
    phone text not null default '',
    -- The business's own name for the person; only with a proof, see `verified`.
    external_id text,
    verified integer not null default 0,
    -- JSON object.
    attributes text not null default '{}',
    notes text not null default '',
    language text not null default '',
    created_at bigint not null,
    updated_at bigint not null
);
create unique index contacts_external on contacts (workspace, external_id) where external_id is not null;
create index contacts_recent on contacts (workspace, updated_at);

create table canned (
    id uuid not null primary key,
    workspace uuid not null references workspaces (id),
    -- Whose it is; `shared` ones are everybody's to use.
    agent uuid not null references agents (id),
    shared integer not null,
    shortcut text not null,
    title text not null,
    body text not null,
    language text,
    created_at bigint not null
);
create index canned_workspace on canned (workspace, shortcut);

create table views (
    id uuid not null primary key,
    workspace uuid not null references workspaces (id),
    agent uuid not null references agents (id),
    shared integer not null,
    name text not null,
    -- JSON: the query of the list.
    filter text not null,
    created_at bigint not null
);
create index views_workspace on views (workspace, created_at);

-- More of the projection. `projection` counts what it knows: rows of before are made again from their events at the start.
alter table conversations add column projection integer not null default 1;
alter table conversations add column team uuid;
-- Who let it go last: routing gives it to somebody else if it can.
alter table conversations add column let_go_by uuid;
alter table conversations add column priority integer not null default 1;
alter table conversations add column queued_since bigint;
alter table conversations add column waiting_since bigint;
alter table conversations add column snoozed_until bigint;
-- Labels between bars, `|vip|refund|`, so that one can be looked for.
alter table conversations add column labels text not null default '';
-- The last message: place, time, who, its beginning, number of files. A conversation without a time is in no list.
alter table conversations add column said_seq bigint;
alter table conversations add column said_at bigint;
alter table conversations add column said_by text;
alter table conversations add column said text;
alter table conversations add column said_files integer not null default 0;
alter table conversations add column unread integer not null default 0;
alter table conversations add column escalated_at bigint;
alter table conversations add column escalated_kind text;
alter table conversations add column escalated_rule text;
alter table conversations add column rating integer;

create index conversations_open on conversations (workspace, owner, agent) where status = 'open';
create index conversations_said on conversations (workspace, status, said_at);
create index conversations_customer on conversations (customer);
create index conversations_snoozed on conversations (snoozed_until) where snoozed_until is not null;
-- Lists go by what was said last; an index that every append writes and nobody reads is no help.
drop index conversations_recent;
