//! ROUGE-L: does the answer say the same in the same order?

use crate::eval::words::{harmonic, words};

/// The highest F-measure of the longest common subsequence of words, over the references; `None` without one.
///
/// Source: Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries", with β = 1.
#[must_use]
pub fn rouge_l(answer: &str, references: &[String]) -> Option<f64> {
    let answer = words(answer);
    references.iter().map(|reference| one(&answer, &words(reference))).reduce(f64::max)
}

fn one(answer: &[String], reference: &[String]) -> f64 {
    if answer.is_empty() || reference.is_empty() {
        return 0.0;
    }
    let common = common(answer, reference) as f64;
    harmonic(common / answer.len() as f64, common / reference.len() as f64)
}

/// Length of the longest common subsequence.
fn common(one: &[String], other: &[String]) -> usize {
    let mut row = vec![0_usize; other.len() + 1];
    for word in one {
        let mut diagonal = 0;
        for (at, against) in other.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if word == against { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lin 2004, section 3.1: against "police killed gunman", "police kill gunman" scores 2/3 and "gunman kill police" 1/3 (the
    /// paper's articles are no words here).
    #[test]
    fn the_example_of_the_paper() {
        let reference = ["police killed the gunman".to_owned()];
        assert!((rouge_l("police kill the gunman", &reference).unwrap() - 2.0 / 3.0).abs() < 1e-9);
        assert!((rouge_l("the gunman kill police", &reference).unwrap() - 1.0 / 3.0).abs() < 1e-9);
        assert_eq!(rouge_l("", &reference), Some(0.0));
        assert_eq!(rouge_l("x", &[]), None);
    }
}
