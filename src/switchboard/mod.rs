//! Who speaks next? Takes conversations in which the bot owes an answer, runs a turn, and commits it or hands over to a
//! person. Knows neither channels nor providers.
//!
//! Whatever happens in a turn (a panic, a hang, a crash of the process), the customer gets exactly one reply to it, and a
//! person who steps in is never talked over.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, Semaphore, broadcast};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::agenda::Agenda;
use crate::bus::{Bus, Hint, Topics};
use crate::clock;
use crate::desk::reception::Reception;
use crate::desk::router::{Received, Router};
use crate::desk::summary;
use crate::dialogue::Dialogue;
use crate::journal::{AppendError, Journal};
use crate::model::conversation::{Conversation, Owner, Status};
use crate::model::event::{Event, Party, Reason};
use crate::model::id::ConversationId;
use crate::store::due::Owed;

mod agenda;
pub mod outcome;
mod turn;

/// Looks for due conversations at least this often, also when nobody woke it: leases of dead processes run out silently.
const IDLE: Duration = Duration::from_secs(2);
/// Shortest pause between two looks that nobody asked for.
const GRAIN: Duration = Duration::from_millis(5);
/// How often an append is tried again on a conversation that keeps moving.
const PATIENCE: usize = 20;

/// Settings of the switchboard.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Silence of the customer that ends a burst of messages, in milliseconds.
    pub quiet_ms: u32,
    pub turns_at_once: usize,
    /// Longest turn in milliseconds.
    pub deadline_ms: u32,
    /// How long a turn belongs to the process that took it, in milliseconds.
    pub lease_ms: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { quiet_ms: 200, turns_at_once: 16, deadline_ms: 14_000, lease_ms: 20_000 }
    }
}

/// The switchboard of one process.
#[derive(Clone, Debug)]
pub struct Switchboard(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    config: Config,
    journal: Journal,
    bus: Arc<dyn Bus>,
    dialogue: Arc<Dialogue>,
    router: Router,
    seats: Arc<Semaphore>,
    seated: Mutex<Seated>,
    /// A turn ended, and there may be more to answer.
    ended: Notify,
    /// Somebody may wait for a seat.
    crowded: AtomicBool,
}

/// What came of a wish for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandOver {
    /// People have it, or had it already.
    Done(Received),
    /// Nobody is there, and the bot goes on.
    Declined(Received),
    Unknown,
}

impl Switchboard {
    #[must_use]
    pub fn new(config: Config, journal: Journal, bus: Arc<dyn Bus>, dialogue: Arc<Dialogue>, router: Router) -> Self {
        let seats = Arc::new(Semaphore::new(config.turns_at_once.min(Semaphore::MAX_PERMITS)));
        let (seated, ended, crowded) = (Mutex::default(), Notify::new(), AtomicBool::new(false));
        Self(Arc::new(Parts { config, journal, bus, dialogue, router, seats, seated, ended, crowded }))
    }

    /// Answers what is due until `closing`, then lets the turns under way finish.
    ///
    /// What is due it is told by hints. The store is asked at the start, when a turn left something, when hints were lost, and
    /// now and then: leases of dead processes run out silently.
    pub async fn run(&self, closing: CancellationToken) {
        let turns = TaskTracker::new();
        // Registered before the first look, so that no message falls between look and sleep.
        let mut hints = self.0.bus.subscribe(Topics::OWED);
        let mut agenda = Agenda::default();
        let mut look_at = Instant::now();
        while !closing.is_cancelled() {
            if look_at <= Instant::now() {
                look_at = Instant::now() + IDLE;
                if let Err(error) = self.look(&mut agenda).await {
                    tracing::error!(error = format!("{error:#}"), "cannot look for due conversations");
                }
            }
            let again_at = self.seat_due(&mut agenda, &turns).map_or(look_at, |due| due.min(look_at));
            let told = tokio::select! {
                () = closing.cancelled() => break,
                () = tokio::time::sleep_until(again_at) => true,
                () = self.0.ended.notified() => false,
                told = self.hear(&mut hints, &mut agenda) => told,
            };
            if !told {
                look_at = Instant::now();
            }
        }
        turns.close();
        turns.wait().await;
    }

    /// Gives the conversation to people because somebody wishes it, whatever the bot is doing.
    ///
    /// # Errors
    /// The store failed, or the conversation did not stand still.
    pub async fn hand_over(&self, id: ConversationId, reason: Reason) -> anyhow::Result<HandOver> {
        for _ in 0..PATIENCE {
            let Some(conversation) = self.0.journal.load(id).await? else { return Ok(HandOver::Unknown) };
            let mut events = match (conversation.status, conversation.owner) {
                (Status::Unborn, _) => return Ok(HandOver::Unknown),
                (Status::Open, Owner::Queue | Owner::Agent(_)) => {
                    return Ok(HandOver::Done(self.0.router.whereabouts(&conversation, clock::now()).await?));
                }
                (Status::Open, Owner::Bot) => Vec::new(),
                (Status::Resolved, _) => vec![Event::Reopened { by: Party::Customer }],
            };
            let received = self.0.receive(&conversation, &reason).await;
            let Reception::Taken { team, notice } = received.reception.clone() else {
                return Ok(HandOver::Declined(received));
            };
            let summary = summary::from_log(&conversation, &[]);
            events.push(Event::Escalated { reason: reason.clone(), summary, team, notice });
            match self.0.journal.append(&conversation, events, clock::now()).await {
                Ok(_) => return Ok(HandOver::Done(received)),
                Err(AppendError::Conflict { .. }) => {}
                Err(error) => return Err(error).context("the wish for a person could not be recorded"),
            }
        }
        anyhow::bail!("conversation {id} kept changing while it was given to people")
    }

    /// Writes the agenda anew from the store.
    async fn look(&self, agenda: &mut Agenda) -> anyhow::Result<()> {
        // Those that are seated may still stand in front: their leases come with the start of their turns.
        let most = self.0.config.turns_at_once + 1;
        let owed = self.0.journal.owed(self.0.config.quiet_ms.into(), most).await?;
        agenda.clear();
        for Owed { conversation, due } in owed {
            agenda.put(conversation, due);
        }
        Ok(())
    }

    /// Waits until an answer is owed somewhere, and writes down all that came until then. False when something was missed.
    async fn hear(&self, hints: &mut broadcast::Receiver<Arc<Hint>>, agenda: &mut Agenda) -> bool {
        let mut put = |hint: &Hint| match *hint {
            Hint::Owed { conversation, since } => {
                agenda.put(conversation, since.plus_ms(self.0.config.quiet_ms.into()))
            }
            _ => true,
        };
        let mut whole = match hints.recv().await {
            Ok(hint) => put(&hint),
            Err(broadcast::error::RecvError::Lagged(_)) => false,
            // The house is closing; the idle clock does the rest.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        };
        loop {
            match hints.try_recv() {
                Ok(hint) => whole &= put(&hint),
                Err(broadcast::error::TryRecvError::Lagged(_)) => whole = false,
                Err(_) => return whole,
            }
        }
    }

    /// Starts a turn for each due conversation, as far as there are seats, and says when the next one is due.
    fn seat_due(&self, agenda: &mut Agenda, turns: &TaskTracker) -> Option<Instant> {
        let now = clock::now();
        while let Some((id, due)) = agenda.first() {
            let left_ms = due.ms_since(now);
            if left_ms > 0 {
                return Some(Instant::now() + pause(left_ms));
            }
            // Said before the seat is asked for, so that no turn ends unheard in between: then the end of a turn wakes us.
            self.0.crowded.store(true, Ordering::SeqCst);
            let Ok(seat) = Arc::clone(&self.0.seats).try_acquire_owned() else { return None };
            self.0.crowded.store(false, Ordering::SeqCst);
            agenda.pop();
            if !self.0.seated().sit_down(id) {
                continue;
            }
            let parts = Arc::clone(&self.0);
            turns.spawn(async move {
                let holder = clock::id();
                let ended = turn::answer(&parts, id, holder).await;
                match &ended {
                    // The last append gave the lease back.
                    Ok(turn::End::Answered | turn::End::Elsewhere | turn::End::Nothing) => {}
                    Ok(turn::End::Owing) => {
                        if let Err(error) = parts.journal.release_lease(id, holder).await {
                            tracing::warn!(conversation = %id, %error, "lease not released; it runs out by itself");
                        }
                    }
                    // The lease runs out and the turn is done again.
                    Err(error) => {
                        tracing::error!(conversation = %id, error = format!("{error:#}"), "turn failed, to be repeated");
                    }
                }
                let wanted = parts.seated().stand_up(id);
                drop(seat);
                let crowded = parts.crowded.swap(false, Ordering::SeqCst);
                if wanted || crowded || matches!(ended, Ok(turn::End::Owing)) {
                    parts.ended.notify_one();
                }
            });
        }
        None
    }
}

/// Conversations that this process answers now, and whether they were due again meanwhile.
#[derive(Debug, Default)]
struct Seated(HashMap<ConversationId, bool>);

impl Seated {
    /// False when it sits already; whoever asked is told when it stands up.
    fn sit_down(&mut self, id: ConversationId) -> bool {
        match self.0.entry(id) {
            Entry::Vacant(place) => {
                place.insert(false);
                true
            }
            Entry::Occupied(mut place) => {
                place.insert(true);
                false
            }
        }
    }

    /// Whether somebody asked for it meanwhile.
    fn stand_up(&mut self, id: ConversationId) -> bool {
        self.0.remove(&id).unwrap_or(false)
    }
}

impl Parts {
    fn seated(&self) -> MutexGuard<'_, Seated> {
        self.seated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What becomes of a conversation that should go to people. Not knowing where it will stand stops nothing.
    async fn receive(&self, conversation: &Conversation, reason: &Reason) -> Received {
        self.router.receive(conversation, reason, clock::now()).await.unwrap_or_else(|error| {
            tracing::error!(conversation = %conversation.id, %error, "a customer could not be told what happens now");
            Received::default()
        })
    }
}

/// How long to sleep when the next conversation is due in so many milliseconds.
fn pause(left_ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(left_ms).unwrap_or(0)).clamp(GRAIN, IDLE)
}
