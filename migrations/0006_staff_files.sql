-- What agents upload to send it. Which file an agent may name in a message is decided by this table: a hash alone, which
-- could be that of somebody's document, opens nothing.

create table staff_files (
    workspace uuid not null references workspaces (id),
    -- SHA-256 of the bytes.
    hash text not null,
    agent uuid not null references agents (id),
    name text not null,
    media_type text not null,
    bytes bigint not null,
    created_at bigint not null,
    primary key (workspace, hash)
);
