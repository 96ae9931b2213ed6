//! One turn: history in, a decision and a reply out.
//!
//! What is said was found in a published document; when nothing was found,
//! the customer hears that, and is offered a person. Nothing here knows rows, HTTP or who owns a conversation.
//!
//! window → policy → retrieve → gate → prompt → model → verify, sentence by sentence. Without a model, or when it fails, the
//! same evidence is quoted instead. Each decision is a pure function of what is recorded in the turn's `Decision`.

pub mod asked;
pub mod assemble;
pub mod calibration;
pub mod config;
pub mod draft;
pub mod gate;
mod kept;
pub mod policy;
pub mod quote;
pub mod reading;
pub mod reply;
pub mod span;
pub mod strength;
mod turn;
pub mod verify;
pub mod wanted;
pub mod window;
pub mod write;

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Context as _;
use tokio::sync::mpsc;

use crate::dialogue::calibration::{Calibration, Made};
use crate::dialogue::config::Config;
use crate::dialogue::policy::Policy;
use crate::dialogue::turn::Running;
use crate::knowledge::retrieve::{self, Retriever};
use crate::llm::Llm;
use crate::llm::slot::Slot;
use crate::model::conversation::Conversation;
use crate::model::decision::{Decision, Mode};
use crate::model::event::Reason;
use crate::model::id::{TurnId, WorkspaceId};
use crate::model::passage::Citation;
use crate::model::time::Timestamp;
use crate::prompts::Prompts;
use crate::text::language::Language;

/// A sentence that has passed and may be seen. The final text contains it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// From 1 within the turn.
    pub number: u32,
    pub text: String,
    pub citations: Vec<Citation>,
}

/// What a turn came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub decision: Decision,
    pub reply: Reply,
}

/// What the customer gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Say {
        text: String,
        mode: Mode,
        citations: Vec<Citation>,
        offers_human: bool,
    },
    /// The conversation goes to people; `say` is what the customer is told.
    Escalate {
        reason: Reason,
        say: String,
    },
}

/// Answers customers.
#[derive(Debug)]
pub struct Dialogue {
    config: Config,
    /// Replaced when somebody edits the rules; a turn under way goes on with those that it began with.
    policy: RwLock<Arc<Policy>>,
    /// The rules of the settings, which edited ones stand in for.
    unedited: Arc<Policy>,
    calibration: Calibration,
    retriever: Arc<Retriever>,
    llm: Slot,
    prompts: Arc<Prompts>,
}

impl Dialogue {
    /// Reads the policy, the calibration and the prompts that the settings name, or takes the built-in ones.
    ///
    /// # Errors
    /// When a named file cannot be read or is not what it should be.
    pub fn new(config: Config, retriever: Arc<Retriever>, llm: impl Into<Slot>) -> anyhow::Result<Self> {
        let read =
            |path: &Path| std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
        let policy = match &config.policy {
            Some(path) => policy::parse(&read(path)?).with_context(|| format!("in {}", path.display()))?,
            None => policy::built_in(),
        };
        let calibration = match &config.calibration {
            Some(path) => calibration::parse(&read(path)?).with_context(|| format!("in {}", path.display()))?,
            None => calibration::built_in(),
        };
        let prompts = match &config.prompts {
            Some(folder) => Arc::new(Prompts::overlay(folder)?),
            None => Prompts::built_in(),
        };
        let unedited = Arc::new(policy);
        let policy = RwLock::new(Arc::clone(&unedited));
        Ok(Self { config, policy, unedited, calibration, retriever, llm: llm.into(), prompts })
    }

    /// Answers what the customer said since the last answer. Every sentence that passes is sent to `shown` at once; a
    /// receiver that is gone is no hindrance. Never fails: what goes wrong is in `decision.faults`, and the reply is useful
    /// all the same.
    pub async fn respond(
        &self,
        conversation: &Conversation,
        turn: TurnId,
        _now: Timestamp,
        shown: &mpsc::Sender<Sentence>,
    ) -> Outcome {
        self.turn(conversation, turn, self.llm.current(), false, shown).await
    }

    /// Proposes a reply to a person who will read it first, whatever the rules and the thresholds say. `open` is what
    /// [`draft::open`] made of the conversation. Without the model the best passage is quoted.
    pub async fn draft(&self, open: &Conversation, turn: TurnId, with_model: bool) -> Outcome {
        let llm = self.llm.current().filter(|_| with_model);
        // Nobody watches; the whole text comes at the end.
        let (shown, _) = mpsc::channel(1);
        self.turn(open, turn, llm, true, &shown).await
    }

    async fn turn(
        &self,
        conversation: &Conversation,
        turn: TurnId,
        llm: Option<Arc<dyn Llm>>,
        drafting: bool,
        shown: &mpsc::Sender<Sentence>,
    ) -> Outcome {
        let policy = self.policy();
        let running = Running {
            config: &self.config,
            policy: &policy,
            calibration: &self.calibration,
            retriever: &self.retriever,
            llm: llm.as_deref(),
            drafting,
            prompts: &self.prompts,
        };
        running.run(conversation, turn, shown).await
    }

    /// Versions of the prompts, of each language.
    #[must_use]
    pub fn prompts(&self) -> Vec<String> {
        [Language::En, Language::Zh].map(|language| self.prompts.version(language)).to_vec()
    }

    /// What turns evidence into confidence, and what is claimed about it.
    #[must_use]
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// What claims depend on, as this house is now.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn made(&self, workspace: WorkspaceId, language: Language) -> Result<Made, retrieve::Error> {
        let knowledge = self.retriever.fingerprint_now(workspace).await?;
        Ok(Made {
            knowledge,
            policy: self.policy().fingerprint.clone(),
            prompts: self.prompts.version(language),
            embedder: self.retriever.model().map(ToOwned::to_owned),
            model: self.llm.current().map(|llm| llm.name().to_owned()),
            ..Made::default()
        })
    }

    /// The rules that are followed.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.policy.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Follows edited rules from the next turn on; without any, those of the settings.
    pub fn follow(&self, edited: Option<Policy>) {
        let policy = edited.map_or_else(|| Arc::clone(&self.unedited), Arc::new);
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
    }
}
