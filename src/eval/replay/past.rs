//! Turns of the past: what the bot knew before each of them, and what came of it. Pure.

use crate::model::conversation::{Conversation, Forbidden};
use crate::model::decision::Decision;
use crate::model::event::{Event, Party, Recorded};
use crate::model::id::{ConversationId, TurnId};
use crate::model::passage::Citation;
use crate::model::time::Timestamp;

/// A turn that was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    pub at: Timestamp,
    pub turn: TurnId,
    /// The conversation as the turn found it.
    pub before: Conversation,
    pub decision: Decision,
    pub said: String,
    pub citations: Vec<Citation>,
}

impl Past {
    /// What the customer asked last.
    #[must_use]
    pub fn question(&self) -> &str {
        let asked = self.before.messages.iter().rfind(|message| message.from == Party::Customer);
        asked.map_or("", |message| message.text.as_str())
    }

    /// Whether the turn did not end by a decision of dialogue, so that there is nothing to do again.
    #[must_use]
    pub fn broke(&self) -> bool {
        self.decision.calibration == "none"
    }
}

/// The turns of a conversation that were decided at `since` or later, in order.
///
/// # Errors
/// Events that cannot follow each other.
pub fn turns(id: ConversationId, events: &[Recorded], since: Timestamp) -> Result<Vec<Past>, Forbidden> {
    let mut conversation = Conversation::unborn(id);
    let mut started: Option<(TurnId, Conversation)> = None;
    let mut turns: Vec<Past> = Vec::new();
    for recorded in events {
        conversation.apply(recorded)?;
        match &recorded.event {
            Event::TurnStarted { turn, .. } => started = Some((*turn, conversation.clone())),
            Event::Decided { decision } if recorded.at >= since => {
                if let Some((turn, before)) = started.take().filter(|(turn, _)| *turn == decision.turn) {
                    let decision = (**decision).clone();
                    let past =
                        Past { at: recorded.at, turn, before, decision, said: String::new(), citations: Vec::new() };
                    turns.push(past);
                }
            }
            Event::BotSaid { turn, text, citations, .. } => {
                if let Some(past) = turns.last_mut().filter(|past| past.turn == *turn) {
                    past.said.clone_from(text);
                    past.citations.clone_from(citations);
                }
            }
            _ => {}
        }
    }
    Ok(turns)
}
