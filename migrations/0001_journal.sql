-- Workspaces, conversations and their events. Times are milliseconds since 1970 in UTC; JSON is text.

create table workspaces (
    id uuid not null primary key,
    name text not null,
    created_at bigint not null
);
-- A house begins with one business (`Store::open` writes its row, because the two databases spell an id differently);
-- every other row names the one it belongs to.

-- A projection of the events, written in the same transaction, so that work that is due and lists can be found. It can be
-- made again from the events at any time; only the lease is not in them, and losing a lease costs nothing but time.
create table conversations (
    id uuid not null primary key,
    workspace uuid not null references workspaces (id),
    -- Seq of the last event: an append names the one it saw, and fails when it is not the last any more.
    seq bigint not null,
    inbox text not null,
    channel text not null,
    customer uuid,
    language text not null,
    status text not null,
    owner text not null,
    agent uuid,
    opened_at bigint not null,
    last_at bigint not null,
    -- Seq and time of the customer's last message while the bot owes an answer to it.
    awaits bigint,
    awaits_since bigint,
    lease_until bigint not null default 0,
    lease_holder uuid
);
-- The bot's queue stays small whatever the archive holds.
create index conversations_due on conversations (awaits_since) where awaits is not null;
create index conversations_recent on conversations (workspace, last_at);

create table events (
    conversation uuid not null references conversations (id),
    seq bigint not null,
    workspace uuid not null,
    at bigint not null,
    type text not null,
    body text not null,
    primary key (conversation, seq)
);
