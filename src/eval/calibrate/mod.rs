//! From labelled cases to a promise: fits the confidence on a third of the labels, chooses the threshold on the others, and says what
//! may be promised, or how many labels are missing.
//!
//! A label is a case that was really tried with the gate open, so that there is an answer to judge for every confidence. Wrong is
//! an answer that its case does not accept: facts are missing, it says what it must not, or it should have been none.

pub mod bound;
pub mod drift;
pub mod label;
pub mod logistic;
pub mod traffic;
pub mod trials;

use serde::Serialize;

use crate::dialogue::calibration::{self, Calibration, Claim, Fit, Made};
use crate::eval::calibrate::bound::{Point, Refusal, Terms, Tried};
use crate::eval::calibrate::label::{Label, is_fitted_on};
use crate::eval::calibrate::logistic::{Model, Row};
use crate::eval::calibrate::trials::Member;
use crate::model::decision::Mode;
use crate::text::language::Language;

/// Penalty of every fit: few labels must not bend the direction.
pub const PENALTY: f64 = 1.0;
/// Labels of each kind that a fit needs; with fewer the confidence stays as it was.
const FEWEST: usize = 10;

/// Cases that share a confidence and a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    pub language: Language,
    pub mode: Mode,
    /// An embedding model took part in the search.
    pub dense: bool,
}

/// What came of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub group: Group,
    pub labels: usize,
    /// Whether these labels gave the confidence, or it stayed as it was.
    pub fitted: bool,
    pub result: Result<Claim, Refusal>,
    /// Risk against coverage over all labels, from strict to loose: seen, not promised.
    pub curve: Vec<Point>,
}

/// Which columns may only raise the confidence: all of the evidence but the length of the question, which stands last.
#[must_use]
pub fn rising(columns: usize) -> Vec<bool> {
    (0..columns).map(|at| at + 1 < columns).collect()
}

/// Calibrates every group of labels. What they do not speak of stays as `base` has it.
#[must_use]
pub fn calibrate(
    labels: &[Label],
    base: &Calibration,
    terms: Terms,
    version: String,
    made: Made,
) -> (Calibration, Vec<Report>) {
    let mut calibration = Calibration { version, made: Some(made), claim: Vec::new(), ..base.clone() };
    let mut reports = Vec::new();
    for group in groups(labels) {
        let of: Vec<&Label> = labels.iter().filter(|label| label.group(group.dense) == group).collect();
        let (first, second): (Vec<&Label>, Vec<&Label>) = of.iter().partition(|label| is_fitted_on(&label.id));
        let fitted = fit(&first, group);
        if let Some(fit) = &fitted {
            calibration.fit.retain(|known| {
                !(known.language == group.language && known.dense == group.dense && known.mode == Some(group.mode))
            });
            // Before those that hold for both modes.
            calibration.fit.insert(0, fit.clone());
        }
        let tried = |of: &[&Label]| of.iter().map(|label| tried(label, &calibration, group)).collect::<Vec<Tried>>();
        let result = bound::choose(&tried(&first), &tried(&second), terms)
            .map(|point| claim(group, terms, point, of.len(), &tried(&of)));
        let curve = curve(&tried(&of));
        calibration.claim.extend(result.iter().cloned());
        reports.push(Report { group, labels: of.len(), fitted: fitted.is_some(), result, curve });
    }
    (calibration, reports)
}

/// The labels of a group as members of a population, for [`trials`].
#[must_use]
pub fn members(labels: &[Label], group: Group) -> Vec<Member> {
    labels
        .iter()
        .filter(|label| label.group(group.dense) == group)
        .map(|label| Member {
            columns: label
                .evidence
                .map_or_else(|| vec![0.0; calibration::FEATURES], |evidence| calibration::features(&evidence).to_vec()),
            answers: label.answers && label.evidence.is_some(),
            wrong: f64::from(u8::from(label.wrong)),
        })
        .collect()
}

/// The confidence that a group has without labels of its own.
#[must_use]
pub fn unfitted(base: &Calibration, group: Group) -> Model {
    match base.fitted(group.language, group.mode, group.dense) {
        Some(fit) => Model { bias: fit.bias, weights: fit.weights.to_vec() },
        None => Model { bias: f64::NEG_INFINITY, weights: vec![0.0; calibration::FEATURES] },
    }
}

/// The confidence that rows give; `None` where they are too few of a kind, and the confidence stays as it was.
#[must_use]
pub fn fitted(rows: &[Row], columns: usize) -> Option<Model> {
    let right = rows.iter().filter(|row| row.happened).count();
    (right.min(rows.len() - right) >= FEWEST).then(|| logistic::fit(rows, &rising(columns), PENALTY))
}

/// The groups that the labels speak of, in a fixed order. Labels without evidence belong to the group of their language and mode.
#[must_use]
pub fn groups(labels: &[Label]) -> Vec<Group> {
    let mut groups = Vec::new();
    for language in [Language::En, Language::Zh] {
        for mode in [Mode::Model, Mode::Quote] {
            for dense in [false, true] {
                let group = Group { language, mode, dense };
                let speaks = |label: &&Label| label.evidence.is_some() && label.group(dense) == group;
                if labels.iter().any(|label| speaks(&label)) {
                    groups.push(group);
                }
            }
        }
    }
    groups
}

fn fit(first: &[&Label], group: Group) -> Option<Fit> {
    let rows: Vec<Row> = first
        .iter()
        .filter(|label| label.answers)
        .filter_map(|label| {
            Some(Row { columns: calibration::features(&label.evidence?).to_vec(), happened: !label.wrong })
        })
        .collect();
    let model = fitted(&rows, calibration::FEATURES)?;
    let weights: [f64; calibration::FEATURES] = model.weights.try_into().ok()?;
    Some(Fit { language: group.language, dense: group.dense, mode: Some(group.mode), bias: model.bias, weights })
}

fn tried(label: &Label, calibration: &Calibration, group: Group) -> Tried {
    let confidence = label
        .evidence
        .map_or(0.0, |evidence| calibration::confidence(calibration, &evidence, group.language, group.mode));
    Tried { confidence: f64::from(confidence), answers: label.answers && label.evidence.is_some(), wrong: label.wrong }
}

fn claim(group: Group, terms: Terms, point: Point, labels: usize, all: &[Tried]) -> Claim {
    let confidences: Vec<f64> = all.iter().filter(|case| case.confidence > 0.0).map(|case| case.confidence).collect();
    #[expect(clippy::cast_possible_truncation, reason = "a probability fits")]
    let threshold = point.threshold as f32;
    Claim {
        language: group.language,
        mode: group.mode,
        dense: group.dense,
        alpha: terms.alpha,
        delta: terms.delta,
        threshold,
        labels: labels as u64,
        asked: point.asked,
        answered: point.answered,
        wrong: point.wrong,
        upper: point.upper(terms.delta),
        coverage: point.coverage(),
        scored: confidences.len() as u64,
        quantiles: drift::quantiles(&confidences),
    }
}

/// What each of some thresholds lets through, from the strictest on.
fn curve(all: &[Tried]) -> Vec<Point> {
    let mut thresholds: Vec<f64> = all.iter().filter(|case| case.answers).map(|case| case.confidence).collect();
    thresholds.sort_by(|a, b| b.total_cmp(a));
    thresholds.dedup();
    let step = thresholds.len().div_ceil(50).max(1);
    let last = thresholds.last().copied();
    let mut points: Vec<Point> =
        thresholds.into_iter().step_by(step).map(|threshold| bound::at(threshold, all)).collect();
    if let Some(last) = last.filter(|last| points.last().is_some_and(|point| point.threshold > *last)) {
        points.push(bound::at(last, all));
    }
    points
}
