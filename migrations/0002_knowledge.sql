-- Documents, what they became, and which of it can be seen.
--
-- Nothing is ever overwritten: a document has revisions, a revision has placements of chunks, and a knowledge version is the
-- set of revisions whose interval holds it. So publishing, deleting, replacing and rolling back are one step: close some
-- intervals, open others, move one pointer. Times are milliseconds since 1970 in UTC.

create table documents (
    id uuid not null primary key,
    workspace uuid not null,
    -- File name or address. One name is one document, so that uploading a file again replaces it.
    name text not null,
    created_at bigint not null,
    -- A deleted document keeps its revisions for rolling back; uploading its name again revives it.
    deleted_at bigint,
    -- Number of the newest revision.
    newest bigint not null
);
create unique index documents_by_name on documents (workspace, name);

create table revisions (
    id uuid not null primary key,
    workspace uuid not null,
    document uuid not null references documents (id),
    -- Counts from 1 within the document: a lower number never replaces a higher one.
    number bigint not null,
    -- SHA-256 of the bytes in hex; also the name of the blob.
    hash text not null,
    bytes bigint not null,
    -- queued, reading, cut, embedding, ready, failed, superseded. Rows in the first four are work that is due.
    state text not null,
    -- Why it failed: a stable word that has a sentence in each language, and what is special in this case.
    code text,
    detail text,
    title text,
    language text,
    -- JSON list of {code, message}.
    warnings text not null default '[]',
    text_bytes bigint not null default 0,
    chunks bigint not null default 0,
    -- Vectors that it needs, and those that are there.
    vectors_goal bigint not null default 0,
    vectors bigint not null default 0,
    -- The model whose vectors are complete; null when there was none.
    embedded_with text,
    -- Whether the search index holds its chunks: no, wanted, yes, drop. A change of the index is announced here before it is
    -- made and confirmed after, so that a crash between leaves a row that is due and never a silent difference.
    indexed text not null default 'no',
    uploaded_at bigint not null,
    finished_at bigint,
    -- Work that failed for a passing reason waits until then.
    due_at bigint not null,
    attempts bigint not null default 0,
    lease_until bigint not null default 0,
    lease_holder uuid
);
create unique index revisions_by_number on revisions (document, number);
-- Few rows are work, all others are history: the queues stay small whatever the archive holds.
create index revisions_to_read on revisions (due_at, id) where state in ('queued', 'reading');
create index revisions_to_publish on revisions (workspace, id) where state = 'cut';
create index revisions_to_embed on revisions (workspace, id) where state = 'embedding';
create index revisions_to_index on revisions (indexed) where indexed in ('wanted', 'drop');

-- The extracted text of a revision: offsets of chunks and citations point into it.
create table texts (
    revision uuid not null primary key references revisions (id),
    text text not null
);

-- A chunk is named by its content, so equal pieces of two documents or two revisions are one row and one vector.
create table chunks (
    workspace uuid not null,
    name text not null,
    -- Title of the document, which is part of what the name covers.
    title text not null,
    -- JSON list of headings, outermost first.
    heading text not null,
    question text,
    text text not null,
    tokens bigint not null,
    language text not null,
    primary key (workspace, name)
);

create table placements (
    revision uuid not null references revisions (id),
    ordinal bigint not null,
    workspace uuid not null,
    chunk text not null,
    start_byte bigint not null,
    end_byte bigint not null,
    primary key (revision, ordinal)
);
create index placements_by_chunk on placements (workspace, chunk);

-- Little-endian f32. The model is part of the key: vectors of two models never mix.
create table vectors (
    workspace uuid not null,
    chunk text not null,
    model text not null,
    vector bytea not null,
    primary key (workspace, chunk, model)
);

create table knowledge_versions (
    workspace uuid not null,
    version bigint not null,
    at bigint not null,
    -- publish, delete, rollback.
    cause text not null,
    -- The version that a rollback restored.
    restored bigint,
    -- Documents that can be seen in it, and how many revisions came and went.
    documents bigint not null,
    added bigint not null,
    removed bigint not null,
    primary key (workspace, version)
);

-- A revision can be seen in version v when from_version <= v and v < to_version. An open end is the largest bigint.
create table visibility (
    workspace uuid not null,
    document uuid not null references documents (id),
    revision uuid not null references revisions (id),
    from_version bigint not null,
    to_version bigint not null,
    primary key (revision, from_version)
);
create index visibility_by_end on visibility (workspace, to_version, from_version);
-- Two revisions of one document cannot be seen at once, whatever the code above believes.
create unique index visibility_one_open on visibility (document) where to_version = 9223372036854775807;

-- The one pointer that publishing moves.
create table published (
    workspace uuid not null primary key,
    version bigint not null,
    -- What the search index must hold at least; an index that says less was lost or is older and is made again.
    index_version bigint not null default 0,
    -- The model of the vectors in the search index.
    index_model text
);
