//! Does the turns of the past again, in the house as it is and in a candidate for it, and says what would be another.
//!
//! Each turn finds the conversation as it was then, with the replies that were really given. Documents are those of the turn's own
//! version unless the candidate names one: the index of that version is made in memory from the store, which forgets nothing.
//! What the model wrote is taken from the record where it is asked the same in every byte; where it is not, a model must be named,
//! or the turn counts as not recomputed.
//!
//! The candidate is compared with the house as it is (the control), not with the record: what differs between those two is not the
//! candidate's doing. How far the control itself agrees with the record is reported beside it.

pub mod differ;
pub mod past;
pub mod recorded;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::dialogue::config::Config;
use crate::dialogue::{Dialogue, Outcome, Reply};
use crate::embed::Embedder;
use crate::eval::replay::differ::{Came, Class, differ};
use crate::eval::replay::past::Past;
use crate::eval::replay::recorded::{NOT_RECORDED, RecordedModel};
use crate::eval::stats::{Rate, mcnemar};
use crate::eval::watch::{self, Watched};
use crate::index::Index;
use crate::index::embedded::{self, Embedded};
use crate::knowledge::past as shelf;
use crate::knowledge::retrieve::{self, Retriever};
use crate::llm::Llm;
use crate::model::decision::Action;
use crate::model::id::{ConversationId, TurnId, WorkspaceId};
use crate::model::passage::Citation;
use crate::store::Store;

/// A question has as long as it takes: nobody waits.
pub const PATIENT_MS: u64 = 60_000;

/// What is another in the candidate; nothing set is the house as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidate {
    pub knowledge: Option<u64>,
    pub policy: Option<PathBuf>,
    pub prompts: Option<PathBuf>,
    pub calibration: Option<PathBuf>,
    pub answer_from: Option<f32>,
}

impl Candidate {
    fn applied(&self, config: &Config) -> Config {
        let mut config = config.clone();
        config.policy = self.policy.clone().or(config.policy);
        config.prompts = self.prompts.clone().or(config.prompts);
        config.calibration = self.calibration.clone().or(config.calibration);
        config.answer_from = self.answer_from.or(config.answer_from);
        config
    }
}

/// The house that is replayed in.
#[derive(Clone, Debug)]
pub struct House {
    pub store: Store,
    pub embedder: Option<Arc<dyn Embedder>>,
    pub retrieve: retrieve::Config,
    pub dialogue: Config,
}

/// A turn, done again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    pub conversation: ConversationId,
    pub turn: TurnId,
    /// The candidate against the house as it is.
    pub class: Class,
    /// The house as it is against the record; `same` means that the record was reproduced.
    pub control: Class,
    pub question: String,
    pub before: Side,
    pub after: Side,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Side {
    pub action: Action,
    pub because: String,
    pub confidence: f32,
    pub text: String,
    pub sources: Vec<String>,
}

/// What a replay comes to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    pub turns: u64,
    /// Turns that ended in a failure then, and are left out.
    pub left_out: u64,
    pub classes: BTreeMap<Class, u64>,
    /// Turns in which the house as it is does what the record says.
    pub reproduced: Option<Rate>,
    /// Turns that would be another, of those that could be recomputed.
    pub changed: Option<Rate>,
    /// Turns answered by the house as it is, and by the candidate.
    pub answered_before: Option<Rate>,
    pub answered_after: Option<Rate>,
    /// Only the one or the other answers, and how likely so uneven a split is by chance (McNemar's exact test).
    pub only_before: u64,
    pub only_after: u64,
    pub p: f64,
}

impl Summary {
    /// Whether the candidate answers surely less.
    #[must_use]
    pub fn answers_less(&self) -> bool {
        self.only_before > self.only_after && self.p < 0.05
    }
}

/// Dialogues by knowledge version, made when first needed.
struct Bench<'a> {
    house: &'a House,
    config: Config,
    llm: Option<Arc<dyn Llm>>,
    /// Who is asked where nothing is recorded.
    live: Option<Watched>,
    retrievers: &'a mut HashMap<(WorkspaceId, u64), Arc<Retriever>>,
    dialogues: HashMap<(WorkspaceId, u64), Dialogue>,
}

/// A turn that was done again, or was not, because nothing is recorded, a model may not be asked, or something failed.
struct Again {
    outcome: Outcome,
    unknown: bool,
}

impl Bench<'_> {
    async fn respond(&mut self, past: &Past, version: u64) -> anyhow::Result<Again> {
        let key = (past.before.workspace, version);
        if !self.dialogues.contains_key(&key) {
            let retriever = match self.retrievers.get(&key) {
                Some(known) => Arc::clone(known),
                None => {
                    let House { store, embedder, retrieve, .. } = self.house;
                    let made = Arc::new(retriever(store, embedder.clone(), retrieve, key.0, version).await?);
                    self.retrievers.insert(key, Arc::clone(&made));
                    made
                }
            };
            let dialogue = Dialogue::new(self.config.clone(), retriever, self.llm.clone())?;
            self.dialogues.insert(key, dialogue);
        }
        let (shown, _) = mpsc::channel(1);
        let outcome = self.dialogues[&key].respond(&past.before, past.turn, past.at, &shown).await;
        let failed = self.live.as_ref().and_then(Watched::take_failure).is_some();
        let unrecorded = outcome.decision.faults.iter().any(|fault| fault.contains(NOT_RECORDED));
        let unknown = failed || unrecorded || watch::fault(&outcome.decision).is_some();
        Ok(Again { outcome, unknown })
    }
}

/// A retriever of one version, with an index that holds nothing else: that of the house has forgotten what was replaced.
///
/// # Errors
/// The store cannot be read.
pub async fn retriever(
    store: &Store,
    embedder: Option<Arc<dyn Embedder>>,
    config: &retrieve::Config,
    workspace: WorkspaceId,
    version: u64,
) -> anyhow::Result<Retriever> {
    let index: Arc<dyn Index> = Arc::new(Embedded::in_memory(&embedded::Config::default()));
    let model = embedder.as_ref().map(|embedder| embedder.model().name.clone()).unwrap_or_default();
    shelf::fill(store, workspace, version, &model, index.as_ref())
        .await
        .with_context(|| format!("knowledge version {version} cannot be put back"))?;
    let config = retrieve::Config { embed_deadline_ms: PATIENT_MS, ..config.clone() };
    Ok(Retriever::new(store.clone(), index, embedder, config).pinned_to(version))
}

/// Replays turns and hands on each one. `live` is asked where the prompt is another than the recorded one.
///
/// # Errors
/// The store, a file of the candidate, or `take` failed.
pub async fn replay(
    house: &House,
    turns: &[Past],
    candidate: &Candidate,
    live: Option<Arc<dyn Llm>>,
    mut take: impl FnMut(Turn) -> anyhow::Result<()>,
) -> anyhow::Result<Summary> {
    let patient = Config { deadline_ms: PATIENT_MS, ..house.dialogue.clone() };
    let live = live.map(Watched::new);
    let asked = live.clone().map(|live| Arc::new(live) as Arc<dyn Llm>);
    let recorded = RecordedModel::of(turns.iter().map(|past| &past.decision), asked);
    let llm: Option<Arc<dyn Llm>> = if recorded.is_silent() { None } else { Some(Arc::new(recorded)) };
    let mut published = HashMap::new();
    let (mut kept, mut other) = (HashMap::new(), HashMap::new());
    let mut control = Bench {
        house,
        config: patient.clone(),
        llm: llm.clone(),
        live: live.clone(),
        retrievers: &mut kept,
        dialogues: HashMap::new(),
    };
    let plain = *candidate == Candidate::default();
    let mut bench = Bench {
        house,
        config: candidate.applied(&patient),
        llm,
        live,
        retrievers: &mut other,
        dialogues: HashMap::new(),
    };
    let mut tally = Tally::default();
    for past in turns {
        if past.broke() {
            tally.left_out += 1;
            continue;
        }
        let workspace = past.before.workspace;
        let version = match past.decision.knowledge {
            // Nothing was looked up: what is published would have been.
            0 => match published.get(&workspace) {
                Some(known) => *known,
                None => {
                    let now = house.store.published(workspace).await?.version;
                    published.insert(workspace, now);
                    now
                }
            },
            version => version,
        };
        let as_is = control.respond(past, version).await?;
        let then = Came { action: past.decision.action, text: &past.said, citations: &past.citations };
        let kept = compared(then, &as_is);
        let after = if plain { None } else { Some(bench.respond(past, candidate.knowledge.unwrap_or(version)).await?) };
        let (before, after, class) = match &after {
            Some(after) => (side(&as_is.outcome), side(&after.outcome), class_of(&as_is, after)),
            None => (recorded_side(past), side(&as_is.outcome), kept),
        };
        let turn = Turn {
            conversation: past.before.id,
            turn: past.turn,
            class,
            control: kept,
            question: past.question().to_owned(),
            before,
            after,
        };
        tally.add(&turn);
        take(turn)?;
    }
    Ok(tally.summary())
}

fn class_of(before: &Again, after: &Again) -> Class {
    let (text, citations) = words(&before.outcome.reply);
    let was = Came { action: before.outcome.decision.action, text, citations };
    if before.unknown { Class::NotRecomputed } else { compared(was, after) }
}

fn compared(before: Came<'_>, after: &Again) -> Class {
    if after.unknown {
        return Class::NotRecomputed;
    }
    let (text, citations) = words(&after.outcome.reply);
    differ(before, Came { action: after.outcome.decision.action, text, citations })
}

fn words(reply: &Reply) -> (&str, &[Citation]) {
    match reply {
        Reply::Say { text, citations, .. } => (text, citations),
        Reply::Escalate { say, .. } => (say, &[]),
    }
}

fn side(outcome: &Outcome) -> Side {
    let (text, citations) = words(&outcome.reply);
    Side {
        action: outcome.decision.action,
        because: outcome.decision.because.clone(),
        confidence: outcome.decision.evidence.confidence,
        text: text.to_owned(),
        sources: sources(citations),
    }
}

fn recorded_side(past: &Past) -> Side {
    Side {
        action: past.decision.action,
        because: past.decision.because.clone(),
        confidence: past.decision.evidence.confidence,
        text: past.said.clone(),
        sources: sources(&past.citations),
    }
}

fn sources(citations: &[Citation]) -> Vec<String> {
    let mut sources: Vec<String> = citations.iter().map(|citation| citation.source.clone()).collect();
    sources.dedup();
    sources
}

#[derive(Default)]
struct Tally {
    turns: u64,
    left_out: u64,
    classes: BTreeMap<Class, u64>,
    reproduced: u64,
    known: u64,
    before: u64,
    after: u64,
    only: (u64, u64),
}

impl Tally {
    fn add(&mut self, turn: &Turn) {
        self.turns += 1;
        *self.classes.entry(turn.class).or_default() += 1;
        self.reproduced += u64::from(turn.control == Class::Same);
        if turn.class == Class::NotRecomputed {
            return;
        }
        self.known += 1;
        let (before, after) = (turn.before.action == Action::Answer, turn.after.action == Action::Answer);
        self.before += u64::from(before);
        self.after += u64::from(after);
        self.only.0 += u64::from(before && !after);
        self.only.1 += u64::from(after && !before);
    }

    fn summary(self) -> Summary {
        let same = self.classes.get(&Class::Same).copied().unwrap_or(0);
        Summary {
            turns: self.turns,
            left_out: self.left_out,
            reproduced: Some(Rate::new(self.reproduced, self.turns)),
            changed: Some(Rate::new(self.known - same, self.known)),
            answered_before: Some(Rate::new(self.before, self.known)),
            answered_after: Some(Rate::new(self.after, self.known)),
            only_before: self.only.0,
            only_after: self.only.1,
            p: mcnemar(self.only.0, self.only.1),
            classes: self.classes,
        }
    }
}
