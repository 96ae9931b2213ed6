//! The seam to language models: a prompt goes out, a stream of tokens comes back. Adapters stand beside this file and do
//! not know each other; only `config.rs` names them.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};

pub mod breaker;
pub mod cassette;
pub mod chosen;
pub mod chunk;
pub mod config;
pub mod openai;
pub mod scripted;
pub mod slot;

/// A model that completes prompts.
#[async_trait]
pub trait Llm: fmt::Debug + Send + Sync {
    /// The model's name, as it stands in decisions.
    fn name(&self) -> &str;

    /// All models that may come to answer, those that are asked when the first one fails among them.
    fn names(&self) -> Vec<&str> {
        vec![self.name()]
    }

    /// Starts one completion. The stream ends with exactly one [`Piece::Done`] or with an error; a stream that just stops
    /// was cut, and the adapter reports that as [`Error::Cut`].
    async fn stream(&self, prompt: &Prompt) -> Result<PieceStream, Error>;
}

pub type PieceStream = BoxStream<'static, Result<Piece, Error>>;

/// A part of a completion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// Comes first, where it comes: which model answers, and the calls that were made until one did (or the last one failed).
    Begun {
        model: String,
        calls: u32,
    },
    Text(String),
    Done {
        finish: Finish,
        prompt_tokens: u32,
        completion_tokens: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finish {
    Stop,
    /// The token limit was reached: the last sentence may be half.
    Length,
    /// The provider's filter stepped in.
    Filtered,
}

/// What a model is asked. Everything that changes the answer is in here, so its hash names a recorded answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// `name@hash` of the template.
    pub version: String,
    pub messages: Vec<Message>,
    pub max_tokens: u32,
    pub temperature: f32,
    /// Time that is left for the whole completion.
    #[serde(skip)]
    pub deadline: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub role: Role,
    pub content: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    System,
    User,
    Assistant,
}

/// Why a completion failed. Callers branch on these; texts are for operators and hold neither keys nor customer text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the model is over its rate limit")]
    RateLimited { retry_after: Option<Duration> },
    /// The request itself was refused (key, quota, model name, content): asking again is useless.
    #[error("the model refused the request: {0}")]
    Refused(String),
    #[error("the model is unavailable: {0}")]
    Unavailable(String),
    #[error("the model did not answer in time")]
    TimedOut,
    #[error("the model's answer was cut off")]
    Cut,
    #[error("the model's answer cannot be read: {0}")]
    Garbled(String),
}
