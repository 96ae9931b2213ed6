//! One prompt, one text: what a model is asked here, and how much of its answer is read.

use futures::StreamExt as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout_at};

use crate::llm::{Error, Finish, Llm, Message, Piece, Prompt, Role};
use crate::prompts;
use crate::text::language::Language;

/// Builds a prompt from a template that has its orders and its data in two parts. `values` is an object.
pub(super) fn build(name: &str, language: Language, values: &Value, data: &[&str], max_tokens: u32) -> Prompt {
    let fence = fence(data);
    let message = |role, part: &str| {
        let mut values = values.clone();
        values["part"] = json!(part);
        values["fence"] = json!(fence);
        Message { role, content: prompts::render(name, language, &values) }
    };
    Prompt {
        version: prompts::version_of(name, language),
        messages: vec![message(Role::System, "system"), message(Role::User, "user")],
        max_tokens,
        temperature: 0.2,
        deadline: None,
    }
}

/// The whole text that the model writes. One that is cut off, or longer than `most` characters, is no text.
pub(super) async fn ask(llm: &dyn Llm, mut prompt: Prompt, most: usize, until: Instant) -> Result<String, Error> {
    prompt.deadline = Some(until.saturating_duration_since(Instant::now()));
    let mut stream = timeout_at(until, llm.stream(&prompt)).await.map_err(|_| Error::TimedOut)??;
    let mut text = String::new();
    loop {
        let piece = timeout_at(until, stream.next()).await.map_err(|_| Error::TimedOut)?;
        match piece.unwrap_or(Err(Error::Cut))? {
            Piece::Begun { .. } => {}
            Piece::Text(more) => text.push_str(&more),
            Piece::Done { finish: Finish::Stop, .. } => break,
            Piece::Done { finish: Finish::Length, .. } => return Err(Error::Cut),
            Piece::Done { finish: Finish::Filtered, .. } => {
                return Err(Error::Refused("it filtered its answer".into()));
            }
        }
        if text.chars().count() > most {
            return Err(Error::Garbled("it is longer than it may be".to_owned()));
        }
    }
    let text = text.trim();
    if text.is_empty() { Err(Error::Garbled("it is empty".to_owned())) } else { Ok(text.to_owned()) }
}

/// A marker that depends on all that stands between it, so that nobody who writes a part of that can know it.
fn fence(data: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in data {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let digits: String = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("=={digits}==")
}
