//! How answers are cut into words before they are compared, as the public question-answering sets do it.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;

use crate::text::language::is_han;

/// Words of an answer.
///
/// SQuAD's evaluation script: lower case, without punctuation and the articles a, an, the, split at white space. A Han
/// character is a word by itself, as in the CMRC 2018 script; texts in both scripts mix both.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut finish = |word: &mut String| {
        if !word.is_empty() && !matches!(word.as_str(), "a" | "an" | "the") {
            found.push(std::mem::take(word));
        }
        word.clear();
    };
    for c in text.nfkc().flat_map(char::to_lowercase) {
        if c.is_whitespace() {
            finish(&mut word);
        } else if is_han(c) {
            finish(&mut word);
            word.push(c);
            finish(&mut word);
        } else if c.is_alphanumeric() {
            word.push(c);
        }
    }
    finish(&mut word);
    found
}

/// How many words two answers share, each counted as often as it stands in both.
#[must_use]
pub fn shared(one: &[String], other: &[String]) -> usize {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for word in other {
        *left.entry(word).or_default() += 1;
    }
    let mut shared = 0;
    for word in one {
        if let Some(count) = left.get_mut(word.as_str()).filter(|count| **count > 0) {
            *count -= 1;
            shared += 1;
        }
    }
    shared
}

/// The harmonic mean, 0 when nothing is shared.
#[must_use]
pub fn harmonic(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_public_scripts() {
        assert_eq!(words("The U.S. army's  (1st) a-team"), ["us", "armys", "1st", "ateam"]);
        assert_eq!(
            words("退货期限为 30 天，Fennel2 除外。"),
            ["退", "货", "期", "限", "为", "30", "天", "fennel2", "除", "外"]
        );
        assert!(words(" the, an ").is_empty());
        assert_eq!(shared(&words("a b b c"), &words("b c c")), 2);
    }
}
