//! Ready-made answers: an agent's own, and those that are shared.

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
    /// Who wrote it.
    pub agent: AgentId,
    /// Everybody may use it.
    pub shared: bool,
    pub shortcut: String,
    pub title: String,
    pub text: String,
    /// Only for conversations in this language; nothing for all.
    pub language: Option<String>,
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    agent: Uuid,
    shared: bool,
    shortcut: String,
    title: String,
    body: String,
    language: Option<String>,
    created_at: i64,
}

impl From<Row> for Canned {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            agent: AgentId(row.agent),
            shared: row.shared,
            shortcut: row.shortcut,
            title: row.title,
            text: row.body,
            language: row.language,
            created_at: Timestamp(row.created_at),
        }
    }
}

impl Store {
    /// What an agent may use: their own and the shared ones, by shortcut.
    pub async fn canned(&self, workspace: WorkspaceId, agent: AgentId) -> Result<Vec<Canned>, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "select id, agent, shared, shortcut, title, body, language, created_at from canned
             where workspace = $1 and (shared or agent = $2) order by shortcut, id limit $3",
        )
        .bind(workspace.0)
        .bind(agent.0)
        .bind(MOST)
        .fetch_all(self.reading())
        .await?;
        Ok(rows.into_iter().map(Canned::from).collect())
    }

    pub async fn canned_by_id(&self, workspace: WorkspaceId, id: Uuid) -> Result<Option<Canned>, Error> {
        let row: Option<Row> = sqlx::query_as(
            "select id, agent, shared, shortcut, title, body, language, created_at from canned
             where workspace = $1 and id = $2",
        )
        .bind(workspace.0)
        .bind(id)
        .fetch_optional(self.reading())
        .await?;
        Ok(row.map(Canned::from))
    }

    /// Adds one, or replaces the one of the same id. Whose it is stays.
    pub async fn keep_canned(&self, workspace: WorkspaceId, canned: &Canned) -> Result<(), Error> {
        sqlx::query(
            "insert into canned (id, workspace, agent, shared, shortcut, title, body, language, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (id) do update set shared = excluded.shared, shortcut = excluded.shortcut,
                title = excluded.title, body = excluded.body, language = excluded.language",
        )
        .bind(canned.id)
        .bind(workspace.0)
        .bind(canned.agent.0)
        .bind(canned.shared)
        .bind(&canned.shortcut)
        .bind(&canned.title)
        .bind(&canned.text)
        .bind(&canned.language)
        .bind(canned.created_at.0)
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
