//! Settings of the human side.

use serde::{Deserialize, Serialize};

use crate::desk::routing::Order;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A session ends when it was not used for so many hours.
    pub session_idle_hours: u32,
    /// A session ends after so many days in any case.
    pub session_days: u32,
    /// How waiting conversations are given out.
    pub order: Order,
    /// Seconds of waiting after which team and skills are wishes.
    pub widen_after_s: u32,
    /// Seconds without a console after which an agent gives back what they have.
    pub vanish_after_s: u32,
    /// Seconds that a customer waits for the first answer of the agent whom routing chose, before somebody else gets the
    /// conversation; 0 is for ever.
    pub answer_within_s: u32,
    /// Minutes that a conversation takes an agent, for telling customers how long they wait.
    pub handle_minutes: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            session_idle_hours: 24,
            session_days: 30,
            order: Order::LeastBusy,
            widen_after_s: 60,
            vanish_after_s: 120,
            answer_within_s: 600,
            handle_minutes: 6,
        }
    }
}
