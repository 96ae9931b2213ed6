//! A conversation as its events made it. How an event changes it stands in `fold.rs`.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::attachment::Attachment;
use crate::model::event::{Party, Priority, Reason, Summary};
use crate::model::id::{AgentId, ConversationId, CustomerId, TeamId, TurnId, WorkspaceId};
use crate::model::passage::Citation;
use crate::model::time::Timestamp;
use crate::text::language::Language;

/// A conversation as its events made it. Fields are read freely; only `apply` writes them.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    pub id: ConversationId,
    /// Seq of the last event; 0 before the first.
    pub seq: u64,
    pub workspace: WorkspaceId,
    pub inbox: String,
    pub channel: String,
    pub customer: Option<CustomerId>,
    pub language: Language,
    pub status: Status,
    pub owner: Owner,
    pub opened_at: Timestamp,
    pub last_at: Timestamp,
    /// Shared with earlier states of the conversation: each append makes a new one.
    pub messages: Vec<Arc<Message>>,
    pub labels: BTreeSet<String>,
    /// The bot's attempt under way, and the message that it answers.
    pub turn: Option<Turn>,
    /// Seq of the last customer message that somebody dealt with.
    pub answered_through: u64,
    pub escalation: Option<Escalation>,
    /// The team whose queue it stands in, or stood in before an agent took it.
    pub team: Option<TeamId>,
    /// The agent who gave it back to the queue, while it stands there.
    pub let_go_by: Option<AgentId>,
    /// What an agent set; it wins over the escalation's.
    pub priority_set: Option<Priority>,
    /// Since when it stands in the queue, while it does.
    pub queued_since: Option<Timestamp>,
    /// Until when it is set aside, while it is.
    pub snoozed_until: Option<Timestamp>,
    /// When routing gave it to its agent, until they do something about it: answer, or set it aside.
    pub routed_at: Option<Timestamp>,
    /// Who was named in notes, in order.
    pub mentions: Vec<Mention>,
    /// How far the customer and the business have read, as seq.
    pub seen: Seen,
    /// The last score that the customer gave, 1 to 5.
    pub rating: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nothing happened yet.
    Unborn,
    Open,
    Resolved,
}

/// How far each side has read: the seq of the last message that was on their screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub customer: u64,
    /// Any agent.
    pub business: u64,
}

/// Who speaks for the business. One value, so two owners cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    Bot,
    /// Waiting for a person.
    Queue,
    Agent(AgentId),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub seq: u64,
    pub at: Timestamp,
    pub from: Party,
    pub text: String,
    pub client_id: Option<String>,
    pub citations: Vec<Citation>,
    pub attachments: Vec<Attachment>,
    pub offers_human: bool,
    pub delivered: bool,
}

/// A note that asks an agent to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
    pub agent: AgentId,
    pub seq: u64,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub id: TurnId,
    pub through: u64,
    /// A decision was recorded.
    pub decided: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    pub reason: Reason,
    pub summary: Summary,
    pub at: Timestamp,
    pub seq: u64,
}

/// Why an event cannot follow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    #[error("the conversation has not been opened")]
    NotOpened,
    #[error("the conversation was opened before")]
    OpenedTwice,
    #[error("event {got} cannot follow event {last}")]
    OutOfOrder { last: u64, got: u64 },
    #[error("the conversation is resolved")]
    Resolved,
    #[error("the conversation is not resolved")]
    NotResolved,
    /// The same client id came before: the message is already there.
    #[error("the message is already there as event {seq}")]
    Repeated { seq: u64 },
    #[error("the bot does not own the conversation")]
    NotTheBots,
    #[error("this agent does not own the conversation")]
    NotTheAgents,
    #[error("an agent owns the conversation already")]
    Taken { by: AgentId },
    #[error("the conversation was already given to people")]
    AlreadyEscalated,
    #[error("the conversation was not given to people there")]
    NotEscalated,
    #[error("the turn is not the one under way")]
    WrongTurn,
    /// A reply is explained by the decision before it.
    #[error("the turn has no decision yet")]
    Undecided,
    #[error("the turn has its decision already")]
    AlreadyDecided,
    #[error("the conversation is not snoozed")]
    NotSnoozed,
    #[error("there is no such message")]
    NoSuchMessage,
    #[error("a score is between 1 and 5")]
    BadScore,
}

impl Conversation {
    /// A conversation before its first event.
    #[must_use]
    pub fn unborn(id: ConversationId) -> Self {
        Self {
            id,
            seq: 0,
            workspace: WorkspaceId::DEFAULT,
            inbox: String::new(),
            channel: String::new(),
            customer: None,
            language: Language::default(),
            status: Status::Unborn,
            owner: Owner::Bot,
            opened_at: Timestamp::default(),
            last_at: Timestamp::default(),
            messages: Vec::new(),
            labels: BTreeSet::new(),
            turn: None,
            answered_through: 0,
            escalation: None,
            team: None,
            let_go_by: None,
            priority_set: None,
            queued_since: None,
            snoozed_until: None,
            routed_at: None,
            mentions: Vec::new(),
            seen: Seen::default(),
            rating: None,
        }
    }

    /// Seq of the customer's last message when the bot owes an answer to it.
    #[must_use]
    pub fn awaits_bot(&self) -> Option<u64> {
        self.unanswered().map(|message| message.seq)
    }

    /// When that message was sent.
    #[must_use]
    pub fn awaits_since(&self) -> Option<Timestamp> {
        self.unanswered().map(|message| message.at)
    }

    fn unanswered(&self) -> Option<&Message> {
        if self.status != Status::Open || self.owner != Owner::Bot {
            return None;
        }
        self.last_from(Party::Customer).filter(|message| message.seq > self.answered_through)
    }

    /// The message that this party sent with this client id, if it arrived before. Ids are the sender's own: one that a
    /// customer chose cannot swallow what an agent says.
    #[must_use]
    pub fn sent_as(&self, from: Party, client_id: &str) -> Option<&Message> {
        let same = |message: &&Arc<Message>| message.from == from && message.client_id.as_deref() == Some(client_id);
        self.messages.iter().rev().find(same).map(|message| &**message)
    }

    fn last_from(&self, party: Party) -> Option<&Message> {
        self.messages.iter().rev().find(|message| message.from == party).map(|message| &**message)
    }

    /// Since when the customer waits for a person: from the moment that one was asked for, and later from their first
    /// message that no agent answered. `None` while the bot answers, and while it is the customer's turn.
    #[must_use]
    pub fn waiting_since(&self) -> Option<Timestamp> {
        if self.status != Status::Open || self.owner == Owner::Bot {
            return None;
        }
        let agent_said = self.last_said(|party| matches!(party, Party::Agent(_)));
        let escalated = self.escalation.as_ref().filter(|escalation| escalation.seq > agent_said);
        let spoken = agent_said.max(self.last_said(|party| party == Party::Bot));
        let unheard = self.messages.iter().find(|message| message.from == Party::Customer && message.seq > spoken);
        escalated.map(|escalation| escalation.at).or(unheard.map(|message| message.at)).or(self.queued_since)
    }

    /// Since when the customer waits for the first answer of the agent whom routing chose; `None` once there is one, and for
    /// agents who took the conversation themselves.
    #[must_use]
    pub fn unanswered_since(&self) -> Option<Timestamp> {
        let routed_at = self.routed_at?;
        self.waiting_since().map(|since| since.max(routed_at))
    }

    /// The customer's messages that nobody of the business has read; none are for people while the bot answers.
    #[must_use]
    pub fn unread(&self) -> usize {
        if self.owner == Owner::Bot {
            return 0;
        }
        let newest = self.messages.iter().rev().take_while(|message| message.seq > self.seen.business);
        newest.filter(|message| message.from == Party::Customer).count()
    }

    fn last_said(&self, by: impl Fn(Party) -> bool) -> u64 {
        self.messages.iter().rev().find(|message| by(message.from)).map_or(0, |message| message.seq)
    }

    /// Urgency of the conversation in the queue.
    #[must_use]
    pub fn priority(&self) -> Priority {
        let escalated = self.escalation.as_ref().map(|escalation| escalation.reason.priority);
        self.priority_set.or(escalated).unwrap_or_default()
    }
}
