//! Saved lists of conversations: an agent's own, and everybody's.

use sqlx::types::Json;
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
    /// The agent whose it is; nothing when everybody's.
    pub owner: Option<AgentId>,
    pub name: String,
    /// The query of the list, as the console sends it.
    pub filter: serde_json::Value,
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    owner: Option<Uuid>,
    name: String,
    filter: Json<serde_json::Value>,
    created_at: i64,
}

impl From<Row> for View {
    fn from(row: Row) -> Self {
        let Row { id, owner, name, filter: Json(filter), created_at } = row;
        Self { id, owner: owner.map(AgentId), name, filter, created_at: Timestamp(created_at) }
    }
}

impl Store {
    /// The lists of an agent and everybody's, oldest first. Without an agent only everybody's.
    pub async fn views(&self, workspace: WorkspaceId, agent: Option<AgentId>) -> Result<Vec<View>, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "select id, owner, name, filter, created_at from views
             where workspace = $1 and (owner is null or owner = $2) order by created_at, id limit $3",
        )
        .bind(workspace.0)
        .bind(agent.map(|agent| agent.0))
        .bind(MOST)
        .fetch_all(self.reading())
        .await?;
        Ok(rows.into_iter().map(View::from).collect())
    }

    pub async fn view(&self, workspace: WorkspaceId, id: Uuid) -> Result<Option<View>, Error> {
        let row: Option<Row> =
            sqlx::query_as("select id, owner, name, filter, created_at from views where workspace = $1 and id = $2")
                .bind(workspace.0)
                .bind(id)
                .fetch_optional(self.reading())
                .await?;
        Ok(row.map(View::from))
    }

    pub async fn add_view(&self, workspace: WorkspaceId, view: &View) -> Result<(), Error> {
        sqlx::query(
            "insert into views (id, workspace, owner, name, filter, created_at) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(view.id)
        .bind(workspace.0)
        .bind(view.owner.map(|agent| agent.0))
        .bind(&view.name)
        .bind(Json(&view.filter))
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
