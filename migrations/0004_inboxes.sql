-- What a business sets up: its doors, and who changed what. Times are milliseconds
-- since 1970 in UTC; JSON is text.

create table inboxes (
    id uuid not null primary key,
    workspace uuid not null references workspaces (id),
    -- Named by websites and by conversations, so it stays when the inbox is renamed.
    key text not null,
    name text not null,
    channel text not null,
    -- JSON of InboxSettings.
    settings text not null,
    -- Signs who a customer is. It has to be known in the clear, because the shop's server signs with the same one.
    secret text,
    created_at bigint not null,
    changed_at bigint not null
);
create unique index inboxes_by_key on inboxes (workspace, key);

-- Only ever added to. The number orders entries of the same millisecond.
create table audit (
    id integer not null primary key,
    workspace uuid not null references workspaces (id),
    at bigint not null,
    -- The agent; nothing when the administrator's token was used.
    who uuid,
    who_name text not null,
    ip text not null,
    action text not null,
    what text not null,
    -- JSON, with secrets masked before they come here.
    before text,
    after text
);
