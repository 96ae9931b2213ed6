//! Help for the people who answer: drafts, other words, translations, and the summary of a conversation that was handed over.
//!
//! Everything here is proposed to a person and committed by nobody else. What customers and documents wrote goes into prompts as
//! data between markers that they cannot know, and what a model writes is bounded and compared with what it was given. Without a
//! model, drafts are quotes and summaries are read off the log.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::clock;
use crate::copilot::config::Config;
use crate::copilot::edit::{Edited, How};
use crate::desk::summary;
use crate::dialogue::{Dialogue, Reply, draft};
use crate::llm;
use crate::llm::slot::Slot;
use crate::model::conversation::Conversation;
use crate::model::decision::{Action, Mode};
use crate::model::event::Summary;
use crate::model::passage::Citation;
use crate::text::language::Language;

pub mod config;
pub mod edit;
pub mod handoff;
mod prompt;
pub mod watch;

/// The helper of one house. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Copilot(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    config: Config,
    dialogue: Arc<Dialogue>,
    llm: Slot,
}

/// A proposed reply; the text is empty when the documents give none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    pub text: String,
    pub citations: Vec<Citation>,
    pub mode: Option<Mode>,
    /// Why it is what it is: the stable word of the decision.
    pub because: String,
}

/// Why there is no help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("no language model is configured")]
    NoModel,
    #[error(transparent)]
    Model(#[from] llm::Error),
}

impl Copilot {
    #[must_use]
    pub fn new(config: Config, dialogue: Arc<Dialogue>, llm: Slot) -> Self {
        Self(Arc::new(Parts { config, dialogue, llm }))
    }

    /// Proposes a reply to what the customer last asked, by the path that answers customers. An instruction is asked with it.
    pub async fn draft(&self, conversation: &Conversation, instruction: Option<&str>) -> Draft {
        self.propose(conversation, instruction, true).await
    }

    /// Says the agent's text in other words.
    ///
    /// # Errors
    /// There is no model, or it failed.
    pub async fn rewrite(&self, text: &str, how: How) -> Result<Edited, Error> {
        let llm = self.0.llm.current().ok_or(Error::NoModel)?;
        edit::rewrite(llm.as_ref(), text, how, self.until(self.0.config.help_ms)).await.map_err(Error::from)
    }

    /// Translates a text of either side.
    ///
    /// # Errors
    /// There is no model, or it failed.
    pub async fn translate(&self, text: &str, to: Language) -> Result<Edited, Error> {
        let llm = self.0.llm.current().ok_or(Error::NoModel)?;
        edit::translate(llm.as_ref(), text, to, self.until(self.0.config.help_ms)).await.map_err(Error::from)
    }

    /// What somebody needs who has not read the conversation: by the model where there is one and what it writes holds,
    /// otherwise read off the log.
    pub async fn summarise(&self, conversation: &Conversation) -> Summary {
        let log = summary::from_log(conversation, &[]);
        let (by_model, proposed) = tokio::join!(self.told(conversation, &log), self.propose(conversation, None, false));
        let mut summary = by_model.unwrap_or(log);
        propose_in(&mut summary, proposed);
        summary
    }

    async fn told(&self, conversation: &Conversation, log: &Summary) -> Option<Summary> {
        let llm = self.0.llm.current()?;
        match handoff::summary(llm.as_ref(), conversation, log, self.until(self.0.config.summary_ms)).await {
            Ok(summary) => Some(summary),
            Err(error) => {
                tracing::warn!(conversation = %conversation.id, %error, "the model gave no summary; it is read off the log");
                None
            }
        }
    }

    async fn propose(&self, conversation: &Conversation, instruction: Option<&str>, with_model: bool) -> Draft {
        let Some(open) = draft::open(conversation, &self.0.dialogue.policy(), instruction) else {
            return Draft { because: "nothing_asked".to_owned(), ..Draft::default() };
        };
        let outcome = self.0.dialogue.draft(&open, clock::id(), with_model).await;
        let because = outcome.decision.because.clone();
        match outcome.reply {
            // A fixed text says nothing that an agent could not say better.
            Reply::Say { text, citations, mode, .. } if outcome.decision.action == Action::Answer => {
                Draft { text, citations, mode: Some(mode), because }
            }
            Reply::Say { .. } | Reply::Escalate { .. } => Draft { because, ..Draft::default() },
        }
    }

    fn until(&self, milliseconds: u64) -> Instant {
        Instant::now() + Duration::from_millis(milliseconds)
    }
}

/// Puts a draft into a summary. Its text names its citations by their numbers, which therefore stay; what was cited before
/// comes behind them.
fn propose_in(summary: &mut Summary, draft: Draft) {
    if draft.text.is_empty() {
        return;
    }
    summary.proposed_reply = draft.text;
    let mut citations = draft.citations;
    let mut last = citations.iter().map(|citation| citation.number).max().unwrap_or_default();
    for earlier in std::mem::take(&mut summary.citations) {
        let known = |known: &Citation| known.chunk == earlier.chunk && known.start == earlier.start;
        if !citations.iter().any(known) {
            last += 1;
            citations.push(Citation { number: last, ..earlier });
        }
    }
    summary.citations = citations;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::ChunkName;

    fn citation(number: u32, chunk: &str) -> Citation {
        Citation {
            number,
            document: clock::id(),
            chunk: ChunkName(chunk.to_owned()),
            title: String::new(),
            source: String::new(),
            heading: Vec::new(),
            quote: String::new(),
            start: 0,
            end: 0,
        }
    }

    #[test]
    fn a_proposed_reply_cites_by_its_own_numbers() {
        let mut summary = Summary {
            citations: vec![citation(1, "tents"), citation(2, "cards"), citation(3, "fees")],
            ..Summary::default()
        };
        let (text, citations) = ("A card is valid for 36 months [2].".to_owned(), vec![citation(2, "cards")]);
        propose_in(&mut summary, Draft { text, citations, ..Draft::default() });
        let told: Vec<(u32, &str)> = summary.citations.iter().map(|one| (one.number, one.chunk.0.as_str())).collect();
        assert_eq!(told, [(2, "cards"), (3, "tents"), (4, "fees")]);
        propose_in(&mut summary, Draft::default());
        assert_eq!(summary.citations.len(), 3, "no draft changes nothing");
    }
}
