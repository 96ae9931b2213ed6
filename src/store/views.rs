//! Saved views of the list of conversations: an agent's own, and those that are shared.

use uuid::Uuid;

use super::{Error, Store};
use crate::model::id::{AgentId, ViewId, WorkspaceId};
use crate::model::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ViewRow {
    #[sqlx(try_from = "Uuid")]
    pub id: ViewId,
    #[sqlx(try_from = "Uuid")]
    pub workspace: WorkspaceId,
    /// Whose it is.
    #[sqlx(try_from = "Uuid")]
    pub agent: AgentId,
    pub shared: bool,
    pub name: String,
    /// JSON: the query of the list.
    pub filter: String,
    #[sqlx(try_from = "i64")]
    pub created_at: Timestamp,
}

impl Store {
    /// What an agent may use, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn views(&self, workspace: WorkspaceId, agent: AgentId, limit: usize) -> Result<Vec<ViewRow>, Error> {
        Ok(sqlx::query_as(
            "select * from views where workspace = $1 and (shared or agent = $2) order by created_at, id limit $3",
        )
        .bind(workspace.0)
        .bind(agent.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading())
        .await?)
    }

    /// One view, whosever it is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn view(&self, workspace: WorkspaceId, id: ViewId) -> Result<Option<ViewRow>, Error> {
        Ok(sqlx::query_as("select * from views where workspace = $1 and id = $2")
            .bind(workspace.0)
            .bind(id.0)
            .fetch_optional(self.reading())
            .await?)
    }

    /// Keeps a view.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_view(&self, view: &ViewRow) -> Result<(), Error> {
        sqlx::query(
            "insert into views (id, workspace, agent, shared, name, filter, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(view.id.0)
        .bind(view.workspace.0)
        .bind(view.agent.0)
        .bind(view.shared)
        .bind(&view.name)
        .bind(&view.filter)
        .bind(view.created_at.0)
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Deletes a view.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_view(&self, workspace: WorkspaceId, id: ViewId) -> Result<(), Error> {
        sqlx::query("delete from views where workspace = $1 and id = $2")
            .bind(workspace.0)
            .bind(id.0)
            .execute(self.writer())
            .await?;
        Ok(())
    }
}
