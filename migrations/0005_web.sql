-- What customers upload. A file's bytes lie once under data/blobs, whoever sent them; who may read them is decided by this
-- table: a file can be sent and read only in a conversation into which it was uploaded.

create table attachments (
    conversation uuid not null references conversations (id),
    -- SHA-256 of the bytes.
    hash text not null,
    name text not null,
    media_type text not null,
    bytes bigint not null,
    created_at bigint not null,
    primary key (conversation, hash)
);
