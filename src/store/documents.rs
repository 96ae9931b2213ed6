//! Documents: arriving under a name, listed with their state, counted.

use uuid::Uuid;

use super::versions::OPEN;
use super::{Error, Store};
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
        sqlx::query(
            "insert into documents (id, workspace, name, created_at, newest) values ($1, $2, $3, $4, 0)
             on conflict (workspace, name) do nothing",
        )
        .bind(arrival.document.0)
        .bind(arrival.workspace.0)
        .bind(&arrival.name)
        .bind(arrival.at.0)
        .execute(&mut *tx)
        .await?;
        let (document, newest, deleted): (Uuid, i64, Option<i64>) =
            sqlx::query_as("select id, newest, deleted_at from documents where workspace = $1 and name = $2")
                .bind(arrival.workspace.0)
                .bind(&arrival.name)
                .fetch_one(&mut *tx)
                .await?;
        let last: Option<(Uuid, String, String)> =
            sqlx::query_as("select id, hash, state from revisions where document = $1 and number = $2")
                .bind(document)
                .bind(newest)
                .fetch_optional(&mut *tx)
                .await?;
        let seen: Option<(Uuid, String)> = sqlx::query_as(
            "select r.id, r.hash from visibility v join revisions r on r.id = v.revision
             where v.document = $1 and v.to_version = $2",
        )
        .bind(document)
        .bind(OPEN)
        .fetch_optional(&mut *tx)
        .await?;
        let id = DocumentId(document);
        if let (None, Some((revision, hash, state))) = (deleted, &last) {
            let same = *hash == arrival.hash;
            // What is on its way counts, else what can be found: going back to older content is a change.
            let on_its_way = matches!(state.as_str(), "queued" | "reading" | "cut");
            let found =
                seen.filter(|(_, hash)| *hash == arrival.hash && state != "failed").map(|(revision, _)| revision);
            if let Some(revision) = if on_its_way { same.then_some(*revision) } else { found } {
                return Ok(Arrived::Unchanged { document: id, revision: RevisionId(revision) });
            }
            if same && state == "failed" {
                sqlx::query(
                    "update revisions set state = 'queued', code = null, detail = null, warnings = '[]', finished_at = null,
                     uploaded_at = $2, due_at = $2, attempts = 0 where id = $1",
                )
                .bind(revision)
                .bind(arrival.at.0)
                .execute(&mut *tx)
                .await?;
                tx.commit().await?;
                return Ok(Arrived::Taken { document: id, revision: RevisionId(*revision) });
            }
        }
        let (waiting,): (i64,) = sqlx::query_as("select count(*) from revisions where state in ('queued', 'reading')")
            .fetch_one(&mut *tx)
            .await?;
        if waiting.cast_unsigned() >= arrival.room {
            return Ok(Arrived::Full { waiting: waiting.cast_unsigned() });
        }
        sqlx::query("update documents set newest = $2, deleted_at = null where id = $1")
            .bind(document)
            .bind(newest + 1)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "insert into revisions (id, workspace, document, number, hash, bytes, state, uploaded_at, due_at)
             values ($1, $2, $3, $4, $5, $6, 'queued', $7, $7)",
        )
        .bind(arrival.revision.0)
        .bind(arrival.workspace.0)
        .bind(document)
        .bind(newest + 1)
        .bind(&arrival.hash)
        .bind(arrival.bytes.cast_signed())
        .bind(arrival.at.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Arrived::Taken { document: id, revision: arrival.revision })
    }

    /// How many revisions wait to be read.
    pub async fn revisions_waiting(&self) -> Result<u64, Error> {
        let (waiting,): (i64,) = sqlx::query_as("select count(*) from revisions where state in ('queued', 'reading')")
            .fetch_one(self.reading())
            .await?;
        Ok(waiting.cast_unsigned())
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
