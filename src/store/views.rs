//! Saved lists of conversations: an agent's own, and those that are shared.

use uuid::Uuid;

use super::{Error, Store};
use crate::model::id::{AgentId, WorkspaceId};
use crate::model::time::Timestamp;

/// Saved lists that one agent sees, at most.
const MOST: i64 = 200;

/// A question to the list of conversations, kept under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub id: Uuid,
    /// Who saved it.
    pub agent: AgentId,
    /// Everybody sees it.
    pub shared: bool,
    pub name: String,
    /// The query of the list, as the console sends it.
    pub filter: serde_json::Value,
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    agent: Uuid,
    shared: bool,
    name: String,
    filter: String,
    created_at: i64,
}

impl Row {
    fn view(self) -> Result<View, Error> {
        Ok(View {
            id: self.id,
            agent: AgentId(self.agent),
            shared: self.shared,
            name: self.name,
            filter: serde_json::from_str(&self.filter)?,
            created_at: Timestamp(self.created_at),
        })
    }
}

impl Store {
    /// The lists of an agent and the shared ones, oldest first.
    pub async fn views(&self, workspace: WorkspaceId, agent: AgentId) -> Result<Vec<View>, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "select id, agent, shared, name, filter, created_at from views
             where workspace = $1 and (shared or agent = $2) order by created_at, id limit $3",
        )
        .bind(workspace.0)
        .bind(agent.0)
        .bind(MOST)
        .fetch_all(self.reading())
        .await?;
        rows.into_iter().map(Row::view).collect()
    }

    pub async fn view(&self, workspace: WorkspaceId, id: Uuid) -> Result<Option<View>, Error> {
        let row: Option<Row> = sqlx::query_as(
            "select id, agent, shared, name, filter, created_at from views where workspace = $1 and id = $2",
        )
        .bind(workspace.0)
        .bind(id)
        .fetch_optional(self.reading())
        .await?;
        row.map(Row::view).transpose()
    }

    pub async fn add_view(&self, workspace: WorkspaceId, view: &View) -> Result<(), Error> {
        sqlx::query(
            "insert into views (id, workspace, agent, shared, name, filter, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(view.id)
        .bind(workspace.0)
        .bind(view.agent.0)
        .bind(view.shared)
        .bind(&view.name)
        .bind(serde_json::to_string(&view.filter)?)
        .bind(view.created_at.0)
        .execute(self.writer())
        .await?;
        Ok(())
    }

    pub async fn remove_view(&self, workspace: WorkspaceId, id: Uuid) -> Result<bool, Error> {
        let done = sqlx::query("delete from views where workspace = $1 and id = $2")
            .bind(workspace.0)
            .bind(id)
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
