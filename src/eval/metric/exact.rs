//! Exact match: is the answer, word for word, one that a person gave?

use crate::eval::words::words;

/// 1 when the words of the answer are those of a reference, else 0; `None` without a reference.
///
/// Source: Rajpurkar et al. 2016, EMNLP (SQuAD), with the normalisation of their evaluation script; Chinese by character as in
/// Cui et al. 2019, EMNLP (CMRC 2018).
#[must_use]
pub fn exact_match(answer: &str, references: &[String]) -> Option<f64> {
    let answer = words(answer);
    let same = references.iter().any(|reference| words(reference) == answer);
    (!references.is_empty()).then(|| f64::from(u8::from(same)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_case_and_punctuation_do_not_count() {
        let references = ["The Denver Broncos".to_owned(), "Broncos".to_owned()];
        assert_eq!(exact_match("denver broncos!", &references), Some(1.0));
        assert_eq!(exact_match("Denver", &references), Some(0.0));
        assert_eq!(exact_match("３０ 天。", &["30天".to_owned()]), Some(1.0));
        assert_eq!(exact_match("x", &[]), None);
    }
}
