//! The seam for hints between parts of the house and, later, between nodes: wake-ups and sentences of a turn under way.
//! A lost hint costs latency, never data: the truth is in the store.

use std::fmt;
use std::sync::Arc;

use tokio::sync::broadcast;

use crate::model::event::Party;
use crate::model::id::{AgentId, ConversationId, CustomerId, TurnId, WorkspaceId};
use crate::model::passage::Citation;
use crate::model::time::Timestamp;

pub mod config;
pub mod local;

pub trait Bus: fmt::Debug + Send + Sync {
    /// Sends a hint to whoever listens; never waits.
    fn publish(&self, hint: Arc<Hint>);

    /// Hints of these topics from now on: nobody wakes for what is nothing to them. A listener that falls behind loses the oldest
    /// and is told so by the receiver.
    fn subscribe(&self, topics: Topics) -> broadcast::Receiver<Arc<Hint>>;

    /// The hints of one conversation from now on. With thousands of open pages, nobody wants to wake for the others'.
    fn follow(&self, conversation: ConversationId) -> broadcast::Receiver<Arc<Hint>>;
}

/// What hints are about: a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Topics(u16);

impl Topics {
    /// [`Hint::Appended`].
    pub const APPENDED: Self = Self(1);
    /// [`Hint::Owed`].
    pub const OWED: Self = Self(1 << 1);
    /// [`Hint::Escalated`].
    pub const ESCALATED: Self = Self(1 << 2);
    /// What is of the moment in one conversation: sentences of a turn under way, typing, places in the queue.
    pub const MOMENTS: Self = Self(1 << 3);
    /// [`Hint::Presence`].
    pub const PRESENCE: Self = Self(1 << 4);
    /// What agents are told beside conversations: mentions, contacts, assignments.
    pub const NEWS: Self = Self(1 << 5);
    /// Documents that arrive and versions that are published.
    pub const KNOWLEDGE: Self = Self(1 << 6);
    pub const ALL: Self = Self(u16::MAX);

    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub const fn hold(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl Hint {
    /// What it is about.
    #[must_use]
    pub fn topic(&self) -> Topics {
        match self {
            Self::Appended { .. } => Topics::APPENDED,
            Self::Owed { .. } => Topics::OWED,
            Self::Escalated { .. } => Topics::ESCALATED,
            Self::Sentence { .. } | Self::Typing { .. } | Self::Watching { .. } | Self::Queued { .. } => {
                Topics::MOMENTS
            }
            Self::Presence { .. } => Topics::PRESENCE,
            Self::Mention { .. } | Self::Looked { .. } | Self::Contact { .. } | Self::Assigned { .. } => Topics::NEWS,
            Self::Uploaded | Self::Published { .. } => Topics::KNOWLEDGE,
        }
    }

    /// The conversation that it is about, if it is about one.
    #[must_use]
    pub fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::Appended { conversation, .. }
            | Self::Owed { conversation, .. }
            | Self::Escalated { conversation, .. }
            | Self::Sentence { conversation, .. }
            | Self::Typing { conversation, .. }
            | Self::Watching { conversation }
            | Self::Queued { conversation, .. } => Some(*conversation),
            Self::Uploaded
            | Self::Published { .. }
            | Self::Presence { .. }
            | Self::Mention { .. }
            | Self::Looked { .. }
            | Self::Contact { .. }
            | Self::Assigned { .. } => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Hint {
    /// A conversation has a new event.
    Appended { conversation: ConversationId, seq: u64 },
    /// The bot owes an answer that it did not owe before; `since` is when the customer last said something.
    Owed { conversation: ConversationId, since: Timestamp },
    /// A conversation was given to people, by its event `seq`.
    Escalated { conversation: ConversationId, seq: u64 },
    /// A verified sentence of a reply that is not yet in the journal. It may be withdrawn: a human may step in.
    Sentence { conversation: ConversationId, turn: TurnId, number: u32, text: String, citations: Vec<Citation> },
    /// Somebody writes something to the other side; it holds for some seconds.
    Typing { conversation: ConversationId, who: Party },
    /// Other agents look at the conversation, or type in it, than before.
    Watching { conversation: ConversationId },
    /// The place in the queue, from 1, and about how long it takes; nothing while nobody is there to answer.
    Queued { conversation: ConversationId, position: u32, wait_s: Option<u32> },
    /// An agent came, went, or chose another presence.
    Presence { agent: AgentId },
    /// A note asks an agent to look at it.
    Mention { conversation: ConversationId, agent: AgentId, by: AgentId, text: String },
    /// An agent looked at what they were mentioned in.
    Looked { workspace: WorkspaceId },
    /// Something else is known of a customer than before.
    Contact { workspace: WorkspaceId, contact: CustomerId },
    /// An agent was given a conversation.
    Assigned { conversation: ConversationId, agent: AgentId },
    /// Documents wait to be read.
    Uploaded,
    /// Another knowledge version is published.
    Published { version: u64 },
}
