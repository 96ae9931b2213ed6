//! The bus of a house with one machine.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::broadcast;

use super::{Bus, Hint};
use crate::model::id::ConversationId;

/// Hints that a slow listener may fall behind before it loses the oldest.
const CAPACITY: usize = 1024;
/// The same, for one conversation.
const CAPACITY_OF_ONE: usize = 32;
/// Conversations that are remembered before those without listeners are forgotten.
const ROOM: usize = 64;

#[derive(Debug)]
pub struct Local {
    all: broadcast::Sender<Arc<Hint>>,
    each: Mutex<HashMap<ConversationId, broadcast::Sender<Arc<Hint>>>>,
}

impl Default for Local {
    fn default() -> Self {
        Self { all: broadcast::channel(CAPACITY).0, each: Mutex::default() }
    }
}

impl Bus for Local {
    fn publish(&self, hint: Arc<Hint>) {
        if let Some(conversation) = hint.conversation() {
            let each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(sender) = each.get(&conversation) {
                // No listener is no failure.
                let _ = sender.send(Arc::clone(&hint));
            }
        }
        let _ = self.all.send(hint);
    }

    fn subscribe(&self) -> broadcast::Receiver<Arc<Hint>> {
        self.all.subscribe()
    }

    fn follow(&self, conversation: ConversationId) -> broadcast::Receiver<Arc<Hint>> {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        // Only when there is no room left without growing, so that forgetting costs little for each.
        if each.len() >= ROOM && each.len() == each.capacity() {
            each.retain(|_, sender| sender.receiver_count() > 0);
        }
        each.entry(conversation).or_insert_with(|| broadcast::channel(CAPACITY_OF_ONE).0).subscribe()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn conversation(number: u128) -> ConversationId {
        ConversationId::from(Uuid::from_u128(number))
    }

    #[test]
    fn a_follower_hears_its_own_conversation_and_nothing_else() {
        let bus = Local::default();
        let (mine, other) = (conversation(1), conversation(2));
        let (mut one, mut all) = (bus.follow(mine), bus.subscribe());
        for conversation in [other, mine] {
            bus.publish(Arc::new(Hint::Appended { conversation, seq: 1 }));
        }
        bus.publish(Arc::new(Hint::Uploaded));
        assert_eq!(*one.try_recv().unwrap(), Hint::Appended { conversation: mine, seq: 1 });
        assert!(one.try_recv().is_err());
        assert_eq!(std::iter::from_fn(|| all.try_recv().ok()).count(), 3);
    }

    #[test]
    fn conversations_without_listeners_are_forgotten() {
        let bus = Local::default();
        let kept = bus.follow(conversation(0));
        for number in 1..10_000 {
            drop(bus.follow(conversation(number)));
        }
        assert!(bus.each.lock().unwrap().len() < 1_000);
        assert_eq!(kept.len(), 0);
    }
}
