//! Canned replies: an agent's own, and those that are shared.

use uuid::Uuid;

use super::{Error, Store};
use crate::model::id::{AgentId, CannedId, WorkspaceId};
use crate::model::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CannedRow {
    #[sqlx(try_from = "Uuid")]
    pub id: CannedId,
    #[sqlx(try_from = "Uuid")]
    pub workspace: WorkspaceId,
    /// Whose it is.
    #[sqlx(try_from = "Uuid")]
    pub agent: AgentId,
    pub shared: bool,
    /// What an agent types after the slash.
    pub shortcut: String,
    pub title: String,
    pub body: String,
    /// `en` or `zh`, when it is for one of them.
    pub language: Option<String>,
    #[sqlx(try_from = "i64")]
    pub created_at: Timestamp,
}

impl Store {
    /// What an agent may use, by shortcut, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn canned(&self, workspace: WorkspaceId, agent: AgentId, limit: usize) -> Result<Vec<CannedRow>, Error> {
        Ok(sqlx::query_as(
            "select * from canned where workspace = $1 and (shared or agent = $2) order by shortcut, id limit $3",
        )
        .bind(workspace.0)
        .bind(agent.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading())
        .await?)
    }

    /// One canned reply, whosever it is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn canned_one(&self, workspace: WorkspaceId, id: CannedId) -> Result<Option<CannedRow>, Error> {
        Ok(sqlx::query_as("select * from canned where workspace = $1 and id = $2")
            .bind(workspace.0)
            .bind(id.0)
            .fetch_optional(self.reading())
            .await?)
    }

    /// Writes a canned reply, new or not.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_canned(&self, canned: &CannedRow) -> Result<(), Error> {
        sqlx::query(
            "insert into canned (id, workspace, agent, shared, shortcut, title, body, language, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (id) do update set shared = excluded.shared, shortcut = excluded.shortcut,
                title = excluded.title, body = excluded.body, language = excluded.language",
        )
        .bind(canned.id.0)
        .bind(canned.workspace.0)
        .bind(canned.agent.0)
        .bind(canned.shared)
        .bind(&canned.shortcut)
        .bind(&canned.title)
        .bind(&canned.body)
        .bind(&canned.language)
        .bind(canned.created_at.0)
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Deletes a canned reply.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_canned(&self, workspace: WorkspaceId, id: CannedId) -> Result<(), Error> {
        sqlx::query("delete from canned where workspace = $1 and id = $2")
            .bind(workspace.0)
            .bind(id.0)
            .execute(self.writer())
            .await?;
        Ok(())
    }
}
