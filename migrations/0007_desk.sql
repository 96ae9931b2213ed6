-- More of the projection: who waits for the first answer of the agent whom routing chose, and who was named in notes.

alter table conversations add column unanswered_since bigint;

create table mentions (
    workspace uuid not null references workspaces (id),
    conversation uuid not null references conversations (id),
    agent uuid not null,
    -- Place and time of the note.
    seq bigint not null,
    at bigint not null,
    -- The agent has looked at it. Not in the events; losing it costs a second look.
    seen integer not null default 0,
    primary key (conversation, agent, seq)
);
create index mentions_agent on mentions (workspace, agent);
create index mentions_unseen on mentions (workspace, agent) where seen = 0;
