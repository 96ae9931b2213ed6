//! The bus of a house with one machine.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio::sync::broadcast;

use super::{Bus, Hint, Topics};
use crate::model::id::ConversationId;

/// Hints that a slow listener may fall behind before it loses the oldest.
const CAPACITY: usize = 1024;
/// The same, for one conversation.
const CAPACITY_OF_ONE: usize = 32;
/// Conversations that are remembered before those without listeners are forgotten.
const ROOM: usize = 64;

#[derive(Debug, Default)]
pub struct Local {
    /// A channel for each set of topics that was ever asked for: a handful.
    topics: RwLock<Vec<(Topics, broadcast::Sender<Arc<Hint>>)>>,
    each: Mutex<HashMap<ConversationId, broadcast::Sender<Arc<Hint>>>>,
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
        let topic = hint.topic();
        for (topics, sender) in self.topics.read().unwrap_or_else(PoisonError::into_inner).iter() {
            if topics.hold(topic) {
                let _ = sender.send(Arc::clone(&hint));
            }
        }
    }

    fn subscribe(&self, topics: Topics) -> broadcast::Receiver<Arc<Hint>> {
        let mut all = self.topics.write().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, sender)) = all.iter().find(|(known, _)| *known == topics) {
            return sender.subscribe();
        }
        let (sender, receiver) = broadcast::channel(CAPACITY);
        all.push((topics, sender));
        receiver
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
    use crate::model::time::Timestamp;

    fn conversation(number: u128) -> ConversationId {
        ConversationId::from(Uuid::from_u128(number))
    }

    #[test]
    fn a_follower_hears_its_own_conversation_and_nothing_else() {
        let bus = Local::default();
        let (mine, other) = (conversation(1), conversation(2));
        let (mut one, mut all) = (bus.follow(mine), bus.subscribe(Topics::ALL));
        for conversation in [other, mine] {
            bus.publish(Arc::new(Hint::Appended { conversation, seq: 1 }));
        }
        bus.publish(Arc::new(Hint::Uploaded));
        assert_eq!(*one.try_recv().unwrap(), Hint::Appended { conversation: mine, seq: 1 });
        assert!(one.try_recv().is_err());
        assert_eq!(std::iter::from_fn(|| all.try_recv().ok()).count(), 3);
    }

    #[test]
    fn nobody_wakes_for_another_topic() {
        let bus = Local::default();
        let (mut owed, mut both) = (bus.subscribe(Topics::OWED), bus.subscribe(Topics::OWED.and(Topics::PRESENCE)));
        let mut again = bus.subscribe(Topics::OWED);
        let agent = Uuid::from_u128(7).into();
        let owes = Hint::Owed { conversation: conversation(1), since: Timestamp(1) };
        bus.publish(Arc::new(Hint::Presence { agent }));
        bus.publish(Arc::new(Hint::Uploaded));
        bus.publish(Arc::new(owes.clone()));
        assert_eq!((*owed.try_recv().unwrap()).clone(), owes);
        assert_eq!((*again.try_recv().unwrap()).clone(), owes);
        assert_eq!(*both.try_recv().unwrap(), Hint::Presence { agent });
        assert_eq!((*both.try_recv().unwrap()).clone(), owes);
        assert!(owed.try_recv().is_err() && both.try_recv().is_err());
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
