//! What a customer's open page receives: history, then what happens, and in between the verified sentences of the reply
//! that is being made. One follower stands behind each connection.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::response::sse;
use futures::stream::{PollNext, Stream, StreamExt, select_with_strategy};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::sync::CancellationToken;

use crate::bus::Hint;
use crate::channel::names::Names;
use crate::channel::wire;
use crate::clock;
use crate::desk::inboxes::Door;
use crate::journal::Journal;
use crate::model::event::Party;
use crate::model::id::{ConversationId, WorkspaceId};

/// What a follower reads from.
#[derive(Debug)]
pub struct Sources {
    pub journal: Journal,
    pub hints: broadcast::Receiver<Arc<Hint>>,
    pub names: Names,
    /// The inbox of the conversation: whether people are there.
    pub door: Option<Arc<Door>>,
}

/// The frames of one conversation after an event, until the house closes.
///
/// Sentences come before what they become: hints are sent before the append, and are read first here.
pub fn frames(
    sources: Sources,
    conversation: ConversationId,
    after: u64,
    closing: CancellationToken,
) -> impl Stream<Item = Result<sse::Event, Infallible>> + Send + 'static + use<> {
    let Sources { journal, hints, names, door } = sources;
    let called = names.clone();
    let moments = BroadcastStream::new(hints).filter_map(move |hint| {
        let (names, door) = (called.clone(), door.clone());
        // A listener that fell behind lost sentences, never messages: those come from the journal.
        async move { moment(&*hint.ok()?, conversation, &names, door.as_deref()).await }
    });
    let events = journal.follow(conversation, after).filter_map(move |recorded| {
        let names = names.clone();
        async move {
            let recorded = match recorded {
                Ok(recorded) => recorded,
                Err(error) => {
                    tracing::error!(%conversation, %error, "a follower lost the journal");
                    // The end of the stream tells the page to come back with its last id.
                    return Some(Err(axum::Error::new(error)));
                }
            };
            let name = match wire::person(&recorded.event) {
                Some(agent) => names.of(WorkspaceId::DEFAULT, agent).await,
                None => String::new(),
            };
            let frame = wire::frame(&recorded, &name)?;
            Some(sse::Event::default().id(frame.seq.to_string()).event(frame.event.name()).json_data(frame))
        }
    });
    select_with_strategy(Box::pin(moments), Box::pin(events), |(): &mut ()| PollNext::Left)
        .take_while(|frame| std::future::ready(frame.is_ok()))
        .filter_map(|frame| std::future::ready(frame.ok().map(Ok)))
        .take_until(closing.cancelled_owned())
}

/// What is of the moment, and of this conversation: a sentence of a reply under way, that a person types, the place in the
/// queue.
async fn moment(
    hint: &Hint,
    of: ConversationId,
    names: &Names,
    door: Option<&Door>,
) -> Option<Result<sse::Event, axum::Error>> {
    match hint {
        Hint::Typing { conversation, who: Party::Agent(agent) } if *conversation == of => {
            let typing = wire::Typing { name: names.of(WorkspaceId::DEFAULT, *agent).await };
            Some(sse::Event::default().event("typing").json_data(typing))
        }
        Hint::Queued { conversation, position, wait_s } if *conversation == of => {
            let open_now = door.is_none_or(|door| door.standing(clock::now()).open_now);
            let queue = wire::Queue { position: *position, wait_s: *wait_s, open_now };
            Some(sse::Event::default().event("queue").json_data(queue))
        }
        _ => wire::sentence(hint, of).map(|sentence| sse::Event::default().event("sentence").json_data(sentence)),
    }
}

/// How many connections may follow, in all and on one conversation.
#[derive(Debug)]
pub struct Seats {
    all: Arc<Semaphore>,
    each: usize,
    taken: Arc<Mutex<HashMap<ConversationId, usize>>>,
}

/// A place in the audience; given back when the connection ends.
#[derive(Debug)]
pub struct Seat {
    conversation: ConversationId,
    taken: Arc<Mutex<HashMap<ConversationId, usize>>>,
    _permit: OwnedSemaphorePermit,
}

impl Seats {
    #[must_use]
    pub fn new(all: usize, each: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(all.min(Semaphore::MAX_PERMITS))), each, taken: Arc::default() }
    }

    /// A seat, or `None` when there is none left.
    #[must_use]
    pub fn take(&self, conversation: ConversationId) -> Option<Seat> {
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(conversation).or_default();
        if *count >= self.each {
            return None;
        }
        *count += 1;
        Some(Seat { conversation, taken: Arc::clone(&self.taken), _permit: permit })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.conversation) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.conversation);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_few_and_come_back() {
        let seats = Seats::new(3, 2);
        let (one, other, third): (ConversationId, ConversationId, ConversationId) =
            (clock::id(), clock::id(), clock::id());
        let first = seats.take(one);
        let second = seats.take(one);
        assert!(first.is_some() && second.is_some());
        assert!(seats.take(one).is_none(), "two pages are enough for one conversation");
        let last = seats.take(other);
        assert!(last.is_some());
        assert!(seats.take(third).is_none(), "the house is full");
        drop(first);
        assert!(seats.take(third).is_some());
        drop((second, last));
        assert!(seats.taken.lock().unwrap().is_empty(), "nothing is remembered of those who left");
    }
}
