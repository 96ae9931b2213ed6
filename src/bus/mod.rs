//! The seam for hints between parts of the house and, later, between nodes: wake-ups and sentences of a turn under way.
//! A lost hint costs latency, never data: the truth is in the store.

use std::fmt;
use std::sync::Arc;

use tokio::sync::broadcast;

use crate::model::id::{ConversationId, TurnId};
use crate::model::passage::Citation;

pub mod config;
pub mod local;

pub trait Bus: fmt::Debug + Send + Sync {
    /// Sends a hint to whoever listens; never waits.
    fn publish(&self, hint: Arc<Hint>);

    /// All hints from now on. A listener that falls behind loses the oldest and is told so by the receiver.
    fn subscribe(&self) -> broadcast::Receiver<Arc<Hint>>;

    /// The hints of one conversation from now on. With thousands of open pages, nobody wants to wake for the others'.
    fn follow(&self, conversation: ConversationId) -> broadcast::Receiver<Arc<Hint>>;
}

impl Hint {
    /// The conversation that it is about, if it is about one.
    #[must_use]
    pub fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::Appended { conversation, .. } | Self::Sentence { conversation, .. } => Some(*conversation),
            Self::Uploaded | Self::Published { .. } => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Hint {
    /// A conversation has a new event.
    Appended { conversation: ConversationId, seq: u64 },
    /// A verified sentence of a reply that is not yet in the journal. It may be withdrawn: a human may step in.
    Sentence { conversation: ConversationId, turn: TurnId, number: u32, text: String, citations: Vec<Citation> },
    /// Documents wait to be read.
    Uploaded,
    /// Another knowledge version is published.
    Published { version: u64 },
}
