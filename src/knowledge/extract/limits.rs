//! What one document may cost. The process that reads it dies rather than take more.

use serde::{Deserialize, Serialize};

use crate::knowledge::chunk;

/// Limits of one extraction child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Largest file that is read (bytes).
    pub file_bytes: u64,
    /// Address space of the child (bytes, `RLIMIT_AS`).
    pub memory_bytes: u64,
    /// Processor time of the child (seconds, `RLIMIT_CPU`).
    pub cpu_seconds: u64,
    /// Time on the wall until the child is killed (seconds).
    pub wall_seconds: u64,
    /// Largest answer that is taken from the child (bytes of JSON).
    pub output_bytes: u64,
    /// How the text is cut; the child does that too.
    pub chunk: chunk::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            memory_bytes: 1 << 30,
            cpu_seconds: 60,
            wall_seconds: 180,
            output_bytes: 128 << 20,
            chunk: chunk::Limits::default(),
        }
    }
}
