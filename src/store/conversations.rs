//! The projection of conversations: enough to find those that are due or recent.

use uuid::Uuid;

use super::events::number;
use super::{Error, Store, Writing};
use crate::model::conversation::{Conversation, Owner, Status};
use crate::model::event::Party;
use crate::model::id::{ConversationId, WorkspaceId};
use crate::model::time::Timestamp;

/// A conversation's row: a pure function of its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub seq: u64,
    pub workspace: WorkspaceId,
    pub inbox: String,
    pub channel: String,
    pub customer: Option<Uuid>,
    pub language: &'static str,
    pub status: &'static str,
    pub owner: &'static str,
    pub agent: Option<Uuid>,
    pub opened_at: Timestamp,
    pub last_at: Timestamp,
    /// Seq and time of the customer's last message while the bot owes an answer.
    pub awaits: Option<(u64, Timestamp)>,
}

impl Row {
    #[must_use]
    pub fn of(conversation: &Conversation) -> Self {
        let (owner, agent) = match conversation.owner {
            Owner::Bot => ("bot", None),
            Owner::Queue => ("queue", None),
            Owner::Agent(agent) => ("agent", Some(agent.0)),
        };
        let awaits = conversation.awaits_bot().and_then(|seq| {
            let last = conversation.messages.iter().rev().find(|message| message.from == Party::Customer)?;
            Some((seq, last.at))
        });
        Self {
            seq: conversation.seq,
            workspace: conversation.workspace,
            inbox: conversation.inbox.clone(),
            channel: conversation.channel.clone(),
            customer: conversation.customer.map(|customer| customer.0),
            language: conversation.language.tag(),
            status: match conversation.status {
                Status::Unborn => "unborn",
                Status::Open => "open",
                Status::Resolved => "resolved",
            },
            owner,
            agent,
            opened_at: conversation.opened_at,
            last_at: conversation.last_at,
            awaits,
        }
    }
}

impl Store {
    /// Takes conversations in which the bot owes an answer, the customer has been quiet since `quiet_since` and nobody
    /// holds a lease; the one who waits longest first. The lease runs until `lease_until`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn take_due(
        &self,
        now: Timestamp,
        quiet_since: Timestamp,
        limit: usize,
        lease_until: Timestamp,
        holder: Uuid,
    ) -> Result<Vec<ConversationId>, Error> {
        // Looking costs no lock: a house where nothing waits writes nothing.
        let waits: Option<(Uuid,)> = sqlx::query_as(
            "select id from conversations where awaits is not null and awaits_since <= $1 and lease_until <= $2 limit 1",
        )
        .bind(quiet_since.0)
        .bind(now.0)
        .fetch_optional(self.reading())
        .await?;
        if waits.is_none() {
            return Ok(Vec::new());
        }
        let mut taken: Vec<(Uuid, i64)> = sqlx::query_as(
            "update conversations set lease_until = $1, lease_holder = $2 where id in (
                select id from conversations
                where awaits is not null and awaits_since <= $3 and lease_until <= $4
                order by awaits_since limit $5)
             returning id, awaits_since",
        )
        .bind(lease_until.0)
        .bind(holder)
        .bind(quiet_since.0)
        .bind(now.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.writer())
        .await?;
        taken.sort_by_key(|(_, since)| *since);
        Ok(taken.into_iter().map(|(id, _)| ConversationId(id)).collect())
    }

    /// When the next conversation is due that is not yet: the end of its quiet time or of a lease.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_due(&self, quiet_ms: i64) -> Result<Option<Timestamp>, Error> {
        let due: Option<(Option<i64>,)> = sqlx::query_as(
            "select min(case when awaits_since + $1 > lease_until then awaits_since + $1 else lease_until end)
             from conversations where awaits is not null",
        )
        .bind(quiet_ms)
        .fetch_optional(self.reading())
        .await?;
        Ok(due.and_then(|(at,)| at).map(Timestamp))
    }

    /// Gives a lease back, if `holder` still has it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn release_lease(&self, conversation: ConversationId, holder: Uuid) -> Result<(), Error> {
        sqlx::query(
            "update conversations set lease_until = 0, lease_holder = null where id = $1 and lease_holder = $2",
        )
        .bind(conversation.0)
        .bind(holder)
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Ids of all conversations after `after`, in order of id, at most `limit`: for rebuilding and exports.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn conversation_ids(
        &self,
        after: Option<ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, Error> {
        let ids: Vec<(Uuid,)> = sqlx::query_as("select id from conversations where id > $1 order by id limit $2")
            .bind(after.map_or(Uuid::nil(), |id| id.0))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(self.reading())
            .await?;
        Ok(ids.into_iter().map(|(id,)| ConversationId(id)).collect())
    }

    /// Writes a projection again. Does nothing when the conversation has moved on since `row` was made.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn rewrite_projection(&self, conversation: ConversationId, row: &Row) -> Result<bool, Error> {
        let mut transaction = self.writing().await?;
        let changed = update(&mut transaction, conversation, row.seq, row).await?;
        transaction.commit().await?;
        Ok(changed)
    }
}

/// The row of a new conversation; false when there is one already.
pub(super) async fn insert(transaction: &mut Writing, id: ConversationId, row: &Row) -> Result<bool, Error> {
    let done = sqlx::query(
        "insert into conversations (id, workspace, seq, inbox, channel, customer, language, status, owner, agent,
            opened_at, last_at, awaits, awaits_since)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         on conflict (id) do nothing",
    )
    .bind(id.0)
    .bind(row.workspace.0)
    .bind(number(row.seq))
    .bind(&row.inbox)
    .bind(&row.channel)
    .bind(row.customer)
    .bind(row.language)
    .bind(row.status)
    .bind(row.owner)
    .bind(row.agent)
    .bind(row.opened_at.0)
    .bind(row.last_at.0)
    .bind(row.awaits.map(|(seq, _)| number(seq)))
    .bind(row.awaits.map(|(_, since)| since.0))
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The row after an append; false when the conversation is not at `expected`.
pub(super) async fn update(
    transaction: &mut Writing,
    id: ConversationId,
    expected: u64,
    row: &Row,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "update conversations set seq = $1, language = $2, status = $3, owner = $4, agent = $5, last_at = $6,
            awaits = $7, awaits_since = $8, workspace = $9, inbox = $10, channel = $11, customer = $12, opened_at = $13
         where id = $14 and seq = $15",
    )
    .bind(number(row.seq))
    .bind(row.language)
    .bind(row.status)
    .bind(row.owner)
    .bind(row.agent)
    .bind(row.last_at.0)
    .bind(row.awaits.map(|(seq, _)| number(seq)))
    .bind(row.awaits.map(|(_, since)| since.0))
    .bind(row.workspace.0)
    .bind(&row.inbox)
    .bind(&row.channel)
    .bind(row.customer)
    .bind(row.opened_at.0)
    .bind(id.0)
    .bind(number(expected))
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() > 0)
}
