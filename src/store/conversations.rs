//! The projection of conversations: what finds those that are due, and what lists of them show.

use uuid::Uuid;

use super::events::number;
use super::{Error, Store};
use crate::model::conversation::{Conversation, Mention, Owner, Status};
use crate::model::event::{Party, Priority};
use crate::model::id::{ConversationId, CustomerId, WorkspaceId};
use crate::model::time::Timestamp;
use crate::store::due::Lease;

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
    pub team: Option<Uuid>,
    pub let_go_by: Option<Uuid>,
    /// From 0, low, to 3, urgent.
    pub priority: i64,
    pub queued_since: Option<Timestamp>,
    pub waiting_since: Option<Timestamp>,
    pub snoozed_until: Option<Timestamp>,
    /// Between bars: `|refund|vip|`.
    pub labels: String,
    /// When it last mattered to somebody; nothing while it was only opened.
    pub listed_at: Option<Timestamp>,
    pub said: Option<Said>,
    pub unread: i64,
    pub escalated: Option<Escalated>,
    pub rating: Option<i64>,
    pub unanswered_since: Option<Timestamp>,
    /// In a table of their own.
    pub mentions: Vec<Mention>,
}

/// The last message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub seq: u64,
    /// `customer`, `bot` or `agent`.
    pub by: &'static str,
    /// Its beginning.
    pub text: String,
    pub files: i64,
}

/// Why the conversation was given to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalated {
    pub at: Timestamp,
    pub kind: String,
    pub rule: Option<String>,
}

/// What the projection knows now. A row that knows less is made again from its events.
const KNOWS: i64 = 3;
/// Characters of the last message.
const BEGINNING: usize = 160;

impl Row {
    /// Whether nothing but its end has moved since it was `before`.
    #[must_use]
    pub fn only_moved(&self, before: &Self) -> bool {
        let Self { seq, last_at, .. } = *self;
        *self == Self { seq, last_at, ..before.clone() }
    }

    #[must_use]
    pub fn of(conversation: &Conversation) -> Self {
        let (owner, agent) = match conversation.owner {
            Owner::Bot => ("bot", None),
            Owner::Queue => ("queue", None),
            Owner::Agent(agent) => ("agent", Some(agent.0)),
        };
        let awaits = conversation.awaits_bot().zip(conversation.awaits_since());
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
            team: conversation.team.map(|team| team.0),
            let_go_by: conversation.let_go_by.map(|agent| agent.0),
            priority: match conversation.priority() {
                Priority::Low => 0,
                Priority::Normal => 1,
                Priority::High => 2,
                Priority::Urgent => 3,
            },
            queued_since: conversation.queued_since,
            waiting_since: conversation.waiting_since(),
            snoozed_until: conversation.snoozed_until,
            labels: conversation.labels.iter().fold(String::new(), |all, label| match all.is_empty() {
                true => format!("|{label}|"),
                false => format!("{all}{label}|"),
            }),
            listed_at: match conversation.messages.last() {
                Some(message) => Some(message.at),
                None => conversation.waiting_since(),
            },
            said: conversation.messages.last().map(|message| Said {
                seq: message.seq,
                by: match message.from {
                    Party::Customer => "customer",
                    Party::Bot | Party::System => "bot",
                    Party::Agent(_) => "agent",
                },
                text: message.text.chars().take(BEGINNING).collect(),
                files: i64::try_from(message.attachments.len()).unwrap_or(i64::MAX),
            }),
            unread: i64::try_from(conversation.unread()).unwrap_or(i64::MAX),
            escalated: conversation.escalation.as_ref().map(|escalation| Escalated {
                at: escalation.at,
                kind: escalation.reason.kind.name().to_owned(),
                rule: escalation.reason.rule.clone(),
            }),
            rating: conversation.rating.map(i64::from),
            unanswered_since: conversation.unanswered_since(),
            mentions: conversation.mentions.clone(),
        }
    }
}

impl Store {
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

    /// Ids of conversations after `after` whose projection was made by an earlier program, in order, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn outdated_projections(
        &self,
        after: Option<ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, Error> {
        let ids: Vec<(Uuid,)> =
            sqlx::query_as("select id from conversations where projection < $1 and id > $2 order by id limit $3")
                .bind(KNOWS)
                .bind(after.map_or(Uuid::nil(), |id| id.0))
                .bind(i64::try_from(limit).unwrap_or(i64::MAX))
                .fetch_all(self.reading())
                .await?;
        Ok(ids.into_iter().map(|(id,)| ConversationId(id)).collect())
    }

    /// Ids of conversations in which something happened at `since` or later, after `after`, in order of id, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn conversations_since(
        &self,
        since: Timestamp,
        after: Option<ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, Error> {
        let ids: Vec<(Uuid,)> =
            sqlx::query_as("select id from conversations where last_at >= $1 and id > $2 order by id limit $3")
                .bind(since.0)
                .bind(after.map_or(Uuid::nil(), |id| id.0))
                .bind(i64::try_from(limit).unwrap_or(i64::MAX))
                .fetch_all(self.reading())
                .await?;
        Ok(ids.into_iter().map(|(id,)| ConversationId(id)).collect())
    }

    /// Ids of a customer's conversations, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn conversations_of(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
        limit: usize,
    ) -> Result<Vec<ConversationId>, Error> {
        let ids: Vec<(Uuid,)> =
            sqlx::query_as("select id from conversations where workspace = $1 and customer = $2 limit $3")
                .bind(workspace.0)
                .bind(customer.0)
                .bind(i64::try_from(limit).unwrap_or(i64::MAX))
                .fetch_all(self.reading())
                .await?;
        Ok(ids.into_iter().map(|(id,)| ConversationId(id)).collect())
    }

    /// Keys of the inboxes in which the bot has open conversations.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn inboxes_of_bot(&self, workspace: WorkspaceId) -> Result<Vec<String>, Error> {
        let keys: Vec<(String,)> = sqlx::query_as(
            "select distinct inbox from conversations where workspace = $1 and status = 'open' and owner = 'bot'",
        )
        .bind(workspace.0)
        .fetch_all(self.reading())
        .await?;
        Ok(keys.into_iter().map(|(key,)| key).collect())
    }

    /// Open conversations of the bot in which the last word was ours, at `since` or before, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn silent_since(
        &self,
        workspace: WorkspaceId,
        inbox: &str,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<ConversationId>, Error> {
        let ids: Vec<(Uuid,)> = sqlx::query_as(
            "select id from conversations where workspace = $1 and status = 'open' and owner = 'bot' and inbox = $2
                and awaits is null and said_by <> 'customer' and said_at <= $3 order by said_at limit $4",
        )
        .bind(workspace.0)
        .bind(inbox)
        .bind(since.0)
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
        let update = bound(sqlx::query(UPDATE), conversation, row, row.seq, None);
        let changed = update.execute(&mut *transaction).await?.rows_affected() > 0;
        if changed {
            super::mentions::insert(&mut transaction, row.workspace, conversation, &row.mentions).await?;
        }
        transaction.commit().await?;
        Ok(changed)
    }
}

/// Makes the row of a new conversation; nothing when there is one already.
pub(super) const INSERT: &str = "insert into conversations (
            workspace, inbox, channel, customer, language, status, owner, agent, opened_at, last_at, awaits,
            awaits_since, team, let_go_by, priority, queued_since, waiting_since, snoozed_until, labels, said_seq,
            said_at, said_by, said, said_files, unread, escalated_at, escalated_kind, escalated_rule, rating,
            unanswered_since, projection, id, seq)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
            $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)
         on conflict (id) do nothing";

/// Makes the row what it is after an append; nothing when the conversation is not where it is expected, or a lease is to be taken
/// that somebody else has at that time.
pub(super) const UPDATE: &str = "update conversations set
            workspace = $1, inbox = $2, channel = $3, customer = $4, language = $5, status = $6, owner = $7,
            agent = $8, opened_at = $9, last_at = $10, awaits = $11, awaits_since = $12, team = $13,
            let_go_by = $14, priority = $15, queued_since = $16, waiting_since = $17, snoozed_until = $18,
            labels = $19, said_seq = $20, said_at = $21, said_by = $22, said = $23, said_files = $24, unread = $25,
            escalated_at = $26, escalated_kind = $27, escalated_rule = $28, rating = $29, unanswered_since = $30,
            projection = $31, seq = $33,
            lease_until = case when $11 is null then 0 else coalesce($35, lease_until) end,
            lease_holder = coalesce($36, lease_holder)
         where id = $32 and seq = $34 and ($35 is null or lease_until <= $37 or lease_holder = $36)";

/// The same where nothing but the end of the conversation has moved: no index has to be written.
pub(super) const MOVE: &str = "update conversations set
            last_at = $10, seq = $33,
            lease_until = case when $11 is null then 0 else coalesce($35, lease_until) end,
            lease_holder = coalesce($36, lease_holder)
         where id = $32 and seq = $34 and ($35 is null or lease_until <= $37 or lease_holder = $36)";

/// Numbers of the parameters of all three statements, so that more can follow them.
pub(super) const PARAMETERS: usize = 37;

/// Binds the parameters of all three statements.
pub(super) fn bound<'a>(
    query: Query<'a>,
    id: ConversationId,
    row: &'a Row,
    expected: u64,
    lease: Option<(Lease, Timestamp)>,
) -> Query<'a> {
    let (said, escalated) = (row.said.as_ref(), row.escalated.as_ref());
    let (lease, now) = lease.unzip();
    query
        .bind(row.workspace.0)
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
        .bind(row.team)
        .bind(row.let_go_by)
        .bind(row.priority)
        .bind(row.queued_since.map(|at| at.0))
        .bind(row.waiting_since.map(|at| at.0))
        .bind(row.snoozed_until.map(|at| at.0))
        .bind(&row.labels)
        .bind(said.map(|said| number(said.seq)))
        .bind(row.listed_at.map(|at| at.0))
        .bind(said.map(|said| said.by))
        .bind(said.map(|said| said.text.as_str()))
        .bind(said.map_or(0, |said| said.files))
        .bind(row.unread)
        .bind(escalated.map(|escalated| escalated.at.0))
        .bind(escalated.map(|escalated| escalated.kind.as_str()))
        .bind(escalated.and_then(|escalated| escalated.rule.as_deref()))
        .bind(row.rating)
        .bind(row.unanswered_since.map(|at| at.0))
        .bind(KNOWS)
        .bind(id.0)
        .bind(number(row.seq))
        .bind(number(expected))
        .bind(lease.map(|lease| lease.until.0))
        .bind(lease.map(|lease| lease.holder))
        .bind(now.map(|now| now.0))
}

pub(super) type Query<'a> = sqlx::query::Query<'a, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;
