//! What recent decisions say about a claim. Pure.

use crate::dialogue::calibration::{self, Calibration, Claim};
use crate::eval::calibrate::drift::{self, Drift};
use crate::model::decision::{Decision, Mode};

/// The confidences that decisions of the claim's kind have, under this calibration. Those that a rule decided have none.
/// `by_model` says whether a model phrases answers in this house.
#[must_use]
pub fn confidences<'a>(
    decisions: impl IntoIterator<Item = &'a Decision>,
    calibration: &Calibration,
    claim: &Claim,
    by_model: bool,
) -> Vec<f64> {
    let mode = |decision: &Decision| match decision.mode {
        Mode::Fixed if by_model || decision.model.is_some() => Mode::Model,
        Mode::Fixed => Mode::Quote,
        mode => mode,
    };
    decisions
        .into_iter()
        .filter(|decision| decision.rule.is_none() && decision.knowledge > 0)
        .filter(|decision| decision.language == claim.language && mode(decision) == claim.mode)
        .filter(|decision| decision.evidence.cosine.is_some() == claim.dense)
        .map(|decision| f64::from(calibration::confidence(calibration, &decision.evidence, claim.language, claim.mode)))
        .collect()
}

/// How each claim stands with recent decisions.
#[must_use]
pub fn drifts(decisions: &[Decision], calibration: &Calibration, by_model: bool) -> Vec<(Claim, Drift)> {
    calibration
        .claim
        .iter()
        .map(|claim| {
            let recent = confidences(decisions, calibration, claim, by_model);
            (claim.clone(), drift::compare(&claim.quantiles, claim.scored, &recent))
        })
        .collect()
}
