//! What calibration learns from: a case that was tried, and whether what was said was wrong.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::eval::calibrate::Group;
use crate::eval::record::Record;
use crate::model::decision::{Action, Evidence, Mode};
use crate::text::language::Language;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Of the case: it decides which half it belongs to.
    pub id: String,
    pub language: Language,
    /// Who phrases answers, or would have.
    pub mode: Mode,
    /// What was known before a word was written; nothing where a rule decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Something was said that claims something.
    pub answers: bool,
    pub wrong: bool,
}

impl Label {
    /// Its group; one without evidence belongs to both kinds of search.
    #[must_use]
    pub fn group(&self, dense: bool) -> Group {
        let dense = self.evidence.map_or(dense, |evidence| evidence.cosine.is_some());
        Group { language: self.language, mode: self.mode, dense }
    }
}

/// Why a record is no label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLabel {
    /// The infrastructure failed: it says nothing about quality.
    Broke,
    /// A case that is asked several times is one case.
    Repeated,
    /// The gate was not open: what it held back would have been an answer that nobody has seen.
    GateClosed,
}

/// The label that an attempt gives. `by_model` says whether a model was there to phrase answers.
///
/// # Errors
/// When it gives none.
pub fn of(record: &Record, by_model: bool) -> Result<Label, NoLabel> {
    let decision = &record.outcome().ok_or(NoLabel::Broke)?.decision;
    if record.attempt > 1 {
        return Err(NoLabel::Repeated);
    }
    let answers = decision.action == Action::Answer && decision.mode != Mode::Fixed;
    let looked = decision.rule.is_none() && decision.knowledge > 0;
    if looked && decision.thresholds.answer > 0.0 {
        return Err(NoLabel::GateClosed);
    }
    let mode = match decision.mode {
        Mode::Fixed if decision.model.is_some() || by_model => Mode::Model,
        Mode::Fixed => Mode::Quote,
        mode => mode,
    };
    Ok(Label {
        id: record.case.id.clone(),
        language: decision.language,
        mode,
        evidence: looked.then_some(decision.evidence),
        answers,
        wrong: answers && record.verdict.right == Some(false),
    })
}

/// Whether a case belongs to the half that the confidence is fitted on. Its name alone decides, so that a case that is added moves
/// no other one.
#[must_use]
pub fn first_half(id: &str) -> bool {
    Sha256::digest(format!("calibration:{id}").as_bytes())[0] & 1 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_halves_and_stay() {
        let first = (0..1000).filter(|number| first_half(&format!("case-{number}"))).count();
        assert!((450..550).contains(&first), "{first}");
        assert_eq!(first_half("en-returns-window"), first_half("en-returns-window"));
    }
}
