//! A model that says what was said: for a prompt that was asked before, in every byte, it repeats what the model wrote then.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt as _;

use crate::dialogue::write::AT_LIMIT;
use crate::llm::cassette::hash;
use crate::llm::{Error, Finish, Llm, Piece, PieceStream, Prompt};
use crate::model::decision::Decision;

/// Stands in the faults of a turn whose prompt nobody was asked.
pub const NOT_RECORDED: &str = "the prompt is another than the recorded one, and no model may be asked";

#[derive(Clone, Debug)]
pub struct RecordedModel {
    name: String,
    wrote: HashMap<String, Wrote>,
    /// Asked for what is not recorded.
    live: Option<Arc<dyn Llm>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Wrote {
    text: String,
    /// It came to an end by itself, or at the limit; otherwise it broke off.
    finish: Option<Finish>,
    prompt_tokens: u32,
    completion_tokens: u32,
}

impl RecordedModel {
    /// Takes what stands in decisions. The name is that of the last model.
    #[must_use]
    pub fn of<'a>(decisions: impl IntoIterator<Item = &'a Decision>, live: Option<Arc<dyn Llm>>) -> Self {
        let mut model = Self { name: "recorded".to_owned(), wrote: HashMap::new(), live };
        for decision in decisions {
            let (Some(asked), Some(text)) = (&decision.asked, &decision.wrote) else { continue };
            let whole = decision.faults.iter().all(|fault| fault == AT_LIMIT || !is_of_model(fault));
            let limit = decision.faults.iter().any(|fault| fault == AT_LIMIT);
            let finish = whole.then_some(if limit { Finish::Length } else { Finish::Stop });
            let (prompt_tokens, completion_tokens) = (decision.usage.prompt_tokens, decision.usage.completion_tokens);
            let wrote = Wrote { text: text.clone(), finish, prompt_tokens, completion_tokens };
            model.wrote.insert(asked.clone(), wrote);
            if let Some(name) = &decision.model {
                model.name.clone_from(name);
            }
        }
        if let Some(live) = &model.live {
            live.name().clone_into(&mut model.name);
        }
        model
    }

    /// Whether nothing is recorded and nobody can be asked: then there is no model.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.wrote.is_empty() && self.live.is_none()
    }
}

/// Faults that ended the model's answer, as [`Error`] words them.
fn is_of_model(fault: &str) -> bool {
    fault.starts_with("the model")
}

#[async_trait]
impl Llm for RecordedModel {
    fn name(&self) -> &str {
        &self.name
    }

    async fn stream(&self, prompt: &Prompt) -> Result<PieceStream, Error> {
        let Some(wrote) = self.wrote.get(&hash(prompt)) else {
            return match &self.live {
                Some(live) => live.stream(prompt).await,
                None => Err(Error::Unavailable(NOT_RECORDED.to_owned())),
            };
        };
        let Wrote { text, finish, prompt_tokens, completion_tokens } = wrote.clone();
        let end = match finish {
            Some(finish) => Ok(Piece::Done { finish, prompt_tokens, completion_tokens }),
            None => Err(Error::Cut),
        };
        Ok(futures::stream::iter([Ok(Piece::Text(text)), end]).boxed())
    }
}
