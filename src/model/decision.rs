//! Everything that is needed to explain a turn and to replay it.

use serde::{Deserialize, Serialize};

use crate::model::id::{ChunkName, DocumentId, TurnId};
use crate::model::passage::Scores;
use crate::text::language::Language;

/// Why a turn ended as it did. Written once per turn, before the reply that it explains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub turn: TurnId,
    pub action: Action,
    /// Who phrased the reply.
    pub mode: Mode,
    pub language: Language,
    /// The policy rule that decided, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Why, in one stable snake_case word: `supported`, `weak_evidence`, `nothing_verified`, `rule`, `model_unavailable`…
    pub because: String,
    /// What retrieval was asked.
    pub query: String,
    pub evidence: Evidence,
    pub thresholds: Thresholds,
    /// Version of the calibration that turned evidence into confidence.
    pub calibration: String,
    /// What the calibration promises about an answer of this kind, if it promises anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<Promise>,
    /// Knowledge version that was searched.
    pub knowledge: u64,
    pub considered: Vec<Considered>,
    /// `name@hash` of the prompt, when a model was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Hash of everything that the model was asked: the same hash is the same question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// What the model wrote before verification, as far as it came: what a replay works with when it was asked the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrote: Option<String>,
    /// Sentences that the model wrote and verification refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<Cut>,
    /// What went wrong on the way, in words for operators; never customer text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    #[serde(default)]
    pub usage: Usage,
}

impl Decision {
    /// A decision that says nothing yet: a fixed reply, without evidence.
    #[must_use]
    pub fn blank(turn: TurnId, language: Language) -> Self {
        Self {
            turn,
            action: Action::Reply,
            mode: Mode::Fixed,
            language,
            rule: None,
            because: String::new(),
            query: String::new(),
            evidence: Evidence::default(),
            thresholds: Thresholds { answer: 0.0, offer: 0.0 },
            calibration: String::new(),
            promise: None,
            knowledge: 0,
            considered: Vec::new(),
            prompt: None,
            model: None,
            asked: None,
            wrote: None,
            cut: Vec::new(),
            faults: Vec::new(),
            usage: Usage::default(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A supported answer.
    Answer,
    /// No answer; a human is offered.
    Offer,
    /// The conversation goes to a human now.
    Escalate,
    /// A fixed reply that claims nothing (a greeting, thanks, a refusal).
    Reply,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A language model phrased it and each sentence was verified.
    Model,
    /// Words of the document, unchanged.
    Quote,
    /// A fixed text of ours.
    Fixed,
}

/// What is known about the best passages before a word is written. Names follow the bench README.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Calibrated probability (0–1) that an answer from these passages is right.
    pub confidence: f32,
    /// Top BM25 score over the number of query terms.
    pub bm25_per_term: f32,
    /// Top cosine similarity; `None` when no embedder reads this language.
    pub cosine: Option<f32>,
    /// Distance of the best to the second document, as a share of the best BM25 score (0–1).
    pub margin: f32,
    /// Share (0–1) of the question's terms, weighted by rarity, that stand in the best passage.
    pub coverage: f32,
    /// The same share for the best single sentence.
    #[serde(default)]
    pub focus: f32,
    /// How likely (0–1) the best quote answers, by its own signs: words, other words for them, the kind of thing wanted.
    #[serde(default)]
    pub quote: f32,
    /// Number of distinct query terms.
    pub terms: u32,
}

/// Confidence needed to answer, and to offer a human rather than to escalate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    pub answer: f32,
    pub offer: f32,
}

/// Of the answers of this kind that the bot gives alone, at most `alpha` are wrong, with confidence `1 - delta`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    pub alpha: f64,
    pub delta: f64,
    /// Labelled cases that it stands on, and answers among those that proved it.
    pub labels: u64,
    pub answered: u64,
    /// Share (0–1) of questions that were answered when it was proven.
    pub coverage: f64,
    /// What is another since, in one word each (`knowledge`, `policy`, `embedder`, `prompts`, `model`, `threshold`, `drift`); when there is
    /// any, nothing is promised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub void: Vec<String>,
}

/// A passage that was considered, by name; its text is in the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Considered {
    pub chunk: ChunkName,
    pub document: DocumentId,
    pub title: String,
    pub scores: Scores,
}

/// A sentence that did not pass, and the check that it failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    pub sentence: String,
    pub why: String,
}

/// What the turn cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub model_calls: u32,
    pub prompt_tokens: u32,
    pub completion_tokens: u32,
    /// Wall time of the turn in milliseconds.
    pub duration_ms: u32,
}
