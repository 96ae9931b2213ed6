//! Closes what is over: the bot answered, and the customer has been silent for as long as the inbox says. What a person owes an
//! answer to is never closed here.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::desk::inboxes::Inboxes;
use crate::journal::{AppendError, Journal};
use crate::model::conversation::{Conversation, Owner, Status};
use crate::model::event::{Event, Party};
use crate::model::id::WorkspaceId;
use crate::model::inbox::InboxSettings;
use crate::model::time::Timestamp;
use crate::store::Store;
use crate::sweep;

/// Silence is measured in hours.
const IDLE: Duration = Duration::from_secs(60);
/// Conversations that are looked at together.
const PAGE: usize = 100;
const HOUR_MS: i64 = 3_600_000;

/// A cheap handle to the one who closes.
#[derive(Clone, Debug)]
pub struct Closer {
    journal: Journal,
    store: Store,
    inboxes: Inboxes,
}

/// Whether nobody is owed anything, and the last word was ours, so many hours ago; 0 is never.
#[must_use]
pub fn is_over(conversation: &Conversation, idle_hours: u32, now: Timestamp) -> bool {
    let bots = conversation.status == Status::Open && conversation.owner == Owner::Bot;
    let said = conversation.messages.last().filter(|message| message.from != Party::Customer);
    let silent_ms = said.map_or(0, |message| now.ms_since(message.at));
    bots && idle_hours > 0 && conversation.awaits_bot().is_none() && silent_ms >= i64::from(idle_hours) * HOUR_MS
}

impl Closer {
    #[must_use]
    pub fn new(journal: Journal, store: Store, inboxes: Inboxes) -> Self {
        Self { journal, store, inboxes }
    }

    /// Closes until the house closes.
    pub async fn run(self, home: WorkspaceId, closing: CancellationToken) {
        let wake = Arc::new(Notify::new());
        sweep::run("closing", wake, IDLE, closing, || self.sweep(home, clock::now())).await;
    }

    /// One look at what the bot has; returns how many conversations were closed.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sweep(&self, home: WorkspaceId, now: Timestamp) -> anyhow::Result<usize> {
        let mut closed = 0;
        for key in self.store.inboxes_of_bot(home).await? {
            // What came through a door that was taken away ends as in a fresh one.
            let door = self.inboxes.by_key(&key).await?;
            let hours = door.map_or_else(
                || InboxSettings::default().resolve_idle_hours,
                |door| door.inbox.settings.resolve_idle_hours,
            );
            if hours == 0 {
                continue;
            }
            let since = now.plus_ms(-i64::from(hours) * HOUR_MS);
            for id in self.store.silent_since(home, &key, since, PAGE).await? {
                let Some(conversation) = self.journal.load(id).await? else { continue };
                if !is_over(&conversation, hours, now) {
                    continue;
                }
                let over = Event::Resolved { by: Party::System };
                match self.journal.append(&conversation, vec![over], now).await {
                    Ok(_) => closed += 1,
                    // Somebody said something at this very moment.
                    Err(AppendError::Conflict { .. } | AppendError::Forbidden(_)) => {}
                    Err(AppendError::Store(error)) => return Err(error.into()),
                }
            }
        }
        Ok(closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Priority, Reason, ReasonKind, Recorded, Summary};
    use crate::text::language::Language;

    const HOURS: u32 = 72;
    const LATE: Timestamp = Timestamp(72 * HOUR_MS);

    fn after(events: Vec<Event>) -> Conversation {
        let mut conversation = Conversation::unborn(clock::id());
        let opened = Event::Opened {
            workspace: WorkspaceId::DEFAULT,
            inbox: "default".to_owned(),
            channel: "web".to_owned(),
            customer: clock::id(),
        };
        for event in std::iter::once(opened).chain(events) {
            let (seq, at) = (conversation.seq + 1, Timestamp(0));
            conversation.apply(&Recorded { seq, at, event }).unwrap();
        }
        conversation
    }

    #[test]
    fn only_what_the_bot_answered_and_nobody_took_up_is_over() {
        let (agent, said) = (clock::id(), |client_id: &str| Event::CustomerSaid {
            client_id: client_id.to_owned(),
            text: "?".to_owned(),
            language: Language::En,
            attachments: Vec::new(),
        });
        let claimed = Event::Claimed { agent, routed: false };
        let answered = vec![
            said("1"),
            claimed.clone(),
            Event::AgentSaid {
                agent,
                client_id: "a".to_owned(),
                text: "!".to_owned(),
                attachments: Vec::new(),
                citations: Vec::new(),
            },
            Event::Released { agent, to_bot: true, vanished: false, unanswered: false },
        ];
        let and = |event: Event| answered.iter().cloned().chain([event]).collect::<Vec<_>>();
        let reason = Reason { kind: ReasonKind::Asked, rule: None, priority: Priority::Normal };
        let escalated = Event::Escalated { reason, summary: Summary::default(), team: None, notice: String::new() };
        let conversation = after(answered.clone());
        assert!(is_over(&conversation, HOURS, LATE));
        assert!(!is_over(&conversation, HOURS, LATE.plus_ms(-1)) && !is_over(&conversation, 0, LATE));
        for owed in [vec![], vec![said("1")], and(said("2")), and(escalated), and(claimed)] {
            assert!(!is_over(&after(owed.clone()), HOURS, LATE), "{owed:?}");
        }
        assert!(!is_over(&after(and(Event::Resolved { by: Party::Customer })), HOURS, LATE), "once is enough");
    }
}
