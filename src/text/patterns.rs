//! Many patterns that are looked for in one pass.
//!
//! As `regex::RegexSet`, without what it builds beside them: for some hundred words in a few patterns its table of beginnings
//! takes more memory than everything else (10 MB of the shipped policy's 17), and messages are too short for it to pay.

use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::syntax;
use regex_automata::{Input, MatchKind, PatternSet};

use crate::text::pattern::latin;

/// Memory that the compiled patterns of one set may take, in bytes.
const COMPILED: usize = 64 << 20;
/// Memory that a set may use for what it has learnt of the texts it saw, in bytes.
const LEARNT: usize = 1 << 20;

/// A set of patterns, in which words are Latin ones (`text::pattern::latin`) and a dot is any character.
#[derive(Clone, Debug)]
pub struct Patterns(Regex);

impl Patterns {
    /// Compiles patterns.
    ///
    /// # Errors
    /// One of them is no regular expression, or they are too large.
    pub fn new(patterns: &[String]) -> Result<Self, String> {
        let latin: Vec<String> = patterns.iter().map(|pattern| latin(pattern)).collect();
        let config = Config::new()
            .match_kind(MatchKind::All)
            .which_captures(WhichCaptures::None)
            .auto_prefilter(false)
            .nfa_size_limit(Some(COMPILED))
            .hybrid_cache_capacity(LEARNT);
        Regex::builder()
            .configure(config)
            .syntax(syntax::Config::new().dot_matches_new_line(true))
            .build_many(&latin)
            .map(Self)
            .map_err(|error| explained(&error))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.pattern_len() == 0
    }

    /// Whether one of them stands in a text.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// Which of them stand in a text, by their place in the set.
    #[must_use]
    pub fn matches(&self, text: &str) -> Vec<usize> {
        let mut found = PatternSet::new(self.0.pattern_len());
        if !self.is_empty() {
            self.0.which_overlapping_matches(&Input::new(text), &mut found);
        }
        found.iter().map(|pattern| pattern.as_usize()).collect()
    }
}

/// What is wrong, in the words of the syntax where there are some.
fn explained(error: &BuildError) -> String {
    error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(patterns: &[&str]) -> Patterns {
        Patterns::new(&patterns.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn every_pattern_that_is_there_is_found() {
        let set = set(&[r"\brefund\w*", "退款|退钱", "^a.b$", "nowhere"]);
        assert_eq!(set.matches("I want refunds, 我要退款"), [0, 1]);
        assert_eq!(set.matches("a\nb"), [2]);
        assert!(set.matches("prefund").is_empty() && !set.is_match("prefund"));
        assert!(set.is_match("请退钱") && !set.is_empty());
    }

    #[test]
    fn an_empty_set_finds_nothing_and_a_wrong_pattern_says_why() {
        let none = set(&[]);
        assert!(none.is_empty() && !none.is_match("x") && none.matches("x").is_empty());
        assert!(Patterns::new(&["(".to_owned()]).unwrap_err().contains("unclosed group"));
    }
}
