//! Deleted documents go for good: rows, texts, chunks and vectors that no other document has.

use uuid::Uuid;

use super::{Error, Store};
use crate::model::id::{DocumentId, WorkspaceId};
use crate::model::time::Timestamp;

impl Store {
    /// Documents that were deleted before a time and not uploaded again.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn deleted_documents(&self, workspace: WorkspaceId, before: Timestamp) -> Result<Vec<DocumentId>, Error> {
        let rows: Vec<(Uuid,)> =
            sqlx::query_as("select id from documents where workspace = $1 and deleted_at <= $2 order by id")
                .bind(workspace.0)
                .bind(before.0)
                .fetch_all(self.reading())
                .await?;
        Ok(rows.into_iter().map(|(id,)| DocumentId(id)).collect())
    }

    /// Gives up a deleted document in the index. Returns how many of its revisions the index still holds.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn drop_from_index(&self, document: DocumentId) -> Result<u64, Error> {
        let mut tx = self.writing().await?;
        sqlx::query(
            "update revisions set indexed = 'drop' where document = $1 and indexed in ('yes', 'wanted') and exists (
                 select 1 from documents d where d.id = $1 and d.deleted_at is not null)",
        )
        .bind(document.0)
        .execute(&mut *tx)
        .await?;
        let (held,): (i64,) = sqlx::query_as("select count(*) from revisions where document = $1 and indexed <> 'no'")
            .bind(document.0)
            .fetch_one(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(held.unsigned_abs())
    }

    /// Forgets a deleted document that the index does not hold any more, in one transaction, with the bytes on the disk
    /// overwritten. Returns the hashes of its files; `None` when it came back meanwhile.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn forget_document(&self, document: DocumentId) -> Result<Option<Vec<String>>, Error> {
        // Pages that are only freed could still be read.
        sqlx::query("pragma secure_delete = on").execute(self.writer()).await?;
        let mut tx = self.writing().await?;
        let (gone,): (i64,) = sqlx::query_as(
            "select count(*) from documents d where d.id = $1 and d.deleted_at is not null and not exists (
                 select 1 from revisions r where r.document = d.id and r.indexed <> 'no')",
        )
        .bind(document.0)
        .fetch_one(&mut *tx)
        .await?;
        if gone == 0 {
            return Ok(None);
        }
        let hashes: Vec<(String,)> = sqlx::query_as("select distinct hash from revisions where document = $1")
            .bind(document.0)
            .fetch_all(&mut *tx)
            .await?;
        // Pieces that no other document has, then children first: each row names one that is still there.
        for statement in [
            "delete from vectors where (workspace, chunk) in (
                 select p.workspace, p.chunk from placements p join revisions r on r.id = p.revision where r.document = $1)
               and not exists (
                 select 1 from placements q join revisions s on s.id = q.revision
                 where q.workspace = vectors.workspace and q.chunk = vectors.chunk and s.document <> $1)",
            "delete from chunks where (workspace, name) in (
                 select p.workspace, p.chunk from placements p join revisions r on r.id = p.revision where r.document = $1)
               and not exists (
                 select 1 from placements q join revisions s on s.id = q.revision
                 where q.workspace = chunks.workspace and q.chunk = chunks.name and s.document <> $1)",
            "delete from placements where revision in (select id from revisions where document = $1)",
            "delete from texts where revision in (select id from revisions where document = $1)",
            "delete from visibility where document = $1",
            "delete from revisions where document = $1",
            "delete from documents where id = $1",
        ] {
            sqlx::query(statement).bind(document.0).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(Some(hashes.into_iter().map(|(hash,)| hash).collect()))
    }

    /// Moves what was written into the database itself and empties the log beside it, which still has the old pages. Where
    /// somebody is reading, the log goes when they are done.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn empty_log(&self) -> Result<(), Error> {
        sqlx::query("pragma wal_checkpoint(truncate)").execute(self.writer()).await?;
        Ok(())
    }
}
