//! The desk of a house: takes what agents do to the journal, and knows who is there.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::bus::{Bus, Hint, Topics};
use crate::clock;
use crate::desk::actions::{self, Action, Actor, Refusal};
use crate::desk::attendance::Attendance;
use crate::desk::config::Config;
use crate::journal::{AppendError, Journal};
use crate::model::conversation::Conversation;
use crate::model::event::{Event, Party, Target};
use crate::model::id::{AgentId, ConversationId, WorkspaceId};
use crate::model::staff::{Presence, Role};
use crate::model::time::Timestamp;
use crate::store::agents::AgentRow;
use crate::store::{self, Store};

/// Appends that may be overtaken by others before we give up.
const TRIES: usize = 32;
/// How often it is written down who is there.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How long somebody counts as there after their last sign of life: a reload or a short cut of the line is no absence.
pub const GRACE_MS: i64 = 20_000;
/// Characters of a note that a mention carries.
const EXCERPT: usize = 200;

/// A cheap handle to the desk.
#[derive(Clone, Debug)]
pub struct Desk(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    config: Config,
    journal: Journal,
    store: Store,
    bus: Arc<dyn Bus>,
    attendance: Attendance,
}

/// What came of it: the conversation as it is then, and where a message stands.
#[derive(Clone, Debug)]
pub struct Acted {
    pub conversation: Arc<Conversation>,
    /// Seq of the message, when it was one that had been sent before.
    pub repeated: Option<u64>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such conversation")]
    NoSuchConversation,
    #[error("there is no such agent or team")]
    NoSuchTarget,
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Very many others wrote at the same moment.
    #[error("the conversation is too busy")]
    Busy,
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Desk {
    #[must_use]
    pub fn new(config: Config, journal: Journal, store: Store, bus: Arc<dyn Bus>) -> Self {
        let attendance = Attendance::new(Arc::clone(&bus));
        Self(Arc::new(Parts { config, journal, store, bus, attendance }))
    }

    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    #[must_use]
    pub fn attendance(&self) -> &Attendance {
        &self.0.attendance
    }

    /// A conversation of a workspace.
    ///
    /// # Errors
    /// [`Error::NoSuchConversation`], also for those of other workspaces, or the store failed.
    pub async fn conversation(&self, home: WorkspaceId, id: ConversationId) -> Result<Arc<Conversation>, Error> {
        let found = self.0.journal.load(id).await?.filter(|conversation| conversation.workspace == home);
        found.ok_or(Error::NoSuchConversation)
    }

    /// Does what an agent wants, on the conversation as it is at the moment of the append.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn act(&self, agent: &AgentRow, id: ConversationId, action: Action) -> Result<Acted, Error> {
        self.check_target(agent.workspace, &action).await?;
        self.0.attendance.acted(agent.id, clock::now());
        let actor = Actor { agent: agent.id, supervises: agent.role >= Role::Admin };
        for _ in 0..TRIES {
            let before = self.conversation(agent.workspace, id).await?;
            let events = match actions::decide(&before, actor, &action) {
                Ok(events) => events,
                Err(Refusal::Repeated { seq }) => return Ok(Acted { conversation: before, repeated: Some(seq) }),
                Err(refusal) => return Err(refusal.into()),
            };
            if events.is_empty() {
                return Ok(Acted { conversation: before, repeated: None });
            }
            match self.0.journal.append(&before, events.clone(), clock::now()).await {
                Ok(conversation) => {
                    self.tell(agent, id, &events);
                    return Ok(Acted { conversation, repeated: None });
                }
                Err(AppendError::Conflict { .. }) => {}
                Err(AppendError::Forbidden(_)) => return Err(Refusal::Conflict.into()),
                Err(AppendError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::Busy)
    }

    /// Somebody types. Colleagues see it always, the customer when it is the one who speaks with them.
    pub fn typed(&self, agent: AgentId, conversation: ConversationId, owner: bool, now: Timestamp) {
        self.0.attendance.typed(agent, conversation, now);
        self.0.bus.publish(Arc::new(Hint::Watching { conversation }));
        if owner {
            self.0.bus.publish(Arc::new(Hint::Typing { conversation, who: Party::Agent(agent) }));
        }
    }

    /// How an agent is reached at the moment: what they chose, as long as they are there.
    #[must_use]
    pub fn presence(&self, agent: &AgentRow, now: Timestamp) -> Presence {
        let here = self.0.attendance.is_here(agent.id) || now.ms_since(agent.live_at) < GRACE_MS;
        if here && agent.disabled_at.is_none() { agent.presence } else { Presence::Offline }
    }

    /// Tells everybody that an agent's presence may have changed.
    pub fn announce(&self, agent: AgentId) {
        self.0.bus.publish(Arc::new(Hint::Presence { agent }));
    }

    /// Writes down who is there, until the house closes.
    pub async fn keep_attendance(self, closing: CancellationToken) {
        let mut hints = self.0.bus.subscribe(Topics::PRESENCE);
        // When somebody was last here whose absence nobody has been told yet.
        let mut seen: HashMap<AgentId, Timestamp> = HashMap::new();
        while !closing.is_cancelled() {
            let (here, now) = (self.0.attendance.here(), clock::now());
            seen.extend(here.iter().map(|agent| (*agent, now)));
            for (agent, _) in seen.extract_if(|_, last| now.ms_since(*last) >= GRACE_MS) {
                self.announce(agent);
            }
            if let Err(error) = self.0.store.agents_live(&here, now).await {
                tracing::warn!(%error, "who is at the desk could not be written down");
            }
            let arrived = async {
                loop {
                    match hints.recv().await {
                        Ok(hint) if matches!(*hint, Hint::Presence { .. }) => return,
                        Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                        Err(tokio::sync::broadcast::error::RecvError::Closed) => std::future::pending().await,
                    }
                }
            };
            tokio::select! {
                () = closing.cancelled() => {}
                () = tokio::time::sleep(HEARTBEAT) => {}
                () = arrived => {}
            }
        }
    }

    async fn check_target(&self, home: WorkspaceId, action: &Action) -> Result<(), Error> {
        let known = match action {
            Action::Transfer { to: Target::Agent(agent), .. } => {
                let found = self.0.store.agent(home, *agent).await?;
                found.is_some_and(|agent| agent.disabled_at.is_none() && agent.role >= Role::Agent)
            }
            Action::Transfer { to: Target::Team(team), .. } => {
                self.0.store.teams(home).await?.iter().any(|known| known.id == *team)
            }
            Action::Note { mentions, .. } if !mentions.is_empty() => {
                let agents = self.0.store.agents(home).await?;
                mentions.iter().all(|mention| agents.iter().any(|agent| agent.id == *mention))
            }
            _ => true,
        };
        if known { Ok(()) } else { Err(Error::NoSuchTarget) }
    }

    fn tell(&self, by: &AgentRow, conversation: ConversationId, events: &[Event]) {
        for event in events {
            match event {
                Event::Noted { text, mentions, .. } => {
                    for agent in mentions {
                        let text = text.chars().take(EXCERPT).collect();
                        let hint = Hint::Mention { conversation, agent: *agent, by: by.id, text };
                        self.0.bus.publish(Arc::new(hint));
                    }
                }
                Event::Transferred { to: Target::Agent(agent), .. } if *agent != by.id => {
                    self.0.bus.publish(Arc::new(Hint::Assigned { conversation, agent: *agent }));
                }
                _ => {}
            }
        }
    }
}
