//! Ready-made answers: an agent's own, and everybody's.

use uuid::Uuid;

use super::{Error, Store};
use crate::model::id::{AgentId, WorkspaceId};
use crate::model::time::Timestamp;

/// Ready-made answers of one list, at most.
const MOST: i64 = 1000;

/// A text that agents send often. `{{contact.name}}` and the like are filled in where it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canned {
    pub id: Uuid,
    /// The agent whose it is; nothing when everybody's.
    pub owner: Option<AgentId>,
    pub shortcut: String,
    pub title: String,
    pub text: String,
    /// Only for conversations in this language; nothing for all.
    pub language: Option<String>,
    pub changed_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    owner: Option<Uuid>,
    shortcut: String,
    title: String,
    text: String,
    language: Option<String>,
    changed_at: i64,
}

impl From<Row> for Canned {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            owner: row.owner.map(AgentId),
            shortcut: row.shortcut,
            title: row.title,
            text: row.text,
            language: row.language,
            changed_at: Timestamp(row.changed_at),
        }
    }
}

impl Store {
    /// What an agent may use: their own and everybody's, by shortcut. Without an agent only everybody's.
    pub async fn canned(&self, workspace: WorkspaceId, agent: Option<AgentId>) -> Result<Vec<Canned>, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "select id, owner, shortcut, title, text, language, changed_at from canned
             where workspace = $1 and (owner is null or owner = $2) order by shortcut, id limit $3",
        )
        .bind(workspace.0)
        .bind(agent.map(|agent| agent.0))
        .bind(MOST)
        .fetch_all(self.reading())
        .await?;
        Ok(rows.into_iter().map(Canned::from).collect())
    }

    pub async fn canned_by_id(&self, workspace: WorkspaceId, id: Uuid) -> Result<Option<Canned>, Error> {
        let row: Option<Row> = sqlx::query_as(
            "select id, owner, shortcut, title, text, language, changed_at from canned where workspace = $1 and id = $2",
        )
        .bind(workspace.0)
        .bind(id)
        .fetch_optional(self.reading())
        .await?;
        Ok(row.map(Canned::from))
    }

    /// Adds one, or replaces the one of the same id.
    pub async fn keep_canned(&self, workspace: WorkspaceId, canned: &Canned) -> Result<(), Error> {
        sqlx::query(
            "insert into canned (id, workspace, owner, shortcut, title, text, language, changed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (id) do update set owner = excluded.owner, shortcut = excluded.shortcut, title = excluded.title,
                text = excluded.text, language = excluded.language, changed_at = excluded.changed_at",
        )
        .bind(canned.id)
        .bind(workspace.0)
        .bind(canned.owner.map(|agent| agent.0))
        .bind(&canned.shortcut)
        .bind(&canned.title)
        .bind(&canned.text)
        .bind(&canned.language)
        .bind(canned.changed_at.0)
        .execute(self.writer())
        .await?;
        Ok(())
    }

    pub async fn remove_canned(&self, workspace: WorkspaceId, id: Uuid) -> Result<bool, Error> {
        let done = sqlx::query("delete from canned where workspace = $1 and id = $2")
            .bind(workspace.0)
            .bind(id)
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
