//! What a document was and is made of: its revisions, their chunks and texts; and another try for one that failed.

use uuid::Uuid;

use super::chunks::ChunkRow;
use super::versions::OPEN;
use super::{Error, Store};
use crate::model::id::{DocumentId, WorkspaceId};
use crate::model::time::Timestamp;

/// One state of a document's content.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct RevisionRow {
    #[sqlx(try_from = "i64")]
    pub number: u64,
    /// queued, reading, cut, embedding, ready, failed, superseded.
    pub state: String,
    pub title: Option<String>,
    pub hash: String,
    #[sqlx(try_from = "i64")]
    pub bytes: u64,
    #[sqlx(try_from = "i64")]
    pub text_bytes: u64,
    #[sqlx(try_from = "i64")]
    pub chunks: u64,
    #[sqlx(try_from = "i64")]
    pub uploaded_at: Timestamp,
    pub finished_at: Option<i64>,
    /// The first knowledge version in which it could be found, of the last time that it could.
    pub from_version: Option<i64>,
    /// The first one after that in which it could not; the open end while it can.
    pub to_version: Option<i64>,
}

/// A chunk in its place.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct PlacedRow {
    #[sqlx(try_from = "i64")]
    pub ordinal: u64,
    #[sqlx(flatten)]
    pub chunk: ChunkRow,
}

impl Store {
    /// Revisions of a document, newest first, at most `limit`.
    pub async fn revisions_of(
        &self,
        workspace: WorkspaceId,
        document: DocumentId,
        limit: usize,
    ) -> Result<Vec<RevisionRow>, Error> {
        let rows = sqlx::query_as(
            "select r.number, r.state, r.title, r.hash, r.bytes, r.text_bytes, r.chunks, r.uploaded_at, r.finished_at,
                    v.from_version, v.to_version
             from revisions r
             left join visibility v on v.revision = r.id and v.from_version =
                 (select max(w.from_version) from visibility w where w.revision = r.id)
             where r.workspace = $1 and r.document = $2
             order by r.number desc limit $3",
        )
        .bind(workspace.0)
        .bind(document.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading())
        .await?;
        Ok(rows)
    }

    /// Chunks of the revision that can be found, else of the newest one that was cut; those from `ordinal` on, in order.
    pub async fn chunks_of(
        &self,
        workspace: WorkspaceId,
        document: DocumentId,
        ordinal: u64,
        limit: usize,
    ) -> Result<Vec<PlacedRow>, Error> {
        let rows = sqlx::query_as(
            "select p.ordinal, c.name, c.title, c.heading, c.question, c.text, c.tokens, c.language
             from placements p
             join chunks c on c.workspace = p.workspace and c.name = p.chunk
             where p.ordinal >= $3 and p.revision = (
                 select r.id from revisions r
                 left join visibility v on v.revision = r.id and v.to_version = $4
                 where r.workspace = $1 and r.document = $2 and r.chunks > 0
                 order by case when v.revision is null then 1 else 0 end, r.number desc limit 1)
             order by p.ordinal limit $5",
        )
        .bind(workspace.0)
        .bind(document.0)
        .bind(ordinal.min(i64::MAX as u64).cast_signed())
        .bind(OPEN)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading())
        .await?;
        Ok(rows)
    }

    /// The extracted text of one revision.
    pub async fn revision_text(
        &self,
        workspace: WorkspaceId,
        document: DocumentId,
        number: u64,
    ) -> Result<Option<String>, Error> {
        let row: Option<(String,)> = sqlx::query_as(
            "select t.text from revisions r join texts t on t.revision = r.id
             where r.workspace = $1 and r.document = $2 and r.number = $3",
        )
        .bind(workspace.0)
        .bind(document.0)
        .bind(number.min(i64::MAX as u64).cast_signed())
        .fetch_optional(self.reading())
        .await?;
        Ok(row.map(|(text,)| text))
    }

    /// Makes a document due again whose newest revision failed; false when it did not fail.
    pub async fn retry_document(
        &self,
        workspace: WorkspaceId,
        document: DocumentId,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let done = sqlx::query(
            "update revisions set state = 'queued', code = null, detail = null, warnings = '[]', finished_at = null,
                    uploaded_at = $3, due_at = $3, attempts = 0
             where state = 'failed' and id = (
                 select r.id from documents d join revisions r on r.document = d.id and r.number = d.newest
                 where d.workspace = $1 and d.id = $2 and d.deleted_at is null)",
        )
        .bind(workspace.0)
        .bind(document.0)
        .bind(at.0)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Whether the bot has ever answered somebody. For a house that is being set up.
    pub async fn has_answered(&self) -> Result<bool, Error> {
        let row: Option<(Uuid,)> = sqlx::query_as("select conversation from events where type = 'bot_said' limit 1")
            .fetch_optional(self.reading())
            .await?;
        Ok(row.is_some())
    }

    /// Whether some document can be found.
    pub async fn has_knowledge(&self, workspace: WorkspaceId) -> Result<bool, Error> {
        let row: Option<(Uuid,)> =
            sqlx::query_as("select revision from visibility where workspace = $1 and to_version = $2 limit 1")
                .bind(workspace.0)
                .bind(OPEN)
                .fetch_optional(self.reading())
                .await?;
        Ok(row.is_some())
    }
}
