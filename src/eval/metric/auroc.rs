//! AUROC: does what is right score above what is wrong?

/// Probability that a right one scores above a wrong one, ties counting a half (Mann & Whitney 1947, Annals of Mathematical
/// Statistics 18; Hanley & McNeil 1982, Radiology 143). `None` unless there are both.
#[must_use]
pub fn auroc(scored: &[(f32, bool)]) -> Option<f64> {
    let both = scored.iter().any(|one| one.1) && scored.iter().any(|one| !one.1);
    // The same function that the calibration is judged by.
    both.then(|| crate::dialogue::calibration::auroc(scored))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `sklearn.metrics.roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])` = 0.75, the example of its documentation.
    #[test]
    fn the_example_of_sklearn() {
        assert_eq!(auroc(&[(0.1, false), (0.4, false), (0.35, true), (0.8, true)]), Some(0.75));
        assert_eq!(auroc(&[(0.5, false), (0.5, true)]), Some(0.5));
        assert_eq!(auroc(&[(0.5, true)]), None);
    }
}
