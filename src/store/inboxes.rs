//! Inboxes and the secrets that prove who their customers are.

use uuid::Uuid;

use super::{Error, Store};
use crate::model::id::{InboxId, WorkspaceId};
use crate::model::inbox::Inbox;
use crate::model::time::Timestamp;

/// Inboxes of one business, at most.
const MOST: i64 = 500;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    key: String,
    name: String,
    channel: String,
    settings: String,
    created_at: i64,
    changed_at: i64,
}

impl Row {
    fn inbox(self) -> Result<Inbox, Error> {
        Ok(Inbox {
            id: InboxId(self.id),
            key: self.key,
            name: self.name,
            channel: self.channel,
            settings: serde_json::from_str(&self.settings)?,
            created_at: Timestamp(self.created_at),
            changed_at: Timestamp(self.changed_at),
        })
    }
}

impl Store {
    /// All inboxes, oldest first.
    pub async fn inboxes(&self, workspace: WorkspaceId) -> Result<Vec<Inbox>, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "select id, key, name, channel, settings, created_at, changed_at from inboxes
             where workspace = $1 order by created_at, id limit $2",
        )
        .bind(workspace.0)
        .bind(MOST)
        .fetch_all(self.reading())
        .await?;
        rows.into_iter().map(Row::inbox).collect()
    }

    pub async fn inbox(&self, workspace: WorkspaceId, id: InboxId) -> Result<Option<Inbox>, Error> {
        let row: Option<Row> = sqlx::query_as(
            "select id, key, name, channel, settings, created_at, changed_at from inboxes
             where workspace = $1 and id = $2",
        )
        .bind(workspace.0)
        .bind(id.0)
        .fetch_optional(self.reading())
        .await?;
        row.map(Row::inbox).transpose()
    }

    pub async fn inbox_by_key(&self, workspace: WorkspaceId, key: &str) -> Result<Option<Inbox>, Error> {
        let row: Option<Row> = sqlx::query_as(
            "select id, key, name, channel, settings, created_at, changed_at from inboxes
             where workspace = $1 and key = $2",
        )
        .bind(workspace.0)
        .bind(key)
        .fetch_optional(self.reading())
        .await?;
        row.map(Row::inbox).transpose()
    }

    /// The secret that customers of an inbox are signed with, if there is one.
    pub async fn inbox_secret(&self, id: InboxId) -> Result<Option<String>, Error> {
        let row: Option<(Option<String>,)> = sqlx::query_as("select secret from inboxes where id = $1")
            .bind(id.0)
            .fetch_optional(self.reading())
            .await?;
        Ok(row.and_then(|(secret,)| secret))
    }

    /// Adds an inbox; false when its key is taken.
    pub async fn add_inbox(&self, workspace: WorkspaceId, inbox: &Inbox) -> Result<bool, Error> {
        let done = sqlx::query(
            "insert into inboxes (id, workspace, key, name, channel, settings, created_at, changed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (workspace, key) do nothing",
        )
        .bind(inbox.id.0)
        .bind(workspace.0)
        .bind(&inbox.key)
        .bind(&inbox.name)
        .bind(&inbox.channel)
        .bind(serde_json::to_string(&inbox.settings)?)
        .bind(inbox.created_at.0)
        .bind(inbox.changed_at.0)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Changes name and settings; false when there is no such inbox.
    pub async fn change_inbox(&self, workspace: WorkspaceId, inbox: &Inbox) -> Result<bool, Error> {
        let done = sqlx::query(
            "update inboxes set name = $3, settings = $4, changed_at = $5 where workspace = $1 and id = $2",
        )
        .bind(workspace.0)
        .bind(inbox.id.0)
        .bind(&inbox.name)
        .bind(serde_json::to_string(&inbox.settings)?)
        .bind(inbox.changed_at.0)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Replaces the secret; false when there is no such inbox.
    pub async fn set_inbox_secret(&self, workspace: WorkspaceId, id: InboxId, secret: &str) -> Result<bool, Error> {
        let done = sqlx::query("update inboxes set secret = $3 where workspace = $1 and id = $2")
            .bind(workspace.0)
            .bind(id.0)
            .bind(secret)
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Closes a door for good. Its conversations stay.
    pub async fn remove_inbox(&self, workspace: WorkspaceId, id: InboxId) -> Result<bool, Error> {
        let done = sqlx::query("delete from inboxes where workspace = $1 and id = $2")
            .bind(workspace.0)
            .bind(id.0)
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
