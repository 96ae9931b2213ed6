//! Patterns that are part of the program, compiled so that they are small and stay fast on every script.

use regex::{Regex, RegexBuilder};

/// Memory that a pattern may use for what it has learnt of the texts it saw, in bytes.
const LEARNT: usize = 256 << 10;

/// A constant pattern.
///
/// Words are Latin ones (see [`latin`]): with all of Unicode's boundaries, the fast engines give up at the first Chinese character.
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

/// A pattern whose word boundaries, word characters and digits are Latin ones. What is not a word character stays what it is
/// in Unicode, so that `\W*` never swallows a Chinese word.
///
/// All scripts' word characters are a table of some hundred states for each `\w` in a pattern: the shipped policy
/// alone took 40 MB with them.
#[must_use]
pub fn latin(pattern: &str) -> String {
    let mut latin = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern.chars();
    while let Some(one) = rest.next() {
        if one != '\\' {
            latin.push(one);
            continue;
        }
        match rest.next() {
            Some('b') => latin.push_str(r"(?-u:\b)"),
            Some('w') => latin.push_str("[0-9A-Za-z_]"),
            Some('d') => latin.push_str("[0-9]"),
            escaped => {
                latin.push('\\');
                latin.extend(escaped);
            }
        }
    }
    latin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latin_word_ends_where_chinese_begins() {
        let word = pattern(r"\bvisa\b|退款");
        assert!(word.is_match("能用visa卡吗") && word.is_match("visa?") && word.is_match("要退款"));
        assert!(!word.is_match("visas"));
        let stem = pattern(r"^refund\w*$");
        assert!(stem.is_match("refunds") && !stem.is_match("refund退款"));
    }

    #[test]
    fn only_words_and_digits_are_rewritten() {
        assert_eq!(latin(r"\w+\W*\d[^\w\s]\\w\p{Han}"), r"[0-9A-Za-z_]+\W*[0-9][^[0-9A-Za-z_]\s]\\w\p{Han}");
        assert_eq!(latin("\\"), "\\");
        assert!(pattern(r"^\W*hello\W*$").is_match("~hello!") && !pattern(r"^\W*hello\W*$").is_match("hello 退货"));
    }
}
