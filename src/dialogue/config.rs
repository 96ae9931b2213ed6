//! Settings of a turn.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Milliseconds for the whole turn; a model that is not done by then is cut off and passages are quoted.
    pub deadline_ms: u64,
    /// Passages that are looked at.
    pub passages: usize,
    /// Passages that a model reads, and tokens (estimated) that they may have together.
    pub prompt_passages: usize,
    pub prompt_tokens: usize,
    /// Longest completion, in tokens.
    pub max_tokens: u32,
    pub temperature: f32,
    /// Questions in a row without an answer, after which a person is fetched rather than offered.
    pub give_up_after: usize,
    /// Confidence (0–1) from which the bot answers; the calibration decides when it is not set.
    pub answer_from: Option<f32>,
    /// Confidence (0–1) below which a person is fetched at once.
    pub offer_from: Option<f32>,
    /// A `policy.toml` instead of the built-in one.
    pub policy: Option<PathBuf>,
    /// A calibration file instead of the built-in one.
    pub calibration: Option<PathBuf>,
    /// A folder whose prompts and replies replace those of the same name.
    pub prompts: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            deadline_ms: 12_000,
            passages: 10,
            prompt_passages: 6,
            prompt_tokens: 2_400,
            max_tokens: 500,
            temperature: 0.0,
            give_up_after: 2,
            answer_from: None,
            offer_from: None,
            policy: None,
            calibration: None,
            prompts: None,
        }
    }
}
