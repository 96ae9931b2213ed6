//! Which files belong to which conversation: what was uploaded there, sent or not.

use std::collections::HashSet;

use sqlx::{FromRow, QueryBuilder};

use super::{Error, Store};
use crate::model::attachment::Attachment;
use crate::model::id::{ConversationId, WorkspaceId};
use crate::model::time::Timestamp;

#[derive(FromRow)]
struct Row {
    hash: String,
    name: String,
    media_type: String,
    bytes: i64,
}

impl From<Row> for Attachment {
    fn from(row: Row) -> Self {
        Self { hash: row.hash, name: row.name, media_type: row.media_type, bytes: row.bytes.unsigned_abs() }
    }
}

impl Store {
    /// Remembers that a file was uploaded into a conversation; the same bytes again replace their name.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn add_attachment(
        &self,
        conversation: ConversationId,
        attachment: &Attachment,
        now: Timestamp,
    ) -> Result<(), Error> {
        sqlx::query(
            "insert into attachments (conversation, hash, name, media_type, bytes, created_at)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (conversation, hash) do update set name = excluded.name, media_type = excluded.media_type",
        )
        .bind(conversation.0)
        .bind(&attachment.hash)
        .bind(&attachment.name)
        .bind(&attachment.media_type)
        .bind(i64::try_from(attachment.bytes).unwrap_or(i64::MAX))
        .bind(now.0)
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// A file that was uploaded into a conversation.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn attachment(&self, conversation: ConversationId, hash: &str) -> Result<Option<Attachment>, Error> {
        let row: Option<Row> = sqlx::query_as(
            "select hash, name, media_type, bytes from attachments where conversation = $1 and hash = $2",
        )
        .bind(conversation.0)
        .bind(hash)
        .fetch_optional(self.reading())
        .await?;
        Ok(row.map(Attachment::from))
    }

    /// How many files were uploaded into a conversation.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_attachments(&self, conversation: ConversationId) -> Result<usize, Error> {
        let (count,): (i64,) = sqlx::query_as("select count(*) from attachments where conversation = $1")
            .bind(conversation.0)
            .fetch_one(self.reading())
            .await?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// What the files of all customers of a workspace take; bytes that were uploaded into several conversations lie there once.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn attachment_bytes(&self, workspace: WorkspaceId) -> Result<u64, Error> {
        let (bytes,): (i64,) = sqlx::query_as(
            "select cast(coalesce(sum(bytes), 0) as bigint) from (
                 select max(a.bytes) as bytes from attachments a join conversations c on c.id = a.conversation
                 where c.workspace = $1 group by a.hash) as files",
        )
        .bind(workspace.0)
        .fetch_one(self.reading())
        .await?;
        Ok(bytes.unsigned_abs())
    }

    /// Those of the hashes that no row names: bytes that belong to nobody.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unnamed_blobs(&self, hashes: &[String]) -> Result<Vec<String>, Error> {
        let mut unnamed = Vec::new();
        for some in hashes.chunks(500) {
            let mut query = QueryBuilder::new("");
            for (number, table) in ["revisions", "attachments", "staff_files"].into_iter().enumerate() {
                query.push(if number > 0 { " union select hash from " } else { "select hash from " }).push(table);
                query.push(" where hash in (");
                let mut names = query.separated(", ");
                for hash in some {
                    names.push_bind(hash);
                }
                query.push(")");
            }
            let rows: Vec<(String,)> = query.build_query_as().fetch_all(self.reading()).await?;
            let named: HashSet<String> = rows.into_iter().map(|(hash,)| hash).collect();
            unnamed.extend(some.iter().filter(|hash| !named.contains(*hash)).cloned());
        }
        Ok(unnamed)
    }
}
