//! Who was named in which note, and whether they have looked.

use sqlx::{QueryBuilder, SqliteConnection};

use super::events::number;
use super::{Error, Store};
use crate::model::conversation::Mention;
use crate::model::id::{AgentId, ConversationId, WorkspaceId};

impl Store {
    /// Notes that an agent has looked at a conversation up to an event; true when a note of it was waiting for them.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn mentions_seen(
        &self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        agent: AgentId,
        through: u64,
    ) -> Result<bool, Error> {
        let done = sqlx::query(
            "update mentions set seen = 1
             where workspace = $1 and conversation = $2 and agent = $3 and seq <= $4 and seen = 0",
        )
        .bind(workspace.0)
        .bind(conversation.0)
        .bind(agent.0)
        .bind(number(through))
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected() > 0)
    }
}

/// Writes mentions down; those that are there stay as they are.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    workspace: WorkspaceId,
    conversation: ConversationId,
    mentions: &[Mention],
) -> Result<(), Error> {
    if mentions.is_empty() {
        return Ok(());
    }
    let mut insert = QueryBuilder::new("insert into mentions (workspace, conversation, agent, seq, at) ");
    insert.push_values(mentions, |mut row, mention| {
        row.push_bind(workspace.0)
            .push_bind(conversation.0)
            .push_bind(mention.agent.0)
            .push_bind(number(mention.seq))
            .push_bind(mention.at.0);
    });
    insert.push(" on conflict (conversation, agent, seq) do nothing");
    insert.build().execute(connection).await?;
    Ok(())
}
