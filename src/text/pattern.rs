//! Patterns that are part of the program, compiled so that they are small and stay fast on every script.

use regex::{Regex, RegexBuilder};

/// Memory that a pattern may use for what it has learnt of the texts it saw, in bytes.
const LEARNT: usize = 256 << 10;

/// A constant pattern.
///
/// Word boundaries are those of Latin words: with all of Unicode's, the fast engines give up at the first Chinese character,
/// and every pattern carries tables of all scripts.
///
/// # Panics
/// When it is no regular expression, which its first use in any test finds.
#[must_use]
pub fn pattern(pattern: &str) -> Regex {
    compile(pattern).expect("a constant pattern")
}

/// The same for a pattern from a file.
///
/// # Errors
/// When it is no regular expression.
pub fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&latin(pattern)).dfa_size_limit(LEARNT).build()
}

/// A pattern with Latin word boundaries.
#[must_use]
pub fn latin(pattern: &str) -> String {
    pattern.replace(r"\b", r"(?-u:\b)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latin_word_ends_where_chinese_begins() {
        let word = pattern(r"\bvisa\b|退款");
        assert!(word.is_match("能用visa卡吗") && word.is_match("visa?") && word.is_match("要退款"));
        assert!(!word.is_match("visas"));
    }
}
