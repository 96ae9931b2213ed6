//! Who changed what: only ever added to.

use sqlx::types::Json;
use uuid::Uuid;

use super::{Error, Store};
use crate::model::id::{AgentId, WorkspaceId};
use crate::model::time::Timestamp;

/// A change that somebody made. Secrets are masked before it comes here.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub at: Timestamp,
    /// The agent; nothing when the administrator's token was used.
    pub who: Option<AgentId>,
    /// The name at that time.
    pub who_name: String,
    pub ip: String,
    /// A stable word, such as `inbox.changed`.
    pub action: String,
    /// What was changed, for people.
    pub what: String,
    pub before: Option<serde_json::Value>,
    pub after: Option<serde_json::Value>,
}

/// An entry in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub id: u64,
    pub entry: Entry,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    at: i64,
    who: Option<Uuid>,
    who_name: String,
    ip: String,
    action: String,
    what: String,
    before: Option<Json<serde_json::Value>>,
    after: Option<Json<serde_json::Value>>,
}

impl Store {
    /// Keeps an entry. Durable when it returns.
    pub async fn keep_audit(&self, workspace: WorkspaceId, entry: &Entry) -> Result<(), Error> {
        sqlx::query(
            "insert into audit (workspace, at, who, who_name, ip, action, what, before, after)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(workspace.0)
        .bind(entry.at.0)
        .bind(entry.who.map(|agent| agent.0))
        .bind(&entry.who_name)
        .bind(&entry.ip)
        .bind(&entry.action)
        .bind(&entry.what)
        .bind(entry.before.as_ref().map(Json))
        .bind(entry.after.as_ref().map(Json))
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Entries before the entry `before`, newest first.
    pub async fn audit(&self, workspace: WorkspaceId, before: u64, limit: usize) -> Result<Vec<Kept>, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "select id, at, who, who_name, ip, action, what, before, after from audit
             where workspace = $1 and id < $2 order by id desc limit $3",
        )
        .bind(workspace.0)
        .bind(i64::try_from(before).unwrap_or(i64::MAX))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading())
        .await?;
        let kept = rows.into_iter().map(|row| Kept {
            id: row.id.cast_unsigned(),
            entry: Entry {
                at: Timestamp(row.at),
                who: row.who.map(AgentId),
                who_name: row.who_name,
                ip: row.ip,
                action: row.action,
                what: row.what,
                before: row.before.map(|Json(value)| value),
                after: row.after.map(|Json(value)| value),
            },
        });
        Ok(kept.collect())
    }
}
