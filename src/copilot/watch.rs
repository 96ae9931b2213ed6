//! Completes the summary of each conversation that is handed over, beside everything else: the customer hears at once that a
//! person comes, with a summary off the log, and a better one follows when there is one.
//!
//! Nothing waits for this. A wish that is lost (a crash, a flood of them) leaves the summary off the log, which is true.

use std::sync::Arc;

use tokio::sync::{Semaphore, broadcast};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Copilot;
use crate::bus::{Bus, Hint, Topics};
use crate::clock;
use crate::journal::{AppendError, Journal};
use crate::model::conversation::{Conversation, Status};
use crate::model::event::{Event, Summary};
use crate::model::id::ConversationId;

/// Wishes that may wait for a seat.
const WAITING: usize = 100;
/// How often an append is tried again on a conversation that keeps moving.
const PATIENCE: usize = 20;

/// Somebody who hears of every handover from the moment it was made.
#[derive(Debug)]
pub struct Watch {
    copilot: Copilot,
    journal: Journal,
    hints: broadcast::Receiver<Arc<Hint>>,
}

impl Watch {
    #[must_use]
    pub fn new(copilot: Copilot, journal: Journal, bus: &dyn Bus) -> Self {
        Self { copilot, journal, hints: bus.subscribe(Topics::ESCALATED) }
    }

    /// Summarises until `closing`. What is under way then is given up.
    pub async fn run(mut self, closing: CancellationToken) {
        let seats = Arc::new(Semaphore::new(self.copilot.0.config.at_once.clamp(1, 64)));
        let mut tasks = JoinSet::new();
        loop {
            let hint = tokio::select! {
                () = closing.cancelled() => return,
                Some(_) = tasks.join_next() => continue,
                hint = self.hints.recv() => hint,
            };
            let (id, seq) = match hint.as_deref() {
                Ok(Hint::Escalated { conversation, seq }) => (*conversation, *seq),
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => continue,
                Err(broadcast::error::RecvError::Closed) => return,
            };
            if tasks.len() >= WAITING {
                tracing::warn!(conversation = %id, "too many handovers at once; the summary stays as the log gives it");
                continue;
            }
            let (copilot, journal, seats) = (self.copilot.clone(), self.journal.clone(), Arc::clone(&seats));
            tasks.spawn(async move {
                let _seat = seats.acquire_owned().await;
                if let Err(error) = complete(&copilot, &journal, id, seq).await {
                    tracing::warn!(conversation = %id, error = format!("{error:#}"), "a summary was not completed");
                }
            });
        }
    }
}

async fn complete(copilot: &Copilot, journal: &Journal, id: ConversationId, seq: u64) -> anyhow::Result<()> {
    let Some(conversation) = journal.load(id).await? else { return Ok(()) };
    if pending(&conversation, seq).is_none() {
        return Ok(());
    }
    keep(journal, id, seq, &copilot.summarise(&conversation).await).await
}

/// Puts a summary in the place of the one that stands in an escalation, while that is what the conversation is about.
///
/// # Errors
/// The journal cannot be read or written.
pub async fn keep(journal: &Journal, id: ConversationId, seq: u64, summary: &Summary) -> anyhow::Result<()> {
    for _ in 0..PATIENCE {
        let Some(current) = journal.load(id).await? else { return Ok(()) };
        if pending(&current, seq).is_none_or(|known| known == summary) {
            return Ok(());
        }
        let event = Event::Summarised { of: seq, summary: Box::new(summary.clone()) };
        match journal.append(&current, vec![event], clock::now()).await {
            Ok(_) | Err(AppendError::Forbidden(_)) => return Ok(()),
            Err(AppendError::Conflict { .. }) => {}
            Err(AppendError::Store(error)) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The summary that stands in an escalation, while that is what the conversation is about.
fn pending(conversation: &Conversation, seq: u64) -> Option<&Summary> {
    let escalation = conversation.escalation.as_ref().filter(|escalation| escalation.seq == seq)?;
    (conversation.status == Status::Open).then_some(&escalation.summary)
}
