//! Settings of the human side.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A session ends when it was not used for so many hours.
    pub session_idle_hours: u32,
    /// A session ends after so many days in any case.
    pub session_days: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { session_idle_hours: 24, session_days: 30 }
    }
}
