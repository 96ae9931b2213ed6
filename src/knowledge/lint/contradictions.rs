//! Two documents say the same thing with different numbers.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Finding, Kind, Severity, place};
use crate::model::passage::Passage;
use crate::text::normalise::fold;
use crate::text::quantities::quantities;
use crate::text::quantities::quantity::{Quantity, Unit};
use crate::text::sentences::sentences;
use crate::text::terms::terms;

/// Share of words that two sentences have in common to be about the same thing: under one heading, and anywhere.
const UNDER_ONE_HEADING: f32 = 0.5;
const ANYWHERE: f32 = 0.75;
/// A sentence of fewer words says too little to be compared: under one heading, and anywhere.
const FEWEST_WORDS: usize = 2;
const FEWEST_ANYWHERE: usize = 6;
/// Sentences that share a word with more others than this are compared by their rarer words only.
const COMMON: usize = 200;

struct Said<'a> {
    passage: &'a Passage,
    text: &'a str,
    /// Without numbers.
    words: BTreeSet<String>,
    quantities: Vec<Quantity>,
    heading: String,
}

/// Sentences of different documents in one language that are about the same thing and give other numbers of the same kind.
#[must_use]
pub fn find(passages: &[Passage]) -> Vec<Finding> {
    let said: Vec<Said<'_>> = passages.iter().flat_map(read).collect();
    let mut by_word: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, sentence) in said.iter().enumerate() {
        for word in &sentence.words {
            by_word.entry(word).or_default().push(at);
        }
    }
    let mut findings = Vec::new();
    let mut told: HashSet<(&str, &str, &str)> = HashSet::new();
    for (at, one) in said.iter().enumerate() {
        let rare = one.words.iter().filter_map(|word| by_word.get(word.as_str())).filter(|list| list.len() <= COMMON);
        let others: BTreeSet<usize> = rare.flatten().copied().filter(|other| *other > at).collect();
        for other in others.into_iter().map(|other| &said[other]) {
            if one.passage.source == other.passage.source || one.passage.language != other.passage.language {
                continue;
            }
            let together = one.heading == other.heading;
            let short = one.words.len().min(other.words.len()) < FEWEST_ANYWHERE;
            let needed = if together { UNDER_ONE_HEADING } else { ANYWHERE };
            // "We answer within 2 days" is about whatever stands above it.
            if alike(&one.words, &other.words) < needed || (short && !together) {
                continue;
            }
            let Some((first, second)) = disagreement(&one.quantities, &other.quantities) else { continue };
            if !told.insert((one.text, &other.passage.source, other.text)) {
                continue;
            }
            let (first, second) = (&one.text[first.place.clone()], &other.text[second.place.clone()]);
            findings.push(Finding {
                kind: Kind::Contradiction,
                severity: Severity::Error,
                places: vec![place(one.passage, one.text), place(other.passage, other.text)],
                en: format!("“{first}” in one document, “{second}” in the other"),
                zh: format!("一份文档写“{first}”，另一份写“{second}”"),
            });
        }
    }
    findings
}

fn read(passage: &Passage) -> Vec<Said<'_>> {
    let heading = fold(passage.question.as_ref().or(passage.heading.last()).map_or("", String::as_str));
    sentences(&passage.text)
        .into_iter()
        .filter_map(|range| {
            let text = &passage.text[range];
            // A row means what its header says, and a sentence does not know that.
            if text.trim_start().starts_with('|') {
                return None;
            }
            let quantities = quantities(text);
            let mut plain = text.to_owned();
            for quantity in quantities.iter().rev() {
                plain.replace_range(quantity.place.clone(), " ");
            }
            let words: BTreeSet<String> =
                terms(&plain).into_iter().filter(|term| !term.chars().any(|c| c.is_ascii_digit())).collect();
            (!quantities.is_empty() && words.len() >= FEWEST_WORDS).then(|| Said {
                passage,
                text,
                words,
                quantities,
                heading: heading.clone(),
            })
        })
        .collect()
}

/// Jaccard's index of two sets of words.
fn alike(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f32 {
    let shared = one.intersection(other).count();
    shared as f32 / (one.len() + other.len() - shared) as f32
}

/// The first pair of the same kind that differs, when neither sentence says the other's value as well.
fn disagreement<'a>(one: &'a [Quantity], other: &'a [Quantity]) -> Option<(&'a Quantity, &'a Quantity)> {
    let stands = |quantity: &Quantity, among: &[Quantity]| among.iter().any(|other| quantity.same_value(other));
    one.iter().find_map(|first| {
        let second = other.iter().find(|second| first.competes_with(second) && first.unit != Unit::Count)?;
        (!stands(first, other) && !stands(second, one)).then_some((first, second))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::passage;
    use super::*;

    fn found(first: (&str, &str), second: (&str, &str)) -> usize {
        find(&[passage("a.md", first.0, first.1), passage("bb.md", second.0, second.1)]).len()
    }

    #[test]
    fn other_numbers_for_the_same_thing_are_found() {
        assert_eq!(found(("Refunds", "Refunds take 5 working days."), ("Refunds", "Refunds take 7 working days.")), 1);
        assert_eq!(
            found(("运费", "港澳地区每单运费 38 元起。"), ("配送", "港澳地区每单运费 48 元起。")),
            1,
            "very alike sentences need no common heading"
        );
    }

    #[test]
    fn what_only_looks_like_it_is_left_alone() {
        for (first, second) in [
            ("Refunds take 5 working days.", "Refunds take five working days."),
            ("Refunds take 5 working days.", "Refunds cost 5 yuan in fees."),
            ("Refunds to cards take 5 working days.", "Mattresses can be tried for 100 nights at home."),
            ("Free from 199 yuan.", "Free from 199 yuan, otherwise 12 yuan."),
        ] {
            assert_eq!(found(("Refunds", first), ("Refunds", second)), 0, "{first} {second}");
        }
        let answer = |days: u32| format!("我们在 {days} 个工作日内答复。");
        assert_eq!(
            found(("如何申请保修", &answer(2)), ("隐私", &answer(15))),
            0,
            "short sentences live by their heading"
        );
        let same = [
            passage("a.md", "x", "Refunds take 5 working days."),
            passage("a.md", "x", "Refunds take 7 working days."),
        ];
        assert!(find(&same).is_empty(), "one document may give two cases");
    }
}
