//! The loop behind `routing`: reads who is there and what waits, and appends what is to be done. Whatever was overtaken
//! meanwhile is refused by the journal and decided anew at the next look.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::bus::{Bus, Hint, Topics};
use crate::clock;
use crate::desk::config::Config;
use crate::desk::inboxes::Inboxes;
use crate::desk::opening;
use crate::desk::queue::{self, Standing};
use crate::desk::reception::{self, Doors, Reception};
use crate::desk::routing::{self, Held, Rules, Seat, Step, Waiting, Why, World};
use crate::desk::shell::Desk;
use crate::journal::{AppendError, Journal};
use crate::model::conversation::{Conversation, Owner};
use crate::model::event::{Priority, Reason};
use crate::model::id::{AgentId, ConversationId, TeamId, WorkspaceId};
use crate::model::staff::{Presence, Role};
use crate::model::time::Timestamp;
use crate::store::work::WorkRow;
use crate::store::{self, Store};
use crate::sweep;

/// Looks at least this often: time passes without a hint.
const IDLE: Duration = Duration::from_secs(1);
/// Hints within this time are one look.
const TOGETHER: Duration = Duration::from_millis(150);

/// A cheap handle to routing.
#[derive(Clone, Debug)]
pub struct Router(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    config: Config,
    desk: Desk,
    journal: Journal,
    store: Store,
    bus: Arc<dyn Bus>,
    inboxes: Inboxes,
    /// Nobody is missed for longer than this process has looked.
    began: Timestamp,
    /// Where customers were told that they stand.
    told: Mutex<HashMap<ConversationId, Standing>>,
}

/// What becomes of a conversation that goes to people, as its customer hears it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    pub reception: Reception,
    /// Where it stands; nothing when it stands in no queue.
    pub standing: Option<Standing>,
    /// Whether the house is open now.
    pub open: bool,
}

impl Received {
    /// What the customer is told.
    #[must_use]
    pub fn notice(&self) -> &str {
        let (Reception::Taken { notice, .. } | Reception::Declined { notice }) = &self.reception;
        notice
    }
}

impl Router {
    #[must_use]
    pub fn new(
        config: Config,
        desk: Desk,
        journal: Journal,
        store: Store,
        bus: Arc<dyn Bus>,
        inboxes: Inboxes,
    ) -> Self {
        let began = clock::now();
        Self(Arc::new(Parts { config, desk, journal, store, bus, inboxes, began, told: Mutex::default() }))
    }

    /// Routes until the house closes.
    pub async fn run(self, closing: CancellationToken) {
        let wake = Arc::new(Notify::new());
        let waking = async {
            let mut hints = self.0.bus.subscribe(Topics::APPENDED.and(Topics::PRESENCE));
            loop {
                match hints.recv().await {
                    Ok(hint) if !matches!(*hint, Hint::Appended { .. } | Hint::Presence { .. }) => continue,
                    Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => std::future::pending().await,
                }
                tokio::time::sleep(TOGETHER).await;
                while !matches!(hints.try_recv(), Err(tokio::sync::broadcast::error::TryRecvError::Empty)) {}
                wake.notify_waiters();
            }
        };
        let routing = sweep::run("routing", Arc::clone(&wake), IDLE, closing, || self.sweep());
        tokio::select! {
            () = routing => {}
            () = waking => {}
        }
    }

    /// One look at everything; returns how many steps were done.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sweep(&self) -> anyhow::Result<usize> {
        let mut done = 0;
        let mut standing = HashMap::new();
        for home in self.0.store.workspaces_with_work().await? {
            let now = clock::now();
            let world = self.world(home, now).await.context("the work of people cannot be read")?;
            let steps = routing::steps(&world, &self.rules(), now);
            for step in &steps {
                done += usize::from(self.take(*step).await?);
            }
            if steps.is_empty() {
                let handle_s = self.handle_s();
                let places = world.waiting.iter().map(|one| (one.id, queue::standing(&world, one, handle_s)));
                standing.extend(places);
            }
        }
        if done == 0 {
            self.tell(standing);
        }
        Ok(done)
    }

    #[must_use]
    pub fn rules(&self) -> Rules {
        Rules {
            order: self.0.config.order,
            widen_after_ms: i64::from(self.0.config.widen_after_s) * 1000,
            vanish_after_ms: i64::from(self.0.config.vanish_after_s) * 1000,
            answer_within_ms: i64::from(self.0.config.answer_within_s) * 1000,
        }
    }

    /// Who is there and what they have to do.
    ///
    /// # Errors
    /// The store failed.
    pub async fn world(&self, home: WorkspaceId, now: Timestamp) -> Result<World, store::Error> {
        let (agents, teams, work) =
            tokio::try_join!(self.0.store.agents(home), self.0.store.teams(home), self.0.store.work(home))?;
        let seats = agents.into_iter().filter(|agent| agent.disabled_at.is_none()).map(|agent| {
            let presence = self.0.desk.presence(&agent, now);
            let here = self.0.desk.attendance().is_here(agent.id);
            let acted = self.0.desk.attendance().last_act(agent.id);
            Seat {
                // Who judges does not answer.
                ready: presence == Presence::Online && agent.role >= Role::Agent,
                away: presence == Presence::Away,
                agent: agent.id,
                languages: agent.languages,
                topics: agent.topics,
                teams: agent.teams,
                capacity: agent.capacity,
                live_at: if here { now } else { agent.live_at.max(acted).max(self.0.began) },
                routed_at: agent.routed_at,
            }
        });
        let mut world = World {
            seats: seats.collect(),
            teams: teams.into_iter().map(|team| team.id).collect(),
            ..World::default()
        };
        for row in work {
            match row.agent {
                Some(agent) => world.held.push(Held {
                    id: ConversationId(row.id),
                    agent: AgentId(agent),
                    snoozed_until: row.snoozed_until.map(Timestamp),
                    unanswered_since: row.unanswered_since.map(Timestamp),
                }),
                None => world.waiting.push(waiting(row, now)),
            }
        }
        Ok(world)
    }

    /// Decides what becomes of a conversation that should go to people.
    ///
    /// # Errors
    /// The store failed.
    pub async fn receive(
        &self,
        conversation: &Conversation,
        reason: &Reason,
        now: Timestamp,
    ) -> Result<Received, store::Error> {
        let (home, language) = (conversation.workspace, conversation.language);
        let doors = self.doors(conversation, now).await?;
        let (world, teams) = tokio::try_join!(self.world(home, now), self.0.store.teams(home))?;
        let topics: Vec<String> = conversation.labels.iter().cloned().chain(reason.rule.clone()).collect();
        let team = reception::team(&doors, &teams, &topics, language);
        let waiting = Waiting {
            team,
            topics,
            priority: conversation.priority_set.unwrap_or(reason.priority),
            since: now,
            ..Waiting::of(conversation, now)
        };
        let standing = queue::standing(&world, &waiting, self.handle_s());
        let reception = reception::receive(&doors, reason, team, Some(standing), language);
        let standing = matches!(reception, Reception::Taken { .. }).then_some(standing);
        Ok(Received { reception, standing, open: doors.open })
    }

    /// Where a conversation that is with people stands, and what its customer may be told of it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn whereabouts(&self, conversation: &Conversation, now: Timestamp) -> Result<Received, store::Error> {
        let open = self.doors(conversation, now).await?.open;
        if conversation.owner != Owner::Queue {
            return Ok(Received { open, ..Received::default() });
        }
        let world = self.world(conversation.workspace, now).await?;
        let standing = queue::standing(&world, &Waiting::of(conversation, now), self.handle_s());
        let notice = reception::in_line(Some(standing), conversation.language);
        let reception = Reception::Taken { team: conversation.team, notice };
        Ok(Received { reception, standing: Some(standing), open })
    }

    /// Whether people can be reached through the conversation's inbox.
    async fn doors(&self, conversation: &Conversation, now: Timestamp) -> Result<Doors, store::Error> {
        // What came through a door that was taken away is served all the same.
        let Some(door) = self.0.inboxes.by_key(&conversation.inbox).await? else { return Ok(Doors::default()) };
        let (settings, standing) = (&door.inbox.settings, door.standing(now));
        Ok(Doors {
            open: standing.open_now,
            opens: standing.opens_at.and_then(|at| opening::words(at, now, &settings.hours.zone)),
            closed: settings.out_of_hours,
            team: settings.team,
        })
    }

    fn handle_s(&self) -> u32 {
        self.0.config.handle_minutes.saturating_mul(60)
    }

    /// Appends what a step becomes; false when it was not wanted any more.
    async fn take(&self, step: Step) -> anyhow::Result<bool> {
        let id = step.conversation();
        let Some(conversation) = self.0.journal.load(id).await? else { return Ok(false) };
        let now = clock::now();
        let Some(event) = routing::event(&conversation, step, now) else { return Ok(false) };
        match self.0.journal.append(&conversation, vec![event], now).await {
            Ok(_) => {}
            // Somebody was faster; the next look sees what they did.
            Err(AppendError::Conflict { .. } | AppendError::Forbidden(_)) => return Ok(false),
            Err(AppendError::Store(error)) => return Err(error.into()),
        }
        if let Step::Assign { agent, .. } = step {
            self.0.store.agent_routed(agent, now).await?;
            self.0.bus.publish(Arc::new(Hint::Assigned { conversation: id, agent }));
        }
        if let Step::GiveBack { agent, why, .. } = step {
            let did = match why {
                Why::Vanished => "is gone",
                Why::Unanswered => "did not answer",
            };
            tracing::info!(conversation = %id, %agent, "agent {agent} {did}; conversation {id} is back in the queue");
        }
        Ok(true)
    }

    /// Tells the pages of those who wait where they stand, when that has changed.
    fn tell(&self, standing: HashMap<ConversationId, Standing>) {
        let mut told = self.0.told.lock().unwrap_or_else(PoisonError::into_inner);
        for (conversation, now) in &standing {
            if told.get(conversation) != Some(now) {
                let Standing { position, wait_s } = *now;
                self.0.bus.publish(Arc::new(Hint::Queued { conversation: *conversation, position, wait_s }));
            }
        }
        *told = standing;
    }
}

fn waiting(row: WorkRow, now: Timestamp) -> Waiting {
    let labels = row.labels.split('|').filter(|label| !label.is_empty()).map(str::to_owned);
    Waiting {
        id: ConversationId(row.id),
        team: row.team.map(TeamId),
        language: row.language,
        topics: labels.chain(row.escalated_rule).collect(),
        priority: match row.priority {
            0 => Priority::Low,
            2 => Priority::High,
            3 => Priority::Urgent,
            _ => Priority::Normal,
        },
        since: row.queued_since.map_or(now, Timestamp),
        let_go_by: row.let_go_by.map(|agent: Uuid| AgentId(agent)),
    }
}
