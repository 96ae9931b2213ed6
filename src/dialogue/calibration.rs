//! From evidence to a probability, and from there to what is done.
//!
//! It is a logistic model for each language, with and without an
//! embedding model, fitted on labelled questions. The shipped numbers stand in `eval/calibration.default.toml`.

use serde::{Deserialize, Serialize};

use crate::model::decision::{Evidence, Thresholds};
use crate::text::language::Language;

const BUILT_IN: &str = include_str!("../../eval/calibration.default.toml");
/// Number of features.
pub const FEATURES: usize = 6;

/// A calibration file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Named in decisions.
    pub version: String,
    /// For answers that a model phrases.
    pub model: Thresholds,
    /// For answers that are quoted.
    pub quote: Thresholds,
    #[serde(default)]
    pub fit: Vec<Fit>,
}

/// A fitted model: `1 / (1 + exp(-(bias + weights · features)))`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fit {
    pub language: Language,
    /// Whether an embedding model took part in the search.
    pub dense: bool,
    pub bias: f64,
    /// In the order of [`features`].
    pub weights: [f64; FEATURES],
}

/// Reads a calibration file.
///
/// # Errors
/// When it is not TOML of this shape.
pub fn parse(text: &str) -> Result<Calibration, toml::de::Error> {
    toml::from_str(text)
}

/// The calibration that is shipped.
#[must_use]
pub fn built_in() -> Calibration {
    parse(BUILT_IN).expect("the shipped calibration is read by a test")
}

/// Evidence as numbers of like size: BM25 per term, coverage, focus, margin, cosine (0 without one), logarithm of the terms.
#[must_use]
pub fn features(evidence: &Evidence) -> [f64; FEATURES] {
    [
        f64::from(evidence.bm25_per_term),
        f64::from(evidence.coverage),
        f64::from(evidence.focus),
        f64::from(evidence.margin),
        f64::from(evidence.cosine.unwrap_or(0.0)),
        f64::from(evidence.terms.max(1)).ln(),
    ]
}

/// Probability (0–1) that these passages answer the question. Without a fit for the case: the one for the same language,
/// then none, which gives 0 and so offers a person.
#[must_use]
pub fn confidence(calibration: &Calibration, evidence: &Evidence, language: Language) -> f32 {
    let dense = evidence.cosine.is_some();
    let of_language = || calibration.fit.iter().filter(|fit| fit.language == language);
    let Some(fit) = of_language().find(|fit| fit.dense == dense).or_else(|| of_language().next()) else { return 0.0 };
    let sum: f64 =
        fit.bias + fit.weights.iter().zip(features(evidence)).map(|(weight, feature)| weight * feature).sum::<f64>();
    #[expect(clippy::cast_possible_truncation, reason = "a probability fits")]
    let probability = (1.0 / (1.0 + (-sum).exp())) as f32;
    probability
}

/// A labelled question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    pub features: [f64; FEATURES],
    pub answerable: bool,
}

/// Fits bias and weights in two steps.
///
/// First a direction, by gradient descent on the logistic loss with an L2 penalty on
/// standardised features, and then its scale, without a penalty (Platt 1999), so that few samples cannot bend the direction. More
/// evidence never lowers the confidence: all weights but the last are kept at zero or above. The same samples give the
/// same numbers.
#[must_use]
pub fn fit(samples: &[Sample], penalty: f64) -> (f64, [f64; FEATURES]) {
    let count = samples.len().max(1) as f64;
    let mut mean = [0.0; FEATURES];
    let mut spread = [0.0; FEATURES];
    for at in 0..FEATURES {
        mean[at] = samples.iter().map(|sample| sample.features[at]).sum::<f64>() / count;
        let variance = samples.iter().map(|sample| (sample.features[at] - mean[at]).powi(2)).sum::<f64>() / count;
        spread[at] = variance.sqrt();
    }
    let scaled = |sample: &Sample, at: usize| {
        if spread[at] < 1e-9 { 0.0 } else { (sample.features[at] - mean[at]) / spread[at] }
    };
    let (mut bias, mut weights) = (0.0, [0.0; FEATURES]);
    for _ in 0..4000 {
        let (mut bias_slope, mut slopes) = (0.0, [0.0; FEATURES]);
        for sample in samples {
            let sum: f64 = bias + (0..FEATURES).map(|at| weights[at] * scaled(sample, at)).sum::<f64>();
            let error = 1.0 / (1.0 + (-sum).exp()) - f64::from(u8::from(sample.answerable));
            bias_slope += error / count;
            for (at, slope) in slopes.iter_mut().enumerate() {
                *slope += error * scaled(sample, at) / count;
            }
        }
        bias -= 0.5 * bias_slope;
        for at in 0..FEATURES {
            weights[at] -= 0.5 * (slopes[at] + penalty * weights[at]);
            if at < FEATURES - 1 {
                weights[at] = f64::max(weights[at], 0.0);
            }
        }
    }
    let along: Vec<(f64, f64)> = samples
        .iter()
        .map(|sample| {
            let score: f64 = bias + (0..FEATURES).map(|at| weights[at] * scaled(sample, at)).sum::<f64>();
            (score, f64::from(u8::from(sample.answerable)))
        })
        .collect();
    let (slope, shift) = scale(&along);
    bias = bias * slope + shift;
    for at in 0..FEATURES {
        weights[at] *= slope;
        weights[at] = if spread[at] < 1e-9 { 0.0 } else { weights[at] / spread[at] };
        bias -= weights[at] * mean[at];
    }
    (bias, weights)
}

/// Slope and shift that make scores probabilities.
fn scale(along: &[(f64, f64)]) -> (f64, f64) {
    let count = along.len().max(1) as f64;
    let (mut slope, mut shift) = (1.0, 0.0);
    for _ in 0..4000 {
        let (mut by_slope, mut by_shift) = (0.0, 0.0);
        for (score, label) in along {
            let error = 1.0 / (1.0 + (-(slope * score + shift)).exp()) - label;
            by_slope += error * score / count;
            by_shift += error / count;
        }
        slope = f64::max(slope - 2.0 * by_slope, 0.0);
        shift -= 2.0 * by_shift;
    }
    (slope, shift)
}

/// Probability that an answerable question scores above an unanswerable one; ties count a half (Mann & Whitney 1947).
#[must_use]
pub fn auroc(scored: &[(f32, bool)]) -> f64 {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut wins, mut at) = (0.0, 0.0, 0);
    while at < sorted.len() {
        let end = at + sorted[at..].iter().take_while(|next| next.0 <= sorted[at].0).count();
        let yes = sorted[at..end].iter().filter(|next| next.1).count() as f64;
        let no = (end - at) as f64 - yes;
        wins += yes * (below + no / 2.0);
        below += no;
        at = end;
    }
    let yes = scored.iter().filter(|next| next.1).count() as f64;
    wins / (yes * below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_covers_every_case_in_order() {
        let calibration = built_in();
        for language in [Language::En, Language::Zh] {
            for dense in [false, true] {
                assert!(calibration.fit.iter().any(|fit| fit.language == language && fit.dense == dense));
            }
        }
        for thresholds in [calibration.model, calibration.quote] {
            assert!(thresholds.offer <= thresholds.answer && thresholds.answer < 1.0);
        }
    }

    #[test]
    fn a_fit_separates_what_can_be_separated_and_repeats_itself() {
        let sample = |value: f64, answerable| Sample { features: [value, value / 2.0, 0.2, 0.1, 0.0, 1.0], answerable };
        let samples: Vec<Sample> = (0..40).map(|at| sample(f64::from(at) / 10.0, at >= 20 || at == 13)).collect();
        let (bias, weights) = fit(&samples, 0.01);
        assert_eq!((bias, weights), fit(&samples, 0.01));
        let score = |sample: &Sample| bias + weights.iter().zip(sample.features).map(|(w, f)| w * f).sum::<f64>();
        assert!(score(&samples[39]) > 0.0 && score(&samples[0]) < 0.0);
        assert!(weights[..5].iter().all(|weight| *weight >= 0.0));
    }

    #[test]
    fn auroc_counts_pairs() {
        assert!((auroc(&[(0.1, false), (0.4, true), (0.35, false), (0.8, true)]) - 1.0).abs() < 1e-9);
        assert!((auroc(&[(0.5, false), (0.5, true)]) - 0.5).abs() < 1e-9);
        assert!((auroc(&[(0.9, false), (0.1, true), (0.95, true)]) - 0.5).abs() < 1e-9);
    }
}
