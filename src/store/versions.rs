//! Knowledge versions: which revisions can be seen, and the one pointer that says which version is published.

use uuid::Uuid;

use super::{Error, Store, Writing};
use crate::model::id::{DocumentId, RevisionId, WorkspaceId};
use crate::model::time::Timestamp;

/// The open end of an interval of visibility.
pub const OPEN: i64 = i64::MAX;

/// A revision as one of a set that can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Seen {
    #[sqlx(try_from = "Uuid")]
    pub document: DocumentId,
    #[sqlx(try_from = "Uuid")]
    pub revision: RevisionId,
    #[sqlx(try_from = "i64")]
    pub number: u64,
}

/// A revision that was read and waits to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    #[sqlx(try_from = "Uuid")]
    pub workspace: WorkspaceId,
    #[sqlx(flatten)]
    pub seen: Seen,
    #[sqlx(try_from = "i64")]
    pub chunks: u64,
}

/// What a workspace publishes.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Published {
    #[sqlx(try_from = "i64")]
    pub version: u64,
    /// What the index must hold at least.
    #[sqlx(try_from = "i64")]
    pub index_version: u64,
    /// The model of the vectors in the index.
    pub index_model: Option<String>,
}

/// Why a version was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Publish,
    Delete(DocumentId),
    /// To what could be seen in this version.
    Rollback(u64),
}

/// A step from one version to the next.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    pub workspace: WorkspaceId,
    /// The version that the step was computed from. The step is taken only if it still is the published one.
    pub from: u64,
    pub cause: Cause,
    pub close: &'a [Seen],
    pub open: &'a [Seen],
    pub superseded: &'a [RevisionId],
    pub at: Timestamp,
}

/// A version as people see it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct VersionRow {
    #[sqlx(try_from = "i64")]
    pub version: u64,
    #[sqlx(try_from = "i64")]
    pub at: Timestamp,
    /// publish, delete, rollback.
    pub cause: String,
    /// The version that a rollback restored.
    pub restored: Option<i64>,
    /// Documents that can be seen in it.
    #[sqlx(try_from = "i64")]
    pub documents: u64,
    #[sqlx(try_from = "i64")]
    pub added: u64,
    #[sqlx(try_from = "i64")]
    pub removed: u64,
}

impl Store {
    /// What a workspace publishes; version 0 before the first.
    pub async fn published(&self, workspace: WorkspaceId) -> Result<Published, Error> {
        let row = sqlx::query_as("select version, index_version, index_model from published where workspace = $1")
            .bind(workspace.0)
            .fetch_optional(self.reading())
            .await?;
        Ok(row.unwrap_or_default())
    }

    /// Workspaces that ever published something.
    pub async fn publishing_workspaces(&self) -> Result<Vec<WorkspaceId>, Error> {
        let rows: Vec<(Uuid,)> =
            sqlx::query_as("select workspace from published order by workspace").fetch_all(self.reading()).await?;
        Ok(rows.into_iter().map(|(id,)| WorkspaceId(id)).collect())
    }

    /// The revisions that can be seen in a version.
    pub async fn seen_in(&self, workspace: WorkspaceId, version: u64) -> Result<Vec<Seen>, Error> {
        let rows = sqlx::query_as(
            "select v.document, v.revision, r.number from visibility v join revisions r on r.id = v.revision
             where v.workspace = $1 and v.from_version <= $2 and v.to_version > $2 order by v.document",
        )
        .bind(workspace.0)
        .bind(version.cast_signed())
        .fetch_all(self.reading())
        .await?;
        Ok(rows)
    }

    /// Name and content (SHA-256 in hex) of each document that can be seen in a version, by name.
    pub async fn contents_of(&self, workspace: WorkspaceId, version: u64) -> Result<Vec<(String, String)>, Error> {
        let rows = sqlx::query_as(
            "select d.name, r.hash from visibility v
             join revisions r on r.id = v.revision
             join documents d on d.id = v.document
             where v.workspace = $1 and v.from_version <= $2 and v.to_version > $2 order by d.name",
        )
        .bind(workspace.0)
        .bind(version.cast_signed())
        .fetch_all(self.reading())
        .await?;
        Ok(rows)
    }

    /// The revision of a document that can be seen now.
    pub async fn seen_of(&self, document: DocumentId) -> Result<Option<Seen>, Error> {
        let row = sqlx::query_as(
            "select v.document, v.revision, r.number from visibility v join revisions r on r.id = v.revision
             where v.document = $1 and v.to_version = $2",
        )
        .bind(document.0)
        .bind(OPEN)
        .fetch_optional(self.reading())
        .await?;
        Ok(row)
    }

    /// Revisions that were read and wait to be seen, those of one workspace together, oldest first.
    pub async fn waiting_to_publish(&self, limit: usize) -> Result<Vec<Waiting>, Error> {
        let rows = sqlx::query_as(
            "select workspace, document, id as revision, number, chunks from revisions where state = 'cut'
             order by workspace, id limit $1",
        )
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading())
        .await?;
        Ok(rows)
    }

    /// Takes a step in one transaction, and returns the published version after it.
    ///
    /// `None` when the step does not fit any
    /// more (another one came first, a document was deleted, the index lost a revision): compute it again.
    pub async fn step_version(&self, step: &Step<'_>) -> Result<Option<u64>, Error> {
        let mut tx = self.writing().await?;
        if published_now(&mut tx, step.workspace).await? != step.from.cast_signed() {
            return Ok(None);
        }
        let changes = !step.close.is_empty() || !step.open.is_empty();
        let version = step.from.cast_signed() + i64::from(changes);
        for seen in step.close {
            close(&mut tx, *seen, version).await?;
        }
        for seen in step.open {
            if !may_open(&mut tx, *seen, step.cause).await? {
                return Ok(None);
            }
            open(&mut tx, step.workspace, *seen, version).await?;
        }
        for revision in step.superseded {
            supersede(&mut tx, *revision, step.at).await?;
        }
        if let Cause::Delete(document) = step.cause {
            withdraw(&mut tx, document, step.at).await?;
        }
        if changes {
            record(&mut tx, step, version).await?;
            move_pointer(&mut tx, step, version).await?;
        }
        tx.commit().await?;
        Ok(Some(version.cast_unsigned()))
    }

    /// Versions, newest first, those before `before`.
    pub async fn versions(&self, workspace: WorkspaceId, before: u64, limit: usize) -> Result<Vec<VersionRow>, Error> {
        let rows = sqlx::query_as(
            "select version, at, cause, restored, documents, added, removed from knowledge_versions
             where workspace = $1 and version < $2 order by version desc limit $3",
        )
        .bind(workspace.0)
        .bind(i64::try_from(before).unwrap_or(i64::MAX))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading())
        .await?;
        Ok(rows)
    }
}

async fn published_now(tx: &mut Writing, workspace: WorkspaceId) -> Result<i64, Error> {
    sqlx::query("insert into published (workspace, version) values ($1, 0) on conflict (workspace) do nothing")
        .bind(workspace.0)
        .execute(&mut **tx)
        .await?;
    let (version,) = sqlx::query_as("select version from published where workspace = $1")
        .bind(workspace.0)
        .fetch_one(&mut **tx)
        .await?;
    Ok(version)
}

async fn close(tx: &mut Writing, seen: Seen, version: i64) -> Result<(), Error> {
    sqlx::query("update visibility set to_version = $3 where revision = $1 and to_version = $2")
        .bind(seen.revision.0)
        .bind(OPEN)
        .bind(version)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether a revision can be seen from now on.
///
/// A publication brings what was just read and indexed, of a document that was not
/// deleted meanwhile; a rollback revives documents, and needs what the index still holds. Its vectors are counted again: it may
/// have been hidden before they were complete.
async fn may_open(tx: &mut Writing, seen: Seen, cause: Cause) -> Result<bool, Error> {
    let (live, held) = match cause {
        Cause::Rollback(_) => (
            "update documents set deleted_at = null where id = $1",
            "update revisions set state = 'embedding' where id = $1 and indexed = 'yes'",
        ),
        Cause::Publish | Cause::Delete(_) => (
            "update documents set deleted_at = null where id = $1 and deleted_at is null",
            "update revisions set state = 'embedding', indexed = 'yes' where id = $1 and state = 'cut' and indexed = 'wanted'",
        ),
    };
    let live = sqlx::query(live).bind(seen.document.0).execute(&mut **tx).await?.rows_affected();
    let held = sqlx::query(held).bind(seen.revision.0).execute(&mut **tx).await?.rows_affected();
    Ok(live == 1 && held == 1)
}

async fn open(tx: &mut Writing, workspace: WorkspaceId, seen: Seen, version: i64) -> Result<(), Error> {
    sqlx::query(
        "insert into visibility (workspace, document, revision, from_version, to_version) values ($1, $2, $3, $4, $5)",
    )
    .bind(workspace.0)
    .bind(seen.document.0)
    .bind(seen.revision.0)
    .bind(version)
    .bind(OPEN)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn supersede(tx: &mut Writing, revision: RevisionId, at: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "update revisions set state = 'superseded', finished_at = $2,
             indexed = case when indexed = 'wanted' then 'drop' else indexed end
         where id = $1 and state = 'cut'",
    )
    .bind(revision.0)
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A document is deleted, and whatever of it is on its way never arrives.
async fn withdraw(tx: &mut Writing, document: DocumentId, at: Timestamp) -> Result<(), Error> {
    sqlx::query("update documents set deleted_at = $2 where id = $1 and deleted_at is null")
        .bind(document.0)
        .bind(at.0)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "update revisions set state = 'superseded', finished_at = $2, lease_until = 0,
             indexed = case when indexed = 'wanted' then 'drop' else indexed end
         where document = $1 and state in ('queued', 'reading', 'cut')",
    )
    .bind(document.0)
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn record(tx: &mut Writing, step: &Step<'_>, version: i64) -> Result<(), Error> {
    let (cause, restored) = match step.cause {
        Cause::Publish => ("publish", None),
        Cause::Delete(_) => ("delete", None),
        Cause::Rollback(to) => ("rollback", Some(to.cast_signed())),
    };
    sqlx::query(
        "insert into knowledge_versions (workspace, version, at, cause, restored, documents, added, removed)
         values ($1, $2, $3, $4, $5, (select count(*) from visibility where workspace = $1 and to_version = $8), $6, $7)",
    )
    .bind(step.workspace.0)
    .bind(version)
    .bind(step.at.0)
    .bind(cause)
    .bind(restored)
    .bind(step.open.len() as i64)
    .bind(step.close.len() as i64)
    .bind(OPEN)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Only a publication raises what the index must hold: deleting and rolling back leave it as it is.
async fn move_pointer(tx: &mut Writing, step: &Step<'_>, version: i64) -> Result<(), Error> {
    let index_version = if step.cause == Cause::Publish { version } else { 0 };
    sqlx::query(
        "update published set version = $2, index_version = case when index_version < $3 then $3 else index_version end
         where workspace = $1",
    )
    .bind(step.workspace.0)
    .bind(version)
    .bind(index_version)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
