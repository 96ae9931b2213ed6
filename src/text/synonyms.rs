//! Words of one meaning, in both languages, for finding where something is said in other words. What is true is never decided
//! by them: that is `dialogue::verify`.

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

#[derive(Debug)]
struct Synonyms {
    /// Terms of an English expression, joined by spaces.
    english: HashMap<String, Vec<u16>>,
    chinese: AhoCorasick,
    /// Groups of each Chinese word.
    groups: Vec<Vec<u16>>,
}

static SYNONYMS: LazyLock<Synonyms> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("synonyms.toml")).expect("the shipped synonyms are read by a test");
    let mut english: HashMap<String, Vec<u16>> = HashMap::new();
    let mut chinese: Vec<(String, Vec<u16>)> = Vec::new();
    for (group, words) in (0_u16..).zip(file.groups) {
        for word in words {
            if word.chars().any(is_han) {
                let word = fold(&word);
                match chinese.iter_mut().find(|(known, _)| *known == word) {
                    Some((_, groups)) => groups.push(group),
                    None => chinese.push((word, vec![group])),
                }
            } else {
                let groups = english.entry(terms(&word).join(" ")).or_default();
                if !groups.contains(&group) {
                    groups.push(group);
                }
            }
        }
    }
    let (words, groups): (Vec<String>, Vec<Vec<u16>>) = chinese.into_iter().unzip();
    let chinese = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(&words)
        .expect("the shipped synonyms are read by a test");
    Synonyms { english, chinese, groups }
});

/// A word or expression that belongs to groups of one meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub groups: &'static [u16],
    /// Its terms as the index counts them.
    pub terms: Vec<String>,
}

/// Expressions of a text that others may say in other words; longer ones first take their place. `terms` are the text's.
#[must_use]
pub fn named(text: &str, terms_of_text: &[String]) -> Vec<Named> {
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
            }?;
            found.push(Named { groups, terms: expression.to_vec() });
            Some(length)
        });
        at += longest.unwrap_or(1);
    }
    if text.contains(is_han) {
        let folded = fold(text);
        for hit in synonyms.chinese.find_iter(&folded) {
            let place: Range<usize> = hit.range();
            found.push(Named { groups: &synonyms.groups[hit.pattern().as_usize()], terms: terms(&folded[place]) });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(a: &str, b: &str) -> bool {
        let groups = |text: &str| -> Vec<u16> {
            named(text, &terms(text)).iter().flat_map(|named| named.groups.iter().copied()).collect()
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
}
