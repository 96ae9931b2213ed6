//! What is known about the best passages before a word is written, and what follows from it. Pure.

use std::collections::{BTreeMap, HashMap};

use crate::dialogue::reading::{self, Bag, Key, key};
use crate::dialogue::verify::lexicon::LEXICON;
use crate::dialogue::{asked, quote, strength};
use crate::knowledge::retrieve::{Ask, Retrieved};
use crate::model::decision::{Evidence, Thresholds};
use crate::model::id::DocumentId;
use crate::model::passage::{Passage, Scored};
use crate::text::language::is_han;
use crate::text::terms::terms;

/// Passages whose share of the question's terms counts; the best one may be second by a hair.
const LOOKED_AT: usize = 3;

/// Words of its own with which a question names its subject.
const NAMES: f32 = 2.0;

/// What the evidence allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    Answer,
    /// A person is offered.
    Offer,
    /// A person is fetched.
    Escalate,
}

/// Measures what was found. `confidence` is left at 0: that is the calibration's.
#[must_use]
pub fn evidence(ask: &Ask, retrieved: &Retrieved) -> Evidence {
    let asked = asked::of(ask, &retrieved.idf);
    let passages: Vec<&Scored> = retrieved.passages.iter().collect();
    let quotes = quote::choose(&asked, &passages, ask.language);
    evidence_with(ask, retrieved, strength::strength(&asked, &quotes, ask.language))
}

/// The same where the quotes are chosen already.
#[must_use]
pub fn evidence_with(ask: &Ask, retrieved: &Retrieved, quote: f32) -> Evidence {
    let all = weigh(ask);
    let total: f32 = all.values().sum();
    let weights = named(ask).unwrap_or(all);
    let best = |passage: &Scored| passage.scores.bm25.unwrap_or(0.0);
    let mut by_document: BTreeMap<DocumentId, f32> = BTreeMap::new();
    for scored in &retrieved.passages {
        let top = by_document.entry(scored.passage.document).or_default();
        *top = top.max(best(scored));
    }
    let mut tops: Vec<f32> = by_document.into_values().collect();
    tops.sort_by(|a, b| b.total_cmp(a));
    let (first, second) = (tops.first().copied().unwrap_or(0.0), tops.get(1).copied().unwrap_or(0.0));
    let cosine = retrieved.passages.iter().filter_map(|scored| scored.scores.cosine).reduce(f32::max);
    let terms = Terms::new(&weights, &retrieved.idf);
    let best_of = |share: fn(&Terms, &Passage) -> f32| {
        let looked_at = retrieved.passages.iter().take(LOOKED_AT);
        looked_at.map(|scored| share(&terms, &scored.passage)).fold(0.0, f32::max)
    };
    Evidence {
        confidence: 0.0,
        bm25_per_term: if total > 0.0 { first / total } else { 0.0 },
        cosine: if retrieved.dense_asked { Some(cosine.unwrap_or(0.0)) } else { None },
        margin: if first > 0.0 { (first - second) / first } else { 0.0 },
        coverage: best_of(Terms::coverage),
        focus: best_of(Terms::focus),
        quote,
        terms: u32::try_from(weights.len()).unwrap_or(u32::MAX),
    }
}

/// What the evidence allows, after so many questions in a row without an answer.
#[must_use]
pub fn decide(confidence: f32, thresholds: Thresholds, unanswered: usize, give_up_after: usize) -> Gate {
    if confidence >= thresholds.answer {
        return Gate::Answer;
    }
    if confidence < thresholds.offer || unanswered + 1 >= give_up_after { Gate::Escalate } else { Gate::Offer }
}

/// What is asked for, as passages are asked for it: each term that weighs something, with its weight by rarity.
struct Terms {
    weights: Vec<(Key, f32)>,
    total: f32,
}

impl Terms {
    fn new(weights: &HashMap<String, f32>, idf: &[(String, f32)]) -> Self {
        let weighed = idf.iter().map(|(term, rarity)| {
            let weight = weights.get(term).map_or(0.0, |weight| weight * rarity * telling(term));
            (key(term), weight)
        });
        let weights: Vec<(Key, f32)> = weighed.filter(|(_, weight)| *weight > 0.0).collect();
        let total = weights.iter().map(|(_, weight)| weight).sum();
        Self { weights, total }
    }

    /// Share (0–1) of the weighted terms that stand in a passage or above it.
    fn coverage(&self, passage: &Passage) -> f32 {
        self.share(&[&reading::read(passage).all])
    }

    /// The same for the best sentence of the passage, without what stands above it.
    fn focus(&self, passage: &Passage) -> f32 {
        let reading = reading::read(passage);
        let nothing = Bag::default();
        let question = reading.question.as_ref().unwrap_or(&nothing);
        reading.units.iter().map(|unit| self.share(&[&unit.bag, question])).fold(0.0, f32::max)
    }

    fn share(&self, there: &[&Bag]) -> f32 {
        let found = self.weights.iter().filter(|(key, _)| there.iter().any(|bag| bag.says(*key)));
        let found: f32 = found.map(|(_, weight)| weight).sum();
        if self.total > 0.0 { found / self.total } else { 0.0 }
    }
}

/// Weight of each different term that was asked.
#[must_use]
pub fn weigh(ask: &Ask) -> HashMap<String, f32> {
    let mut weights: HashMap<String, f32> = HashMap::new();
    for (text, weight) in &ask.lexical {
        for term in terms(text) {
            let known = weights.entry(term).or_default();
            *known = known.max(*weight);
        }
    }
    weights
}

/// The terms that an answer has to be about: those of the question where it names its subject, otherwise those of the
/// conversation as well. What was said before finds passages, but it is no evidence that they answer a question about something
/// else: the last answer always stands in the passage that it was taken from.
#[must_use]
pub fn asked(ask: &Ask) -> HashMap<String, f32> {
    named(ask).unwrap_or_else(|| weigh(ask))
}

/// The question's own terms, when they name its subject or nothing was said before.
fn named(ask: &Ask) -> Option<HashMap<String, f32>> {
    let (question, _) = ask.lexical.first()?;
    let own: HashMap<String, f32> = terms(question).into_iter().map(|term| (term, 1.0)).collect();
    let subject = own.keys().filter(|term| telling(term) >= 1.0);
    // Two neighbouring bigrams are hardly more than a word.
    let names: f32 = subject.map(|term| if term.chars().any(is_han) { 0.5 } else { 1.0 }).sum();
    (ask.lexical.len() == 1 || names >= NAMES).then_some(own)
}

/// How much a term tells about the subject (0–1).
///
/// Words of asking, which no answer repeats, tell nothing, and words without
/// a meaning of their own little. In a small library rarity alone does not know them.
#[must_use]
pub fn telling(term: &str) -> f32 {
    let asks = |c: char| "么哪谁吗呢几怎吧".contains(c);
    let question = [
        "what", "which", "who", "whom", "how", "when", "where", "whi", "did", "do", "doe", "多少", "多久", "为何",
        "如何",
    ];
    if term.contains(asks) || question.contains(&term) {
        return 0.0;
    }
    if LEXICON.is_stop(term) { 0.15 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_before_is_no_evidence_for_another_subject() {
        let ask = |question: &str, before: &str| Ask {
            lexical: vec![(question.to_owned(), 1.0), (before.to_owned(), 0.3)],
            dense: String::new(),
            language: crate::text::language::detect(question),
            limit: 5,
            version: None,
        };
        for (question, before) in [
            ("Who won the world cup in 1998?", "Points expire on 31 December."),
            ("那礼品卡有效期多久？", "床垫退货期限为一百晚。"),
        ] {
            let asked = asked(&ask(question, before));
            assert!(terms(before).iter().all(|term| !asked.contains_key(term)), "{asked:?}");
        }
        for (question, before) in [("and boots?", "Can I return shoes?"), ("那海外呢？", "退货期限是几天？")]
        {
            let asked = asked(&ask(question, before));
            assert!(terms(before).iter().any(|term| asked.contains_key(term)), "{asked:?}");
        }
    }

    #[test]
    fn the_second_failure_fetches_a_person() {
        let thresholds = Thresholds { answer: 0.6, offer: 0.1 };
        assert_eq!(decide(0.7, thresholds, 3, 2), Gate::Answer);
        assert_eq!(decide(0.5, thresholds, 0, 2), Gate::Offer);
        assert_eq!(decide(0.5, thresholds, 1, 2), Gate::Escalate);
        assert_eq!(decide(0.05, thresholds, 0, 2), Gate::Escalate);
    }
}
