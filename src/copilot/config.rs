//! Settings of the helper.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Longest wait for a rewritten or translated text, in milliseconds.
    pub help_ms: u64,
    /// Longest wait for a summary by the model, in milliseconds.
    pub summary_ms: u64,
    /// Handed-over conversations that are summarised at the same time.
    pub at_once: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { help_ms: 20_000, summary_ms: 15_000, at_once: 4 }
    }
}
