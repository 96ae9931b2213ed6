//! Files that agents uploaded to send them, and every file that an agent may open.

use super::{Error, Store};
use crate::model::attachment::Attachment;
use crate::model::id::{AgentId, ConversationId, WorkspaceId};
use crate::model::time::Timestamp;

impl Store {
    /// Remembers a file of an agent; the same bytes again replace their name.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn add_staff_file(
        &self,
        workspace: WorkspaceId,
        agent: AgentId,
        file: &Attachment,
        now: Timestamp,
    ) -> Result<(), Error> {
        sqlx::query(
            "insert into staff_files (workspace, hash, agent, name, media_type, bytes, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (workspace, hash) do update set name = excluded.name, media_type = excluded.media_type",
        )
        .bind(workspace.0)
        .bind(&file.hash)
        .bind(agent.0)
        .bind(&file.name)
        .bind(&file.media_type)
        .bind(i64::try_from(file.bytes).unwrap_or(i64::MAX))
        .bind(now.0)
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// A file that may go into a conversation: one that an agent uploaded, or that its customer did.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sendable_file(
        &self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        hash: &str,
    ) -> Result<Option<Attachment>, Error> {
        let row: Option<(String, String, i64)> = sqlx::query_as(
            "select name, media_type, bytes from staff_files where workspace = $1 and hash = $3
             union all
             select name, media_type, bytes from attachments where conversation = $2 and hash = $3
             limit 1",
        )
        .bind(workspace.0)
        .bind(conversation.0)
        .bind(hash)
        .fetch_optional(self.reading())
        .await?;
        Ok(row.map(|(name, media_type, bytes)| Attachment {
            hash: hash.to_owned(),
            name,
            media_type,
            bytes: bytes.unsigned_abs(),
        }))
    }

    /// A file that somebody in the workspace uploaded: an agent, or a customer into a conversation.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn workspace_file(&self, workspace: WorkspaceId, hash: &str) -> Result<Option<Attachment>, Error> {
        let row: Option<(String, String, i64)> = sqlx::query_as(
            "select name, media_type, bytes from staff_files where workspace = $1 and hash = $2
             union all
             select a.name, a.media_type, a.bytes from attachments a join conversations c on c.id = a.conversation
             where c.workspace = $1 and a.hash = $2
             limit 1",
        )
        .bind(workspace.0)
        .bind(hash)
        .fetch_optional(self.reading())
        .await?;
        Ok(row.map(|(name, media_type, bytes)| Attachment {
            hash: hash.to_owned(),
            name,
            media_type,
            bytes: bytes.unsigned_abs(),
        }))
    }
}
