//! What people have to do: conversations in the queue and with agents.

use uuid::Uuid;

use super::{Error, Store};
use crate::model::id::WorkspaceId;

/// An open conversation that is not the bot's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct WorkRow {
    pub id: Uuid,
    /// Who has it; nobody while it is in the queue.
    pub agent: Option<Uuid>,
    pub team: Option<Uuid>,
    pub language: String,
    pub priority: i64,
    pub labels: String,
    pub escalated_rule: Option<String>,
    pub queued_since: Option<i64>,
    pub snoozed_until: Option<i64>,
    pub let_go_by: Option<Uuid>,
    pub unanswered_since: Option<i64>,
}

impl Store {
    /// Workspaces in which somebody has something to do.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn workspaces_with_work(&self) -> Result<Vec<WorkspaceId>, Error> {
        let ids: Vec<(Uuid,)> = sqlx::query_as(
            "select distinct workspace from conversations where status = 'open' and owner in ('queue', 'agent')",
        )
        .fetch_all(self.reading())
        .await?;
        Ok(ids.into_iter().map(|(id,)| WorkspaceId(id)).collect())
    }

    /// Everything that people have to do, in no order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn work(&self, workspace: WorkspaceId) -> Result<Vec<WorkRow>, Error> {
        Ok(sqlx::query_as(
            "select id, agent, team, language, priority, labels, escalated_rule, queued_since, snoozed_until, let_go_by,
                unanswered_since
             from conversations where workspace = $1 and status = 'open' and owner in ('queue', 'agent')",
        )
        .bind(workspace.0)
        .fetch_all(self.reading())
        .await?)
    }
}
