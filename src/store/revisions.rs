//! Revisions as work: taken with a lease, read, cut, or failed with a reason.

use uuid::Uuid;

use super::{Error, Store, Writing};
use crate::model::id::{DocumentId, RevisionId, WorkspaceId};
use crate::model::time::Timestamp;

/// A revision that somebody took to read.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Due {
    #[sqlx(try_from = "Uuid")]
    pub revision: RevisionId,
    #[sqlx(try_from = "Uuid")]
    pub workspace: WorkspaceId,
    #[sqlx(try_from = "Uuid")]
    pub document: DocumentId,
    /// The document's name.
    pub name: String,
    pub hash: String,
    /// How often it was taken, this time included.
    #[sqlx(try_from = "i64")]
    pub attempts: u64,
}

/// A right to work on a row until a time.
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    pub holder: Uuid,
    pub until: Timestamp,
}

/// What is known of a revision once it was cut.
#[derive(Clone, Debug)]
pub struct Cut {
    pub title: Option<String>,
    pub language: String,
    /// JSON list of {code, message}.
    pub warnings: String,
    pub text_bytes: u64,
    pub chunks: u64,
    pub vectors_goal: u64,
}

impl Store {
    /// Takes the revision that waits longest to be read; one whose reader died is taken again when its lease is over.
    pub async fn take_revision(&self, now: Timestamp, lease: Lease) -> Result<Option<Due>, Error> {
        let due = sqlx::query_as(
            "update revisions set state = 'reading', lease_holder = $1, lease_until = $2, attempts = attempts + 1
             where id = (
                 select id from revisions
                 where state in ('queued', 'reading') and due_at <= $3 and lease_until <= $3
                 order by due_at, id limit 1)
             returning id as revision, workspace, document, hash, attempts,
                 (select name from documents where documents.id = revisions.document) as name",
        )
        .bind(lease.holder)
        .bind(lease.until.0)
        .bind(now.0)
        .fetch_optional(self.writer())
        .await?;
        Ok(due)
    }

    /// Keeps a lease; false when it was lost.
    pub async fn renew_revision(&self, revision: RevisionId, lease: Lease) -> Result<bool, Error> {
        let done = sqlx::query(
            "update revisions set lease_until = $3 where id = $1 and lease_holder = $2 and state = 'reading'",
        )
        .bind(revision.0)
        .bind(lease.holder)
        .bind(lease.until.0)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends all leases but one's own. For the one process that may ingest: whoever else held leases is dead.
    pub async fn end_leases_of_others(&self, holder: Uuid) -> Result<u64, Error> {
        let done = sqlx::query("update revisions set lease_until = 0 where state = 'reading' and lease_holder <> $1")
            .bind(holder)
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected())
    }

    /// Gives a revision back to the queue after a passing trouble, to be tried again at `due`.
    pub async fn put_back_revision(&self, revision: RevisionId, holder: Uuid, due: Timestamp) -> Result<(), Error> {
        sqlx::query(
            "update revisions set state = 'queued', due_at = $3, lease_until = 0
             where id = $1 and lease_holder = $2 and state = 'reading'",
        )
        .bind(revision.0)
        .bind(holder)
        .bind(due.0)
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// The revision gave nothing.
    pub async fn fail_revision(
        &self,
        revision: RevisionId,
        holder: Uuid,
        reason: (&str, Option<&str>),
        now: Timestamp,
    ) -> Result<bool, Error> {
        let done = sqlx::query(
            "update revisions set state = 'failed', code = $3, detail = $4, finished_at = $5, lease_until = 0
             where id = $1 and lease_holder = $2 and state = 'reading'",
        )
        .bind(revision.0)
        .bind(holder)
        .bind(reason.0)
        .bind(reason.1)
        .bind(now.0)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The warnings of a revision: a JSON list of {code, message}.
    pub async fn warnings_of(&self, revision: RevisionId) -> Result<String, Error> {
        let row: Option<(String,)> = sqlx::query_as("select warnings from revisions where id = $1")
            .bind(revision.0)
            .fetch_optional(self.reading())
            .await?;
        Ok(row.map(|(warnings,)| warnings).unwrap_or_default())
    }

    /// Replaces the warnings of a revision.
    pub async fn keep_warnings(&self, revision: RevisionId, warnings: &str) -> Result<(), Error> {
        sqlx::query("update revisions set warnings = $2 where id = $1")
            .bind(revision.0)
            .bind(warnings)
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// Whether a revision waits to be read. Asked first, because looking does not need the writer.
    pub async fn revision_is_due(&self, now: Timestamp) -> Result<bool, Error> {
        let row: Option<(Uuid,)> = sqlx::query_as(
            "select id from revisions
             where state in ('queued', 'reading') and due_at <= $1 and lease_until <= $1 order by due_at, id limit 1",
        )
        .bind(now.0)
        .fetch_optional(self.reading())
        .await?;
        Ok(row.is_some())
    }
}

/// The revision was read and its chunks are placed. False when the lease was lost.
pub(super) async fn cut(tx: &mut Writing, revision: RevisionId, holder: Uuid, known: &Cut) -> Result<bool, Error> {
    let done = sqlx::query(
        "update revisions set state = 'cut', title = $3, language = $4, warnings = $5, text_bytes = $6, chunks = $7,
                vectors = 0, vectors_goal = $8, lease_until = 0
         where id = $1 and lease_holder = $2 and state = 'reading'",
    )
    .bind(revision.0)
    .bind(holder)
    .bind(&known.title)
    .bind(&known.language)
    .bind(&known.warnings)
    .bind(known.text_bytes.cast_signed())
    .bind(known.chunks.cast_signed())
    .bind(known.vectors_goal.cast_signed())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
