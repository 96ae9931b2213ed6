//! Brier score: the squared error of a confidence.

/// Mean of (confidence − right)², 0 is best and 0.25 is what a constant 0.5 gets (Brier 1950, Monthly Weather Review 78).
#[must_use]
pub fn brier(scored: &[(f32, bool)]) -> Option<f64> {
    let error = |(confidence, right): &(f32, bool)| (f64::from(*confidence) - f64::from(u8::from(*right))).powi(2);
    (!scored.is_empty()).then(|| scored.iter().map(error).sum::<f64>() / scored.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `sklearn.metrics.brier_score_loss([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3])` = 0.0375, the example of its documentation.
    #[test]
    fn the_example_of_sklearn() {
        let found = brier(&[(0.1, false), (0.9, true), (0.8, true), (0.3, false)]).unwrap();
        assert!((found - 0.037_5).abs() < 1e-6, "{found}");
        assert_eq!(brier(&[]), None);
    }
}
