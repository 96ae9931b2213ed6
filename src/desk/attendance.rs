//! Who sits at a console, and which conversation they look at. Kept in memory: what counts for routing is written down now
//! and then, because a process that dies cannot say goodbye.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::bus::{Bus, Hint};
use crate::model::id::{AgentId, ConversationId};
use crate::model::time::Timestamp;

/// How long somebody counts as typing after the last sign of it.
pub const TYPING_MS: i64 = 8_000;

/// A cheap handle to the list of who is there.
#[derive(Clone, Debug)]
pub struct Attendance {
    bus: Arc<dyn Bus>,
    present: Arc<Mutex<Present>>,
}

#[derive(Debug, Default)]
struct Present {
    /// Open consoles.
    consoles: HashMap<AgentId, usize>,
    watching: HashMap<ConversationId, HashMap<AgentId, Look>>,
    /// When somebody last did something.
    acted: HashMap<AgentId, Timestamp>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Look {
    pages: usize,
    typed_at: Timestamp,
}

/// Somebody who looks at a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watcher {
    pub agent: AgentId,
    pub typing: bool,
}

/// Somebody is there for as long as this lives.
#[derive(Debug)]
pub struct Stay {
    attendance: Attendance,
    agent: AgentId,
    conversation: Option<ConversationId>,
}

impl Attendance {
    #[must_use]
    pub fn new(bus: Arc<dyn Bus>) -> Self {
        Self { bus, present: Arc::default() }
    }

    /// A console is open; `None` when the agent has `most` of them already.
    #[must_use]
    pub fn arrive(&self, agent: AgentId, most: usize) -> Option<Stay> {
        let first = {
            let mut present = self.lock();
            let consoles = present.consoles.entry(agent).or_default();
            if *consoles >= most {
                return None;
            }
            *consoles += 1;
            *consoles == 1
        };
        if first {
            self.bus.publish(Arc::new(Hint::Presence { agent }));
        }
        Some(Stay { attendance: self.clone(), agent, conversation: None })
    }

    /// A conversation is open on somebody's screen; `None` when it is on `most` of theirs already.
    #[must_use]
    pub fn watch(&self, agent: AgentId, conversation: ConversationId, most: usize) -> Option<Stay> {
        let first = {
            let mut present = self.lock();
            let look = present.watching.entry(conversation).or_default().entry(agent).or_default();
            if look.pages >= most {
                return None;
            }
            look.pages += 1;
            look.pages == 1
        };
        if first {
            self.bus.publish(Arc::new(Hint::Watching { conversation }));
        }
        Some(Stay { attendance: self.clone(), agent, conversation: Some(conversation) })
    }

    /// Notes that somebody types.
    pub fn typed(&self, agent: AgentId, conversation: ConversationId, now: Timestamp) {
        if let Some(look) = self.lock().watching.get_mut(&conversation).and_then(|looks| looks.get_mut(&agent)) {
            look.typed_at = now;
        }
    }

    /// Notes that somebody did something, with or without a console.
    pub fn acted(&self, agent: AgentId, now: Timestamp) {
        self.lock().acted.insert(agent, now);
    }

    /// When somebody last did something here.
    #[must_use]
    pub fn last_act(&self, agent: AgentId) -> Timestamp {
        self.lock().acted.get(&agent).copied().unwrap_or_default()
    }

    /// Whether a console of this agent is open here.
    #[must_use]
    pub fn is_here(&self, agent: AgentId) -> bool {
        self.lock().consoles.contains_key(&agent)
    }

    /// Everybody with an open console here.
    #[must_use]
    pub fn here(&self) -> Vec<AgentId> {
        self.lock().consoles.keys().copied().collect()
    }

    /// Who looks at a conversation, in order of id.
    #[must_use]
    pub fn watchers(&self, conversation: ConversationId, now: Timestamp) -> Vec<Watcher> {
        let present = self.lock();
        let looks = present.watching.get(&conversation).into_iter().flatten();
        let mut watchers: Vec<Watcher> = looks
            .map(|(agent, look)| Watcher { agent: *agent, typing: now.ms_since(look.typed_at) < TYPING_MS })
            .collect();
        watchers.sort_by_key(|watcher| watcher.agent);
        watchers
    }

    fn lock(&self) -> MutexGuard<'_, Present> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        let agent = self.agent;
        let last = {
            let mut present = self.attendance.lock();
            match self.conversation {
                None => leave(&mut present.consoles, agent),
                Some(conversation) => present.leave(conversation, agent),
            }
        };
        if last {
            let hint = match self.conversation {
                None => Hint::Presence { agent },
                Some(conversation) => Hint::Watching { conversation },
            };
            self.attendance.bus.publish(Arc::new(hint));
        }
    }
}

impl Present {
    /// True when the agent looks at the conversation no more.
    fn leave(&mut self, conversation: ConversationId, agent: AgentId) -> bool {
        let Some(looks) = self.watching.get_mut(&conversation) else { return false };
        let Some(look) = looks.get_mut(&agent) else { return false };
        look.pages -= 1;
        if look.pages > 0 {
            return false;
        }
        looks.remove(&agent);
        if looks.is_empty() {
            self.watching.remove(&conversation);
        }
        true
    }
}

fn leave(consoles: &mut HashMap<AgentId, usize>, agent: AgentId) -> bool {
    let Some(count) = consoles.get_mut(&agent) else { return false };
    *count -= 1;
    if *count > 0 {
        return false;
    }
    consoles.remove(&agent);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::Topics;
    use crate::bus::local::Local;
    use crate::clock;

    #[test]
    fn who_leaves_is_forgotten_and_everybody_hears_of_the_first_and_the_last() {
        let bus = Arc::new(Local::default());
        let mut hints = bus.subscribe(Topics::ALL);
        let attendance = Attendance::new(bus);
        let (agent, conversation): (AgentId, ConversationId) = (clock::id(), clock::id());
        let one = attendance.arrive(agent, 2).unwrap();
        let two = attendance.arrive(agent, 2).unwrap();
        assert!(attendance.arrive(agent, 2).is_none(), "two consoles are enough");
        let look = attendance.watch(agent, conversation, 1).unwrap();
        attendance.typed(agent, conversation, Timestamp(1_000_000));
        let watchers = |now| attendance.watchers(conversation, Timestamp(now));
        assert_eq!(watchers(1_007_999), [Watcher { agent, typing: true }]);
        assert_eq!(watchers(1_008_000), [Watcher { agent, typing: false }]);
        drop(one);
        assert!(attendance.is_here(agent));
        drop((two, look));
        assert!(!attendance.is_here(agent) && watchers(0).is_empty() && attendance.here().is_empty());
        let heard: Vec<_> = std::iter::from_fn(|| hints.try_recv().ok()).map(|hint| (*hint).clone()).collect();
        let (there, looked) = (Hint::Presence { agent }, Hint::Watching { conversation });
        assert_eq!(heard, [there.clone(), looked.clone(), there, looked]);
    }
}
