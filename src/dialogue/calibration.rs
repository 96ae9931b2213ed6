//! From evidence to a probability, from there to what is done, and what may be promised about it.
//!
//! It is a logistic model for each language and way of answering, with and without an embedding model, fitted on labelled
//! questions by `eval::calibrate`. The shipped numbers stand in `eval/calibration.default.toml`; they promise nothing, because
//! the sample's labels are few and no business's own. A file of `frontdesk eval calibrate` holds claims: thresholds with a proven
//! bound, and what they were proven on.

use serde::{Deserialize, Serialize};

use crate::model::decision::{Evidence, Mode, Promise, Thresholds};
use crate::text::language::Language;

const BUILT_IN: &str = include_str!("../../eval/calibration.default.toml");
/// Number of features.
pub const FEATURES: usize = 7;

/// A calibration file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Named in decisions.
    pub version: String,
    /// For answers that a model phrases, where no claim says otherwise.
    pub model: Thresholds,
    /// For answers that are quoted, where no claim says otherwise.
    pub quote: Thresholds,
    /// What the claims were proven on; nothing in a file without claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
    #[serde(default)]
    pub fit: Vec<Fit>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claim: Vec<Claim>,
}

/// A fitted model: `1 / (1 + exp(-(bias + weights · features)))`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fit {
    pub language: Language,
    /// Whether an embedding model took part in the search.
    pub dense: bool,
    /// Who phrases the answer; nothing: either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    pub bias: f64,
    /// In the order of [`features`].
    pub weights: [f64; FEATURES],
}

/// A threshold that was proven: of the answers that it lets through, at most `alpha` are wrong, with confidence `1 - delta`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    pub language: Language,
    pub mode: Mode,
    pub dense: bool,
    pub alpha: f64,
    pub delta: f64,
    pub threshold: f32,
    /// Labelled cases in all: for the fit and for the bound.
    pub labels: u64,
    /// Of the bound's part: cases, those that are answered at the threshold, and wrong ones among these.
    pub asked: u64,
    pub answered: u64,
    pub wrong: u64,
    /// The exact upper limit of the error rate at this threshold alone. The threshold was chosen by looking at several, so that this
    /// is no promise: `alpha` is.
    pub upper: f64,
    /// Share of cases that are answered.
    pub coverage: f64,
    /// How many confidences the quantiles are of.
    pub scored: u64,
    /// Of the confidences of all cases, from least to greatest: what later traffic is compared with.
    pub quantiles: Vec<f64>,
}

/// What claims were proven on. Where the house is another, they do not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Made {
    /// Time, as RFC 3339.
    pub at: String,
    /// What could be seen of the documents (`knowledge::version::fingerprint`).
    pub knowledge: String,
    /// Of the rules, as [`fingerprint`].
    pub policy: String,
    /// Versions of the prompt templates of each language, with spaces between; they matter where a model answers.
    pub prompts: String,
    /// Name of the embedding model; nothing: words alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedder: Option<String>,
    /// Name of the language model; nothing: quotes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// SHA-256 of the labelled cases.
    pub suite: String,
    /// When `frontdesk eval drift` found that other questions come in; nothing: it did not.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub drifted: String,
}

impl Made {
    /// What is another now, in one word each. The claim says whether vectors, models and prompts matter, and those of which
    /// language.
    #[must_use]
    pub fn differs(&self, now: &Self, claim: &Claim) -> Vec<&'static str> {
        let by_model = claim.mode == Mode::Model;
        let prompts = |made: &Self| prompts_of(&made.prompts, claim.language).map(ToOwned::to_owned);
        words([
            ("knowledge", self.knowledge != now.knowledge),
            ("policy", self.policy != now.policy),
            ("embedder", claim.dense && self.embedder != now.embedder),
            ("prompts", by_model && prompts(self) != prompts(now)),
            ("model", by_model && self.model != now.model),
            ("drift", !self.drifted.is_empty()),
        ])
    }

    /// What another house has otherwise, in one word each: labels of both must not be taken together.
    #[must_use]
    pub fn other_house(&self, other: &Self) -> Vec<&'static str> {
        words([
            ("knowledge", self.knowledge != other.knowledge),
            ("policy", self.policy != other.policy),
            ("embedder", self.embedder != other.embedder),
            ("prompts", self.prompts != other.prompts),
            ("model", self.model != other.model),
        ])
    }
}

fn words<const N: usize>(table: [(&'static str, bool); N]) -> Vec<&'static str> {
    table.into_iter().filter_map(|(what, other)| other.then_some(what)).collect()
}

/// The version of one language among `answer.en@… answer.zh@…`.
fn prompts_of(versions: &str, language: Language) -> Option<&str> {
    let suffix = if language == Language::Zh { ".zh@" } else { ".en@" };
    versions.split(' ').find(|version| version.contains(suffix))
}

/// Reads a calibration file.
///
/// # Errors
/// When it is not TOML of this shape.
pub fn parse(text: &str) -> Result<Calibration, toml::de::Error> {
    toml::from_str(text)
}

/// A calibration file's text.
///
/// # Errors
/// Never, as far as we know.
pub fn written(calibration: &Calibration) -> Result<String, toml::ser::Error> {
    let about = "# Written by `frontdesk eval calibrate`. `dialogue.calibration` names it.\n";
    Ok(about.to_owned() + &toml::to_string(calibration)?)
}

/// The calibration that is shipped.
#[must_use]
pub fn built_in() -> Calibration {
    parse(BUILT_IN).expect("the shipped calibration is read by a test")
}

/// Evidence as numbers of like size: BM25 per term, coverage, focus, margin, cosine (0 without one), the best quote's own
/// likelihood, logarithm of the terms. All but the last may only raise the confidence.
#[must_use]
pub fn features(evidence: &Evidence) -> [f64; FEATURES] {
    [
        f64::from(evidence.bm25_per_term),
        f64::from(evidence.coverage),
        f64::from(evidence.focus),
        f64::from(evidence.margin),
        f64::from(evidence.cosine.unwrap_or(0.0)),
        f64::from(evidence.quote),
        f64::from(evidence.terms.max(1)).ln(),
    ]
}

/// Probability (0–1) that an answer of this kind from these passages is right. Without a fit for the case: one for another way
/// of searching or answering in the same language, then none, which gives 0 and so offers a person.
#[must_use]
pub fn confidence(calibration: &Calibration, evidence: &Evidence, language: Language, mode: Mode) -> f32 {
    let Some(fit) = calibration.fitted(language, mode, evidence.cosine.is_some()) else { return 0.0 };
    let sum: f64 =
        fit.bias + fit.weights.iter().zip(features(evidence)).map(|(weight, feature)| weight * feature).sum::<f64>();
    #[expect(clippy::cast_possible_truncation, reason = "a probability fits")]
    let probability = (1.0 / (1.0 + (-sum).exp())) as f32;
    probability
}

impl Calibration {
    /// The fit that holds for this kind of answer: its own, or one for another way of searching in the same language.
    #[must_use]
    pub fn fitted(&self, language: Language, mode: Mode, dense: bool) -> Option<&Fit> {
        let fits = |fit: &&Fit| fit.language == language && fit.mode.is_none_or(|of| of == mode);
        let mut fits = self.fit.iter().filter(fits);
        let mut any = fits.clone();
        fits.find(|fit| fit.dense == dense).or_else(|| any.next())
    }

    /// The claim about this kind of answer, if there is one.
    #[must_use]
    pub fn claimed(&self, language: Language, mode: Mode, dense: bool) -> Option<&Claim> {
        self.claim.iter().find(|claim| claim.language == language && claim.mode == mode && claim.dense == dense)
    }

    /// Confidence needed for this kind of answer.
    #[must_use]
    pub fn thresholds(&self, language: Language, mode: Mode, dense: bool) -> Thresholds {
        let fitted = if mode == Mode::Model { self.model } else { self.quote };
        let answer = self.claimed(language, mode, dense).map_or(fitted.answer, |claim| claim.threshold);
        Thresholds { answer, offer: fitted.offer.min(answer) }
    }

    /// What a claim promises about an answer under these thresholds, in the house as it is `now`.
    #[must_use]
    pub fn promise(&self, claim: &Claim, thresholds: Thresholds, now: &Made) -> Promise {
        let mut void = self.made.as_ref().map_or_else(|| vec!["unknown"], |made| made.differs(now, claim));
        if thresholds.answer < claim.threshold {
            void.push("threshold");
        }
        Promise {
            alpha: claim.alpha,
            delta: claim.delta,
            labels: claim.labels,
            answered: claim.answered,
            coverage: claim.coverage,
            void: void.into_iter().map(ToOwned::to_owned).collect(),
        }
    }
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

    fn claim(threshold: f32) -> Claim {
        Claim {
            language: Language::Zh,
            mode: Mode::Quote,
            dense: false,
            alpha: 0.05,
            delta: 0.1,
            threshold,
            labels: 400,
            asked: 200,
            answered: 100,
            wrong: 1,
            upper: 0.038,
            coverage: 0.5,
            scored: 390,
            quantiles: vec![0.1, 0.5, 0.9],
        }
    }

    #[test]
    fn a_claim_sets_the_threshold_of_its_kind_of_answer_alone() {
        let calibration = Calibration { claim: vec![claim(0.83)], ..built_in() };
        assert_eq!(calibration.thresholds(Language::Zh, Mode::Quote, false).answer, 0.83);
        for (language, mode, dense) in
            [(Language::En, Mode::Quote, false), (Language::Zh, Mode::Model, false), (Language::Zh, Mode::Quote, true)]
        {
            let fitted = if mode == Mode::Model { calibration.model } else { calibration.quote };
            assert_eq!(calibration.thresholds(language, mode, dense), fitted);
        }
        let written = toml::to_string(&calibration).unwrap();
        assert_eq!(parse(&written).unwrap(), calibration, "{written}");
    }

    #[test]
    fn a_promise_is_void_where_the_house_is_another() {
        let made = Made { knowledge: "a".to_owned(), policy: "b".to_owned(), ..Made::default() };
        let calibration = Calibration { claim: vec![claim(0.8)], made: Some(made.clone()), ..built_in() };
        let promise = |answer: f32, now: &Made| {
            calibration.promise(&calibration.claim[0], Thresholds { answer, offer: 0.0 }, now).void
        };
        assert!(promise(0.8, &made).is_empty());
        assert_eq!(promise(0.7, &made), ["threshold"]);
        let other = Made { knowledge: "c".to_owned(), policy: "d".to_owned(), prompts: "e".to_owned(), ..made.clone() };
        assert_eq!(promise(0.9, &other), ["knowledge", "policy"], "quotes use no prompt");
        assert!(calibration.claimed(Language::En, Mode::Quote, false).is_none());
        assert!(calibration.claimed(Language::Zh, Mode::Quote, true).is_none());
        let embedded = Made { embedder: Some("m".to_owned()), ..made };
        assert!(promise(0.8, &embedded).is_empty(), "words alone were searched, then as now");
    }

    #[test]
    fn each_language_has_prompts_of_its_own() {
        let written = Claim { mode: Mode::Model, ..claim(0.8) };
        let english = Claim { language: Language::En, ..written.clone() };
        let made = Made { prompts: "answer.en@11111111 answer.zh@22222222".to_owned(), ..Made::default() };
        let now = |prompts: &str| Made { prompts: prompts.to_owned(), ..Made::default() };
        assert!(made.differs(&now("answer.zh@22222222"), &written).is_empty());
        assert_eq!(made.differs(&now("answer.zh@33333333"), &written), ["prompts"]);
        assert!(made.differs(&now("answer.en@11111111"), &english).is_empty());
        assert_eq!(made.differs(&now("answer.en@33333333"), &english), ["prompts"]);
        let dense = Claim { dense: true, ..english };
        let other = Made { embedder: Some("m".to_owned()), ..made.clone() };
        assert_eq!(made.differs(&other, &dense), ["embedder"]);
        assert_eq!(made.other_house(&other), ["embedder"]);
    }

    #[test]
    fn auroc_counts_pairs() {
        assert!((auroc(&[(0.1, false), (0.4, true), (0.35, false), (0.8, true)]) - 1.0).abs() < 1e-9);
        assert!((auroc(&[(0.5, false), (0.5, true)]) - 0.5).abs() < 1e-9);
        assert!((auroc(&[(0.9, false), (0.1, true), (0.95, true)]) - 0.5).abs() < 1e-9);
    }
}
