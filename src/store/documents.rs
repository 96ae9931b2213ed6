//! Documents: arriving under a name, listed with their state, counted.

use uuid::Uuid;

use super::versions::OPEN;
use super::{Error, Store, Writing};
use crate::model::id::{DocumentId, RevisionId, WorkspaceId};
use crate::model::time::Timestamp;

/// A file that is safe on the disk and wants a row.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub workspace: WorkspaceId,
    pub name: String,
    /// SHA-256 of the bytes, in hex.
    pub hash: String,
    pub bytes: u64,
    pub at: Timestamp,
    /// Ids for what may have to be made.
    pub document: DocumentId,
    pub revision: RevisionId,
    /// How many revisions may wait to be read.
    pub room: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrived {
    /// A revision is due to be read.
    Taken {
        document: DocumentId,
        revision: RevisionId,
    },
    /// The document has this content already.
    Unchanged {
        document: DocumentId,
        revision: RevisionId,
    },
    Full {
        waiting: u64,
    },
}

/// A document with its newest revision.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Listed {
    #[sqlx(try_from = "Uuid")]
    pub id: DocumentId,
    pub name: String,
    pub title: Option<String>,
    #[sqlx(try_from = "i64")]
    pub created_at: Timestamp,
    #[sqlx(try_from = "i64")]
    pub number: u64,
    /// queued, reading, cut, embedding, ready, failed, superseded.
    pub state: String,
    pub code: Option<String>,
    pub detail: Option<String>,
    pub language: Option<String>,
    /// JSON list of {code, message}.
    pub warnings: String,
    #[sqlx(try_from = "i64")]
    pub bytes: u64,
    #[sqlx(try_from = "i64")]
    pub text_bytes: u64,
    #[sqlx(try_from = "i64")]
    pub chunks: u64,
    #[sqlx(try_from = "i64")]
    pub vectors: u64,
    #[sqlx(try_from = "i64")]
    pub vectors_goal: u64,
    #[sqlx(try_from = "i64")]
    pub uploaded_at: Timestamp,
    /// When it became ready or failed, in milliseconds since 1970.
    pub finished_at: Option<i64>,
    /// Number of the revision that can be found now.
    pub visible: Option<i64>,
}

/// Sums over the newest revisions in one state.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Tally {
    pub state: String,
    #[sqlx(try_from = "i64")]
    pub documents: u64,
    #[sqlx(try_from = "i64")]
    pub bytes: u64,
    #[sqlx(try_from = "i64")]
    pub chunks: u64,
    #[sqlx(try_from = "i64")]
    pub vectors: u64,
    #[sqlx(try_from = "i64")]
    pub vectors_goal: u64,
}

impl Store {
    /// Makes a revision due for a file that arrived, unless the document has that content already.
    pub async fn take_in(&self, arrival: &Arrival) -> Result<Arrived, Error> {
        let mut tx = self.writing().await?;
        let document = named(&mut tx, arrival).await?;
        let id = DocumentId(document.id);
        let last = newest(&mut tx, &document).await?;
        if let (None, Some(last)) = (document.deleted_at, last) {
            let same = last.hash == arrival.hash;
            // What is on its way counts, else what can be found: going back to older content is a change.
            let unchanged = match last.state.as_str() {
                "queued" | "reading" | "cut" => same.then_some(last.id),
                "failed" => None,
                _ => visible(&mut tx, document.id, &arrival.hash).await?,
            };
            if let Some(revision) = unchanged {
                return Ok(Arrived::Unchanged { document: id, revision: RevisionId(revision) });
            }
            if same && last.state == "failed" {
                try_again(&mut tx, last.id, arrival.at).await?;
                tx.commit().await?;
                return Ok(Arrived::Taken { document: id, revision: RevisionId(last.id) });
            }
        }
        let waiting = waiting(&mut *tx).await?;
        if waiting >= arrival.room {
            return Ok(Arrived::Full { waiting });
        }
        add_revision(&mut tx, &document, arrival).await?;
        tx.commit().await?;
        Ok(Arrived::Taken { document: id, revision: arrival.revision })
    }

    /// How many revisions wait to be read.
    pub async fn revisions_waiting(&self) -> Result<u64, Error> {
        waiting(self.reading()).await
    }

    /// Documents by name, those after the name `after`; deleted ones are left out.
    pub async fn documents(&self, workspace: WorkspaceId, after: &str, limit: usize) -> Result<Vec<Listed>, Error> {
        let rows = sqlx::query_as(
            "select d.id, d.name, coalesce(r.title, s.title) as title, d.created_at, r.number, r.state, r.code, r.detail,
                    r.language, r.warnings, r.bytes, r.text_bytes, r.chunks, r.vectors, r.vectors_goal, r.uploaded_at,
                    r.finished_at, s.number as visible
             from documents d
             join revisions r on r.document = d.id and r.number = d.newest
             left join visibility v on v.document = d.id and v.to_version = $4
             left join revisions s on s.id = v.revision
             where d.workspace = $1 and d.deleted_at is null and d.name > $2
             order by d.name limit $3",
        )
        .bind(workspace.0)
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(OPEN)
        .fetch_all(self.reading())
        .await?;
        Ok(rows)
    }

    /// One document, unless it was deleted.
    pub async fn document(&self, workspace: WorkspaceId, id: DocumentId) -> Result<Option<Listed>, Error> {
        let row = sqlx::query_as(
            "select d.id, d.name, coalesce(r.title, s.title) as title, d.created_at, r.number, r.state, r.code, r.detail,
                    r.language, r.warnings, r.bytes, r.text_bytes, r.chunks, r.vectors, r.vectors_goal, r.uploaded_at,
                    r.finished_at, s.number as visible
             from documents d
             join revisions r on r.document = d.id and r.number = d.newest
             left join visibility v on v.document = d.id and v.to_version = $3
             left join revisions s on s.id = v.revision
             where d.workspace = $1 and d.id = $2 and d.deleted_at is null",
        )
        .bind(workspace.0)
        .bind(id.0)
        .bind(OPEN)
        .fetch_optional(self.reading())
        .await?;
        Ok(row)
    }

    /// The document that has this name, unless it was deleted.
    pub async fn document_named(&self, workspace: WorkspaceId, name: &str) -> Result<Option<DocumentId>, Error> {
        let row: Option<(Uuid,)> =
            sqlx::query_as("select id from documents where workspace = $1 and name = $2 and deleted_at is null")
                .bind(workspace.0)
                .bind(name)
                .fetch_optional(self.reading())
                .await?;
        Ok(row.map(|(id,)| DocumentId(id)))
    }

    /// The text that offsets of a document's citations point into: that of the revision that can be found, else of the
    /// newest one that was read.
    pub async fn document_text(&self, workspace: WorkspaceId, id: DocumentId) -> Result<Option<String>, Error> {
        let row: Option<(String,)> = sqlx::query_as(
            "select t.text from documents d
             join revisions r on r.document = d.id
             join texts t on t.revision = r.id
             left join visibility v on v.revision = r.id and v.to_version = $3
             where d.workspace = $1 and d.id = $2 and d.deleted_at is null
             order by case when v.revision is null then 1 else 0 end, r.number desc limit 1",
        )
        .bind(workspace.0)
        .bind(id.0)
        .bind(OPEN)
        .fetch_optional(self.reading())
        .await?;
        Ok(row.map(|(text,)| text))
    }

    /// Sums by state over the newest revisions that were uploaded at `since` or later.
    pub async fn tally(&self, workspace: WorkspaceId, since: Timestamp) -> Result<Vec<Tally>, Error> {
        let rows = sqlx::query_as(
            "select r.state, count(*) as documents, cast(sum(r.bytes) as bigint) as bytes, cast(sum(r.chunks) as bigint) as chunks,
                    cast(sum(r.vectors) as bigint) as vectors, cast(sum(r.vectors_goal) as bigint) as vectors_goal
             from documents d join revisions r on r.document = d.id and r.number = d.newest
             where d.workspace = $1 and d.deleted_at is null and r.uploaded_at >= $2
             group by r.state",
        )
        .bind(workspace.0)
        .bind(since.0)
        .fetch_all(self.reading())
        .await?;
        Ok(rows)
    }
}

#[derive(sqlx::FromRow)]
struct Named {
    id: Uuid,
    newest: i64,
    deleted_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Last {
    id: Uuid,
    hash: String,
    state: String,
}

/// The document of an arrival's name, made if there is none.
async fn named(tx: &mut Writing, arrival: &Arrival) -> Result<Named, Error> {
    let row = sqlx::query_as(
        "insert into documents (id, workspace, name, created_at, newest) values ($1, $2, $3, $4, 0)
         on conflict (workspace, name) do update set name = excluded.name
         returning id, newest, deleted_at",
    )
    .bind(arrival.document.0)
    .bind(arrival.workspace.0)
    .bind(&arrival.name)
    .bind(arrival.at.0)
    .fetch_one(&mut **tx)
    .await?;
    Ok(row)
}

async fn newest(tx: &mut Writing, document: &Named) -> Result<Option<Last>, Error> {
    let row = sqlx::query_as("select id, hash, state from revisions where document = $1 and number = $2")
        .bind(document.id)
        .bind(document.newest)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row)
}

/// The revision of a document that can be found now, if this is its content.
async fn visible(tx: &mut Writing, document: Uuid, hash: &str) -> Result<Option<Uuid>, Error> {
    let row: Option<(Uuid,)> = sqlx::query_as(
        "select r.id from visibility v join revisions r on r.id = v.revision
         where v.document = $1 and v.to_version = $2 and r.hash = $3",
    )
    .bind(document)
    .bind(OPEN)
    .bind(hash)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|(id,)| id))
}

async fn try_again(tx: &mut Writing, revision: Uuid, at: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "update revisions set state = 'queued', code = null, detail = null, warnings = '[]', finished_at = null,
                uploaded_at = $2, due_at = $2, attempts = 0
         where id = $1",
    )
    .bind(revision)
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn waiting(database: impl sqlx::SqliteExecutor<'_>) -> Result<u64, Error> {
    let (waiting,): (i64,) = sqlx::query_as("select count(*) from revisions where state in ('queued', 'reading')")
        .fetch_one(database)
        .await?;
    Ok(waiting.cast_unsigned())
}

async fn add_revision(tx: &mut Writing, document: &Named, arrival: &Arrival) -> Result<(), Error> {
    sqlx::query(
        "insert into revisions (id, workspace, document, number, hash, bytes, state, uploaded_at, due_at)
         values ($1, $2, $3, $4, $5, $6, 'queued', $7, $7)",
    )
    .bind(arrival.revision.0)
    .bind(arrival.workspace.0)
    .bind(document.id)
    .bind(document.newest + 1)
    .bind(&arrival.hash)
    .bind(arrival.bytes.cast_signed())
    .bind(arrival.at.0)
    .execute(&mut **tx)
    .await?;
    raise(tx, document.id, document.newest + 1).await
}

async fn raise(tx: &mut Writing, document: Uuid, newest: i64) -> Result<(), Error> {
    sqlx::query("update documents set newest = $2, deleted_at = null where id = $1")
        .bind(document)
        .bind(newest)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
