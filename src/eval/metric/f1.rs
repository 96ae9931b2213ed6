//! Token F1: how much the answer shares with the best of the answers that people gave.

use crate::eval::words::{harmonic, shared, words};

/// The highest harmonic mean of precision and recall of words, over the references; `None` without one.
///
/// Source: Rajpurkar et al. 2016, EMNLP (SQuAD): English by word; Chinese by character, as in Cui et al. 2019, EMNLP (CMRC 2018).
#[must_use]
pub fn token_f1(answer: &str, references: &[String]) -> Option<f64> {
    let answer = words(answer);
    references.iter().map(|reference| one(&answer, &words(reference))).reduce(f64::max)
}

fn one(answer: &[String], reference: &[String]) -> f64 {
    if answer.is_empty() || reference.is_empty() {
        return f64::from(u8::from(answer.is_empty() && reference.is_empty()));
    }
    let shared = shared(answer, reference) as f64;
    harmonic(shared / answer.len() as f64, shared / reference.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(answer: &str, references: &[&str], expected: f64) {
        let references: Vec<String> = references.iter().map(|text| (*text).to_owned()).collect();
        let f1 = token_f1(answer, &references).unwrap();
        assert!((f1 - expected).abs() < 1e-6, "{answer}: {f1}");
    }

    /// `compute_f1` of SQuAD's `evaluate-v2.0.py`: ("the cat sat on the mat", "a cat on a mat") shares 3 of 4 and 3 of 3 words.
    #[test]
    fn worked_by_the_published_script() {
        near("the cat sat on the mat", &["a cat on a mat"], 6.0 / 7.0);
        near("Denver Broncos", &["Carolina Panthers", "The Denver Broncos"], 1.0);
        near("退货期限为30天", &["30天"], 2.0 * (2.0 / 7.0) / (2.0 / 7.0 + 1.0));
        near("", &["x"], 0.0);
        assert_eq!(token_f1("x", &[]), None);
    }
}
