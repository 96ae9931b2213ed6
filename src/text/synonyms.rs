//! Words of one meaning, in both languages, for finding where something is said in other words. What is true is never decided
//! by them: that is `dialogue::verify`.
//!
//! Some expressions are only ever said by those who ask ("how long"): they lead to the words of texts ("period"), and mean
//! nothing where a text says them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use crate::text::language::is_han;
use crate::text::normalise::fold;
use crate::text::terms::terms;

/// Longest English expression in words.
const LONGEST: usize = 4;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    groups: Vec<Vec<String>>,
}

/// Before an expression of the file that only those say who ask.
const ASKED: char = '?';

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Question,
    Text,
}

/// The groups of an expression on either side.
#[derive(Debug, Default)]
struct Groups {
    question: Vec<u16>,
    text: Vec<u16>,
}

impl Groups {
    fn add(&mut self, group: u16, asked: bool) {
        if !self.question.contains(&group) {
            self.question.push(group);
        }
        if !asked && !self.text.contains(&group) {
            self.text.push(group);
        }
    }

    fn on(&self, side: Side) -> &[u16] {
        match side {
            Side::Question => &self.question,
            Side::Text => &self.text,
        }
    }
}

/// A term that a text may say for a group of one meaning, and how much (0–1) of the meaning it is.
type Part = (String, f32);

#[derive(Debug)]
struct Synonyms {
    /// Terms of an English expression, joined by spaces.
    english: HashMap<String, Groups>,
    chinese: AhoCorasick,
    /// Groups of each Chinese word.
    groups: Vec<Groups>,
    /// What texts say for each group, in English and in Chinese.
    said: Vec<[Vec<Part>; 2]>,
}

static SYNONYMS: LazyLock<Synonyms> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("synonyms.toml")).expect("the shipped synonyms are read by a test");
    let mut english: HashMap<String, Groups> = HashMap::new();
    let mut chinese: Vec<(String, Groups)> = Vec::new();
    let mut said: Vec<[Vec<Part>; 2]> = Vec::with_capacity(file.groups.len());
    for (group, words) in (0_u16..).zip(file.groups) {
        let mut parts = <[Vec<Part>; 2]>::default();
        for word in words {
            let asked = word.starts_with(ASKED);
            let word = fold(word.trim_start_matches(ASKED));
            let han = word.chars().any(is_han);
            if !asked {
                add_parts(&mut parts[usize::from(han)], &word, han);
            }
            if han {
                match chinese.iter_mut().find(|(known, _)| *known == word) {
                    Some((_, groups)) => groups.add(group, asked),
                    None => {
                        let mut groups = Groups::default();
                        groups.add(group, asked);
                        chinese.push((word, groups));
                    }
                }
            } else {
                english.entry(terms(&word).join(" ")).or_default().add(group, asked);
            }
        }
        said.push(parts);
    }
    let (words, groups): (Vec<String>, Vec<Groups>) = chinese.into_iter().unzip();
    let chinese = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(&words)
        .expect("the shipped synonyms are read by a test");
    Synonyms { english, chinese, groups, said }
});

/// Adds the terms by which a search finds an expression. One of several English words is found by none of them alone; of
/// a Chinese word each pair of characters is a part.
fn add_parts(parts: &mut Vec<Part>, word: &str, han: bool) {
    let terms = terms(word);
    if !han && terms.len() > 1 {
        return;
    }
    let share = 1.0 / terms.len().max(1) as f32;
    for term in terms {
        match parts.iter_mut().find(|(known, _)| *known == term) {
            Some((_, most)) => *most = most.max(share),
            None => parts.push((term, share)),
        }
    }
}

/// A word or expression that belongs to groups of one meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub groups: &'static [u16],
    /// Its terms as the index counts them.
    pub terms: Vec<String>,
}

/// Expressions of a text or a question that others may say in other words; longer ones first take their place. `terms` are
/// the text's.
#[must_use]
pub fn named(text: &str, terms_of_text: &[String], side: Side) -> Vec<Named> {
    let synonyms = &*SYNONYMS;
    let mut found = Vec::new();
    let mut at = 0;
    while at < terms_of_text.len() {
        let longest = (1..=LONGEST.min(terms_of_text.len() - at)).rev().find_map(|length| {
            let expression = &terms_of_text[at..at + length];
            let groups = match expression {
                [only] => synonyms.english.get(only.as_str()),
                more if more.iter().all(|term| term.is_ascii()) => synonyms.english.get(&more.join(" ")),
                _ => None,
            }?
            .on(side);
            if groups.is_empty() {
                return None;
            }
            found.push(Named { groups, terms: expression.to_vec() });
            Some(length)
        });
        at += longest.unwrap_or(1);
    }
    if text.contains(is_han) {
        let folded = fold(text);
        for hit in synonyms.chinese.find_iter(&folded) {
            let place: Range<usize> = hit.range();
            let groups = synonyms.groups[hit.pattern().as_usize()].on(side);
            if !groups.is_empty() {
                found.push(Named { groups, terms: terms(&folded[place]) });
            }
        }
    }
    found
}

/// Terms with which texts say in other words what a question says, with the share (0–1) of the meaning that each is: in
/// the order of the question, each once, and none of the question's own. `terms` are the question's.
#[must_use]
pub fn otherwise(question: &str, terms_of_question: &[String]) -> Vec<(&'static str, f32)> {
    let mut found: Vec<(&'static str, f32)> = Vec::new();
    for named in named(question, terms_of_question, Side::Question) {
        let han = named.terms.first().is_some_and(|term| term.contains(is_han));
        let parts = named.groups.iter().flat_map(|group| &SYNONYMS.said[usize::from(*group)][usize::from(han)]);
        for (term, share) in parts {
            let known = |other: &&mut (&str, f32)| other.0 == term;
            match found.iter_mut().find(known) {
                Some((_, most)) => *most = most.max(*share),
                None if terms_of_question.contains(term) => {}
                None => found.push((term, *share)),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(a: &str, b: &str) -> bool {
        let groups = |text: &str| -> Vec<u16> {
            named(text, &terms(text), Side::Text).iter().flat_map(|named| named.groups.iter().copied()).collect()
        };
        let (a, b) = (groups(a), groups(b));
        a.iter().any(|group| b.contains(group))
    }

    #[test]
    fn other_words_for_the_same_thing_share_a_group() {
        for (one, other) in [
            ("How can I send back shoes?", "Goods can be returned."),
            ("退钱", "退款时间"),
            ("包邮吗", "免费配送"),
            ("two broken cups", "收到时破损"),
        ] {
            assert!(shares(one, other), "{one} / {other}");
        }
        assert!(!shares("refund", "exchange") && !shares("退款", "换货"));
    }

    #[test]
    fn what_only_askers_say_leads_to_texts_and_means_nothing_in_them() {
        let question = "How long does it take?";
        let asked = named(question, &terms(question), Side::Question);
        assert!(asked.iter().any(|named| named.terms == ["how", "long"]), "{asked:?}");
        assert!(named(question, &terms(question), Side::Text).iter().all(|named| named.terms != ["how", "long"]));
        let words = |question: &str| -> Vec<&str> {
            otherwise(question, &terms(question)).into_iter().map(|(term, _)| term).collect()
        };
        assert!(words(question).contains(&"period"), "{:?}", words(question));
        assert!(words("退钱要多久").contains(&"退款"), "{:?}", words("退钱要多久"));
        assert!(!words("return or send back").contains(&"return"));
        assert!(words("zebra").is_empty());
    }
}
