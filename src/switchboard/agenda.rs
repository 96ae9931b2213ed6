//! Which conversations are due when, as far as this process knows: what it was told since it last looked at the store. Pure.

use std::collections::{BTreeSet, HashMap};

use crate::model::id::ConversationId;
use crate::model::time::Timestamp;

/// Conversations that are remembered; the store knows them all.
const ROOM: usize = 4096;

/// Each conversation once, the one that is due first in front.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    due: HashMap<ConversationId, Timestamp>,
    order: BTreeSet<(Timestamp, ConversationId)>,
}

impl Agenda {
    /// Writes down when a conversation is due; what was known of it before counts no more. False when there is no room left.
    pub(super) fn put(&mut self, id: ConversationId, due: Timestamp) -> bool {
        if self.due.len() >= ROOM && !self.due.contains_key(&id) {
            return false;
        }
        if let Some(before) = self.due.insert(id, due) {
            self.order.remove(&(before, id));
        }
        self.order.insert((due, id));
        true
    }

    /// The conversation in front, and when it is due.
    pub(super) fn first(&self) -> Option<(ConversationId, Timestamp)> {
        self.order.first().map(|&(due, id)| (id, due))
    }

    /// Takes the conversation in front off.
    pub(super) fn pop(&mut self) {
        if let Some((_, id)) = self.order.pop_first() {
            self.due.remove(&id);
        }
    }

    pub(super) fn clear(&mut self) {
        self.due.clear();
        self.order.clear();
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(number: usize) -> ConversationId {
        ConversationId(Uuid::from_u128(number as u128))
    }

    #[test]
    fn what_was_said_last_counts_and_the_first_due_is_in_front() {
        let mut agenda = Agenda::default();
        for (number, due) in [(1, 300), (2, 200), (1, 400), (3, 250), (2, 260)] {
            assert!(agenda.put(id(number), Timestamp(due)));
        }
        let all = std::iter::from_fn(|| {
            let first = agenda.first();
            agenda.pop();
            first
        });
        assert_eq!(
            all.collect::<Vec<_>>(),
            [(id(3), Timestamp(250)), (id(2), Timestamp(260)), (id(1), Timestamp(400))]
        );
        assert_eq!(agenda.due.len(), 0);
    }

    #[test]
    fn it_does_not_grow() {
        let mut agenda = Agenda::default();
        for number in 0..ROOM {
            assert!(agenda.put(id(number), Timestamp(0)));
        }
        assert!(!agenda.put(id(ROOM), Timestamp(0)) && agenda.put(id(1), Timestamp(9)));
        assert_eq!((agenda.due.len(), agenda.order.len()), (ROOM, ROOM));
        agenda.clear();
        assert!(agenda.first().is_none() && agenda.put(id(ROOM), Timestamp(0)));
    }
}
