//! Mean average precision: the whole ranking of every relevant passage in one number.

/// Average precision at `k`: the mean, over all `relevant` passages, of the precision at the rank of each that was found.
///
/// Passages that were not found count 0. Its mean over questions is MAP (Buckley & Voorhees 2000, SIGIR; `map` of trec_eval).
#[must_use]
pub fn average_precision(grades: &[f64], relevant: usize, k: usize) -> f64 {
    if relevant == 0 {
        return 0.0;
    }
    let mut found = 0.0;
    let mut sum = 0.0;
    for (place, grade) in grades.iter().take(k).enumerate() {
        if *grade > 0.0 {
            found += 1.0;
            sum += found / (place as f64 + 1.0);
        }
    }
    sum / relevant as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Manning, Raghavan & Schütze 2008 (Introduction to Information Retrieval, 8.4): relevant at 1, 3, 6, 9, 10 of
    /// five, (1 + 2/3 + 3/6 + 4/9 + 5/10) / 5 = 0.6222.
    #[test]
    fn worked_example() {
        let grades = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0];
        assert!((average_precision(&grades, 5, 10) - 0.622_222).abs() < 1e-6);
        assert!((average_precision(&grades, 5, 3) - (1.0 + 2.0 / 3.0) / 5.0).abs() < 1e-12);
        assert_eq!(average_precision(&[0.0, 1.0], 1, 10), 0.5);
        assert_eq!(average_precision(&[], 0, 10), 0.0);
    }
}
