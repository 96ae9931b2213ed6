//! Append once, in order; follow from any point. The only way to change a conversation.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::Stream;
use lru::LruCache;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::bus::{Bus, Hint};
use crate::model::conversation::{Conversation, Forbidden};
use crate::model::event::{Event, Recorded};
use crate::model::id::ConversationId;
use crate::model::time::Timestamp;
use crate::store::conversations::Row;
use crate::store::due::{Lease, Owed};
use crate::store::events::{Append, Appended};
use crate::store::{self, Store};

/// Folded conversations that are kept; a kept one is still brought up to date before it is handed out.
const KEPT: NonZeroUsize = NonZeroUsize::new(1024).expect("1024 is not zero");
/// Events that are read at a time.
const PAGE: usize = 256;
/// Appends that a follower may fall behind before it reads them from the store.
const BEHIND: usize = 16;
/// How often a follower looks for itself, in case another process appended and its hint was lost.
const RECHECK: Duration = Duration::from_secs(2);

/// A cheap handle to the journal.
#[derive(Clone, Debug)]
pub struct Journal {
    store: Store,
    bus: Arc<dyn Bus>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    folded: Mutex<LruCache<ConversationId, Arc<Conversation>>>,
    /// What is appended to conversations that somebody follows: followers need not read it again.
    followed: Mutex<HashMap<ConversationId, broadcast::Sender<Arc<[Recorded]>>>>,
}

/// Why nothing was appended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Somebody appended since the caller looked.
    #[error("the conversation has moved on to event {actual}")]
    Conflict { actual: u64 },
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Journal {
    #[must_use]
    pub fn new(store: Store, bus: Arc<dyn Bus>) -> Self {
        let folded = Mutex::new(LruCache::new(KEPT));
        Self { store, bus, shared: Arc::new(Shared { folded, followed: Mutex::default() }) }
    }

    /// A conversation as it is now, or `None` when there is no such.
    ///
    /// # Errors
    /// When the store cannot be read, or holds events that cannot follow each other.
    pub async fn load(&self, id: ConversationId) -> Result<Option<Arc<Conversation>>, store::Error> {
        let kept = lock(&self.shared.folded).get(&id).cloned();
        let mut conversation = kept.unwrap_or_else(|| Arc::new(Conversation::unborn(id)));
        loop {
            let events = self.store.events_after(id, conversation.seq, PAGE).await?;
            let full = events.len() == PAGE;
            if !events.is_empty() {
                let current = Arc::make_mut(&mut conversation);
                for recorded in &events {
                    current.apply(recorded).map_err(|error| {
                        store::Error::Corrupt(format!("conversation {id}, event {}: {error}", recorded.seq))
                    })?;
                }
            }
            if !full {
                break;
            }
        }
        if conversation.seq == 0 {
            return Ok(None);
        }
        self.keep(&conversation);
        Ok(Some(conversation))
    }

    /// A conversation as this process knows it, or as it is now when it knows nothing.
    ///
    /// Other processes may have moved on. That is found out at the append, which is refused then; after a refusal use
    /// [`Journal::load`].
    ///
    /// # Errors
    /// As [`Journal::load`].
    pub async fn recall(&self, id: ConversationId) -> Result<Option<Arc<Conversation>>, store::Error> {
        let kept = lock(&self.shared.folded).get(&id).cloned();
        match kept {
            Some(conversation) => Ok(Some(conversation)),
            None => self.load(id).await,
        }
    }

    /// Appends events after those that `before` holds, all or none, and returns what the conversation is then. What was
    /// appended is on the disk when this returns.
    ///
    /// # Errors
    /// [`AppendError::Conflict`] when `before` is not the present any more, [`AppendError::Forbidden`] when an event cannot
    /// follow.
    pub async fn append(
        &self,
        before: &Conversation,
        events: Vec<Event>,
        now: Timestamp,
    ) -> Result<Arc<Conversation>, AppendError> {
        let conflict = AppendError::Conflict { actual: before.seq };
        self.append_with(before, events, now, None).await?.ok_or(conflict)
    }

    /// Appends the start of a turn and takes the lease of the conversation with it, in one step: a turn has one owner from its
    /// first moment, and taking it costs no write of its own. Nothing when somebody else is answering.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub async fn begin_turn(
        &self,
        before: &Conversation,
        started: Event,
        now: Timestamp,
        lease: Lease,
    ) -> Result<Option<Arc<Conversation>>, AppendError> {
        self.append_with(before, vec![started], now, Some(lease)).await
    }

    async fn append_with(
        &self,
        before: &Conversation,
        events: Vec<Event>,
        now: Timestamp,
        lease: Option<Lease>,
    ) -> Result<Option<Arc<Conversation>>, AppendError> {
        let mut after = before.clone();
        let mut recorded = Vec::with_capacity(events.len());
        for event in events {
            let next = Recorded { seq: after.seq + 1, at: now, event };
            after.apply(&next)?;
            recorded.push(next);
        }
        let handed_over = recorded.iter().find(|recorded| matches!(recorded.event, Event::Escalated { .. }));
        let handed_over = handed_over.map(|recorded| recorded.seq);
        let recorded: Arc<[Recorded]> = recorded.into();
        let append = Append {
            conversation: after.id,
            expected: before.seq,
            events: Arc::clone(&recorded),
            after: Row::of(&after),
            before: Row::of(before),
            lease: lease.map(|lease| (lease, now)),
        };
        match self.store.append(append).await? {
            Appended::Leased => Ok(None),
            Appended::Conflict { actual } => Err(AppendError::Conflict { actual }),
            Appended::Done => {
                let after = Arc::new(after);
                self.keep(&after);
                self.tell(&after, recorded);
                if let Some(seq) = handed_over {
                    self.bus.publish(Arc::new(Hint::Escalated { conversation: after.id, seq }));
                }
                Ok(Some(after))
            }
        }
    }

    /// Events after `after`, in order, at most `limit`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn events(&self, id: ConversationId, after: u64, limit: usize) -> Result<Vec<Recorded>, store::Error> {
        self.store.events_after(id, after, limit).await
    }

    /// Events after `after`: first those that are there, then those that come, each once and in order. Ends never; after an
    /// error it goes on where it was.
    pub fn follow(
        &self,
        id: ConversationId,
        after: u64,
    ) -> impl Stream<Item = Result<Recorded, store::Error>> + Send + use<> {
        // Subscribed before the first read: what is committed after the read is told.
        let news = self.watch(id);
        let follower = Follower { journal: self.clone(), id, after, ahead: VecDeque::new(), news, knows: false };
        futures::stream::unfold(follower, |mut follower| async move {
            let next = follower.next().await;
            Some((next, follower))
        })
    }

    /// Conversations in which the bot owes an answer, the one that is due first in front; a customer has to be silent for
    /// `quiet_ms` before.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn owed(&self, quiet_ms: i64, limit: usize) -> Result<Vec<Owed>, store::Error> {
        self.store.owed(quiet_ms, limit).await
    }

    /// Gives a lease back.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn release_lease(&self, id: ConversationId, holder: Uuid) -> Result<(), store::Error> {
        self.store.release_lease(id, holder).await
    }

    /// Gives every lease back. For the one who has just started alone: whoever held them is dead.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_leases(&self) -> Result<u64, store::Error> {
        self.store.forget_leases().await
    }

    /// Makes projections again that an earlier program made, which knew less; returns how many.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn renew_projections(&self) -> Result<usize, store::Error> {
        let (mut count, mut after) = (0, None);
        loop {
            let page = self.store.outdated_projections(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(count) };
            after = Some(*last);
            for id in page {
                if let Some(conversation) = self.load(id).await? {
                    self.store.rewrite_projection(id, &Row::of(&conversation)).await?;
                }
                count += 1;
            }
        }
    }

    /// Makes the projection of every conversation again from its events; returns how many there are.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn rebuild_projections(&self) -> Result<usize, store::Error> {
        let (mut count, mut after) = (0, None);
        loop {
            let page = self.store.conversation_ids(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(count) };
            after = Some(*last);
            for id in page {
                // Whoever appends meanwhile writes the projection too.
                if let Some(conversation) = self.load(id).await? {
                    self.store.rewrite_projection(id, &Row::of(&conversation)).await?;
                }
                count += 1;
            }
        }
    }

    fn keep(&self, conversation: &Arc<Conversation>) {
        let mut folded = lock(&self.shared.folded);
        match folded.get(&conversation.id) {
            Some(kept) if kept.seq >= conversation.seq => {}
            _ => {
                folded.put(conversation.id, Arc::clone(conversation));
            }
        }
    }

    fn tell(&self, after: &Conversation, recorded: Arc<[Recorded]>) {
        let conversation = after.id;
        // The start of a turn owes nothing that was not owed before.
        let starts = recorded.iter().any(|recorded| matches!(recorded.event, Event::TurnStarted { .. }));
        if let Some(sender) = lock(&self.shared.followed).get(&conversation) {
            // Nobody listens any more: the follower that goes removes this.
            let _ = sender.send(recorded);
        }
        self.bus.publish(Arc::new(Hint::Appended { conversation, seq: after.seq }));
        if let Some(since) = after.awaits_since().filter(|_| !starts) {
            self.bus.publish(Arc::new(Hint::Owed { conversation, since }));
        }
    }

    fn watch(&self, id: ConversationId) -> broadcast::Receiver<Arc<[Recorded]>> {
        lock(&self.shared.followed).entry(id).or_insert_with(|| broadcast::channel(BEHIND).0).subscribe()
    }
}

/// History from the store, then what is appended from memory; whenever something is missing between the two, the store again.
struct Follower {
    journal: Journal,
    id: ConversationId,
    after: u64,
    /// Read or told, not yet handed out.
    ahead: VecDeque<Recorded>,
    news: broadcast::Receiver<Arc<[Recorded]>>,
    /// Everything up to the last look at the store was handed out.
    knows: bool,
}

impl Follower {
    async fn next(&mut self) -> Result<Recorded, store::Error> {
        loop {
            if let Some(recorded) = self.ahead.pop_front() {
                self.after = recorded.seq;
                return Ok(recorded);
            }
            if self.knows {
                self.listen().await;
                continue;
            }
            match self.journal.events(self.id, self.after, PAGE).await {
                Ok(events) => {
                    self.knows = events.len() < PAGE;
                    self.ahead = events.into();
                }
                Err(error) => {
                    // Whoever reads on after an error must not spin.
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    return Err(error);
                }
            }
        }
    }

    /// Waits for what is appended next. Two appends may be told in the wrong order, and other processes tell nothing: what does
    /// not follow without a gap is read from the store instead.
    async fn listen(&mut self) {
        match tokio::time::timeout(RECHECK, self.news.recv()).await {
            Ok(Ok(recorded)) => {
                let new = recorded.iter().filter(|recorded| recorded.seq > self.after);
                self.ahead.extend(new.cloned());
                if self.ahead.front().is_some_and(|next| next.seq != self.after + 1) {
                    self.ahead.clear();
                    self.knows = false;
                }
            }
            Ok(Err(broadcast::error::RecvError::Closed)) => {
                tokio::time::sleep(RECHECK).await;
                self.knows = false;
            }
            Ok(Err(broadcast::error::RecvError::Lagged(_))) | Err(_) => self.knows = false,
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut followed = lock(&self.journal.shared.followed);
        // Our own receiver still counts.
        if followed.get(&self.id).is_some_and(|sender| sender.receiver_count() <= 1) {
            followed.remove(&self.id);
        }
    }
}

/// A lock whose holders never panic half-way, so a poisoned one is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
