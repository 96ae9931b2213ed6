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
    /// Of the case: it decides which part it belongs to.
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
    /// The case takes any answer, so that it cannot say that one is wrong.
    TakesAny,
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
    if record.case.takes_any_answer() {
        return Err(NoLabel::TakesAny);
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

/// The share of labels that the confidence is fitted on is one of so many; the others prove the bound, which needs more of them.
pub const PARTS: usize = 3;

/// Whether a case belongs to the part that the confidence is fitted on. Its name alone decides, so that a case that is added moves
/// no other one.
#[must_use]
pub fn is_fitted_on(id: &str) -> bool {
    usize::from(Sha256::digest(format!("calibration:{id}").as_bytes())[0]) % PARTS == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_is_fitted_on_and_stays_so() {
        let first = (0..1000).filter(|number| is_fitted_on(&format!("case-{number}"))).count();
        assert!((290..380).contains(&first), "{first}");
        assert_eq!(is_fitted_on("en-returns-window"), is_fitted_on("en-returns-window"));
    }
}
