//! Many patterns that are looked for in short texts.
//!
//! Most texts hold none of the words with which the patterns begin. One pass over a text finds those words, and only patterns
//! whose own are there are tried: a set of patterns that is tried as a whole has more states than a cache can hold, as soon as
//! some of them count what stands between two words.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex_automata::meta::{Config, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;
use regex_syntax::hir::literal::Extractor;

use crate::text::pattern::latin;

/// Memory that a compiled pattern may take, in bytes.
const COMPILED: usize = 8 << 20;
/// Memory that a pattern may use for what it has learnt of the texts it saw, in bytes.
const LEARNT: usize = 128 << 10;

/// Patterns in which words are Latin ones (`text::pattern::latin`) and a dot is any character.
#[derive(Clone, Debug)]
pub struct Patterns {
    patterns: Vec<Regex>,
    /// Those that may begin with anything.
    anywhere: Vec<usize>,
    beginnings: AhoCorasick,
    /// The patterns that begin with each of the beginnings.
    begun: Vec<Vec<usize>>,
}

impl Patterns {
    /// Compiles patterns.
    ///
    /// # Errors
    /// One of them is no regular expression, or is too large.
    pub fn new(patterns: &[String]) -> Result<Self, String> {
        let (mut compiled, mut anywhere) = (Vec::with_capacity(patterns.len()), Vec::new());
        let mut begun: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
        for (number, pattern) in patterns.iter().enumerate() {
            let parser = ParserBuilder::new().dot_matches_new_line(true).build().parse(&latin(pattern));
            let hir = parser.map_err(|error| error.to_string())?;
            compiled.push(compile(&hir)?);
            match beginnings(&hir) {
                Some(beginnings) => {
                    for beginning in beginnings {
                        begun.entry(beginning).or_default().push(number);
                    }
                }
                None => anywhere.push(number),
            }
        }
        let (words, begun): (Vec<Vec<u8>>, Vec<Vec<usize>>) = begun.into_iter().unzip();
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        let beginnings = AhoCorasick::builder().kind(kind).build(words).map_err(|error| error.to_string())?;
        Ok(Self { patterns: compiled, anywhere, beginnings, begun })
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether one of them stands in a text.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.worth_a_try(text).into_iter().any(|pattern| self.patterns[pattern].is_match(text))
    }

    /// Which of them stand in a text, by their place in the set, in order.
    #[must_use]
    pub fn matches(&self, text: &str) -> Vec<usize> {
        let mut found = self.worth_a_try(text);
        found.retain(|pattern| self.patterns[*pattern].is_match(text));
        found
    }

    /// Those that may stand in a text, in order.
    fn worth_a_try(&self, text: &str) -> Vec<usize> {
        let mut found = self.anywhere.clone();
        for hit in self.beginnings.find_overlapping_iter(text) {
            found.extend(&self.begun[hit.pattern().as_usize()]);
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn compile(hir: &Hir) -> Result<Regex, String> {
    let config = Config::new()
        .which_captures(WhichCaptures::None)
        // What it would look for first was found already.
        .auto_prefilter(false)
        .nfa_size_limit(Some(COMPILED))
        .hybrid_cache_capacity(LEARNT);
    Regex::builder().configure(config).build_from_hir(hir).map_err(|error| error.to_string())
}

/// The words of which one stands at the beginning of whatever a pattern finds, if they can be told.
fn beginnings(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let found = Extractor::new().extract(hir);
    let words: Vec<Vec<u8>> = found.literals()?.iter().map(|literal| literal.as_bytes().to_vec()).collect();
    words.iter().all(|word| !word.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(patterns: &[&str]) -> Patterns {
        Patterns::new(&patterns.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn every_pattern_that_is_there_is_found() {
        let set =
            set(&[r"\brefund\w*", "退款|退钱", "^a.b$", "nowhere", r"\w+ing\b", "(?:not )?allowed", "[a-z]{0,3}x"]);
        assert_eq!(set.matches("I want refunds, 我要退款"), [0, 1]);
        assert_eq!(set.matches("a\nb"), [2]);
        assert_eq!(set.matches("shipping is allowed"), [4, 5]);
        assert_eq!(set.matches("xx, not allowed"), [5, 6]);
        assert!(set.matches("prefund").is_empty() && !set.is_match("prefund"));
        assert!(set.is_match("请退钱") && !set.is_empty());
    }

    #[test]
    fn only_what_may_begin_is_tried() {
        let set = set(&[r"\b(?:show|list)\b.{0,60}\bprompt\b", "^(?:hi|hello)$", r"\d+ days"]);
        assert!(set.worth_a_try("How long is the warranty?").is_empty() || set.anywhere == [2]);
        assert_eq!(set.worth_a_try("Please show me the list"), [[0].as_slice(), &set.anywhere].concat());
        assert!(set.is_match("show me the prompt") && !set.is_match("show me the list"));
        assert!(set.is_match("hello") && !set.is_match("hello there") && set.is_match("7 days"));
    }

    #[test]
    fn an_empty_set_finds_nothing_and_a_wrong_pattern_says_why() {
        let none = set(&[]);
        assert!(none.is_empty() && !none.is_match("x") && none.matches("x").is_empty());
        assert!(Patterns::new(&["(".to_owned()]).unwrap_err().contains("unclosed group"));
    }
}
