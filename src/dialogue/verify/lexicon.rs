//! The words that verification knows, compiled once from `lexicon.toml`.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::{Regex, RegexSet};
use serde::Deserialize;

use crate::text::language::is_han;
use crate::text::normalise::fold;
use crate::text::pattern::{compile as compile_pattern, latin};
use crate::text::terms::terms;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    stop_en: Vec<String>,
    stop_zh: Vec<String>,
    rewrite: Vec<(String, String)>,
    neutral: Vec<String>,
    negation_en: String,
    negation_zh: String,
    only: String,
    except: String,
    all: String,
    all_in_passage: String,
    some: String,
    hedge: String,
    condition: String,
    must: String,
    optional: String,
    promise: Vec<String>,
    decline: Vec<String>,
    group: Vec<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    words: Vec<String>,
    #[serde(default)]
    mark: bool,
    #[serde(default)]
    against: Option<String>,
}

/// The compiled words.
#[derive(Debug)]
pub struct Lexicon {
    stop: HashSet<String>,
    stop_zh: AhoCorasick,
    rewrite: AhoCorasick,
    rewritten: Vec<String>,
    neutral: AhoCorasick,
    words: AhoCorasick,
    /// Group of each word of `words`.
    group_of: Vec<usize>,
    groups: Vec<Group>,
    negation: [Regex; 2],
    pub only: Regex,
    pub except: Regex,
    pub all: Regex,
    pub all_in_passage: Regex,
    pub some: Regex,
    pub hedge: Regex,
    pub condition: Regex,
    pub must: Regex,
    pub optional: Regex,
    pub promise: RegexSet,
    pub decline: RegexSet,
}

/// The lexicon that is shipped.
pub static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| compile(include_str!("lexicon.toml")).expect("the shipped lexicon is compiled by every test"));

fn compile(text: &str) -> anyhow::Result<Lexicon> {
    let file: File = toml::from_str(text)?;
    let longest = |words: &[String]| AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words);
    let mut words = Vec::new();
    let mut group_of = Vec::new();
    for (group, entry) in file.group.iter().enumerate() {
        for word in &entry.words {
            words.push(word.clone());
            group_of.push(group);
        }
    }
    let (from, rewritten): (Vec<String>, Vec<String>) = file.rewrite.into_iter().unzip();
    Ok(Lexicon {
        stop: file.stop_en.iter().chain(&file.stop_zh).flat_map(|word| terms(word)).collect(),
        stop_zh: longest(&file.stop_zh)?,
        rewrite: longest(&from)?,
        rewritten,
        neutral: longest(&file.neutral)?,
        words: longest(&words)?,
        group_of,
        groups: file.group,
        negation: [compile_pattern(&file.negation_en)?, compile_pattern(&file.negation_zh)?],
        only: compile_pattern(&file.only)?,
        except: compile_pattern(&file.except)?,
        all: compile_pattern(&file.all)?,
        all_in_passage: compile_pattern(&file.all_in_passage)?,
        some: compile_pattern(&file.some)?,
        hedge: compile_pattern(&file.hedge)?,
        condition: compile_pattern(&file.condition)?,
        must: compile_pattern(&file.must)?,
        optional: compile_pattern(&file.optional)?,
        promise: RegexSet::new(file.promise.iter().map(|pattern| latin(pattern)))?,
        decline: RegexSet::new(file.decline.iter().map(|pattern| latin(pattern)))?,
    })
}

impl Lexicon {
    /// Whether a term (see `text::terms`) says nothing on its own.
    #[must_use]
    pub fn is_stop(&self, term: &str) -> bool {
        self.stop.contains(term)
    }

    /// The form in which texts are compared: folded, straight quotes, hidden negations written out.
    #[must_use]
    pub fn plain(&self, text: &str) -> String {
        let folded = fold(text).replace(['’', '‘'], "'");
        replace_words(&self.rewrite, &folded, |pattern| self.rewritten[pattern].clone())
    }

    /// How many negations a plain text holds.
    #[must_use]
    pub fn negations(&self, plain: &str) -> usize {
        let bare = replace_words(&self.neutral, plain, |_| " ".to_owned());
        self.negation.iter().map(|pattern| pattern.find_iter(&bare).count()).sum()
    }

    /// Groups of meaning named in a plain text, and the text with each such word replaced by its group's sign.
    #[must_use]
    pub fn grouped(&self, plain: &str) -> (Vec<usize>, String) {
        let mut found = Vec::new();
        let text = replace_words(&self.words, plain, |pattern| {
            let group = self.group_of[pattern];
            found.push(group);
            format!(" qg{} ", letters(group))
        });
        (found, text)
    }

    /// Whether a sentence may use this group only when its passage does.
    #[must_use]
    pub fn is_marked(&self, group: usize) -> bool {
        self.groups[group].mark
    }

    /// The group that says the opposite.
    #[must_use]
    pub fn opposite(&self, group: usize) -> Option<usize> {
        let against = self.groups[group].against.as_deref()?;
        self.groups.iter().position(|other| other.words[0] == against)
    }

    /// The first word of a group, for people.
    #[must_use]
    pub fn name_of(&self, group: usize) -> &str {
        &self.groups[group].words[0]
    }

    /// A text with the Chinese words that say nothing made spaces, so that what is left are words and not their borders.
    #[must_use]
    pub fn without_stop(&self, folded: &str) -> String {
        blanked(&self.stop_zh, folded)
    }

    /// Content terms of a plain text in order: stemmed words and groups; Chinese as bigrams and single characters.
    #[must_use]
    pub fn content(&self, plain: &str) -> Vec<String> {
        let (_, grouped) = self.grouped(plain);
        let bare = if grouped.chars().any(is_han) { blanked(&self.stop_zh, &grouped) } else { grouped };
        let mut content: Vec<String> = terms(&bare)
            .into_iter()
            .filter(|term| !self.stop.contains(term) && !term.chars().all(|c| c.is_ascii_digit()))
            .filter(|term| term.chars().count() > 1 || term.chars().any(is_han))
            .collect();
        content.dedup();
        content
    }
}

/// The text with every match made a space.
fn blanked(words: &AhoCorasick, text: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    words.replace_all_with(text, &mut replaced, |_, _, out| {
        out.push(' ');
        true
    });
    replaced
}

/// Replaces matches; a Latin word is matched only as a whole.
fn replace_words(words: &AhoCorasick, text: &str, mut with: impl FnMut(usize) -> String) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut done = 0;
    for hit in words.find_iter(text) {
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let word = &text[hit.range()];
        let cut_before = latin(word.chars().next()) && latin(text[..hit.start()].chars().next_back());
        let cut_after = latin(word.chars().next_back()) && latin(text[hit.end()..].chars().next());
        if cut_before || cut_after {
            continue;
        }
        replaced.push_str(&text[done..hit.start()]);
        replaced.push_str(&with(hit.pattern().as_usize()));
        done = hit.end();
    }
    replaced.push_str(&text[done..]);
    replaced
}

/// A number in letters, which the tokeniser keeps whole and the stemmer leaves alone.
fn letters(mut number: usize) -> String {
    let mut text = String::new();
    loop {
        text.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
        if number == 0 {
            return text + "qx";
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_negations_are_seen_and_harmless_ones_are_not() {
        for (text, negations) in [
            ("Sale items are non-refundable", 1),
            ("You can't return it", 1),
            ("no later than Monday", 0),
            ("七天无理由退货", 0),
            ("定制商品不支持退货", 1),
            ("无需提供小票", 1),
            ("不超过5件", 0),
            ("非常方便", 0),
        ] {
            assert_eq!(LEXICON.negations(&LEXICON.plain(text)), negations, "{text}");
        }
    }

    #[test]
    fn words_of_one_meaning_are_one_term() {
        let content = |text: &str| LEXICON.content(&LEXICON.plain(text));
        assert_eq!(content("Delivered orders"), content("the shipped order"));
        assert_eq!(content("签收后可以退货"), content("收到后退回"));
        assert_eq!(content("refunded"), content("退款"));
    }
}
