//! ECE: is a confidence of 80 % right in 80 of 100 cases?

use serde::{Deserialize, Serialize};

/// Bins of the reliability diagram.
pub const BINS: usize = 10;

/// A bar of the reliability diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    pub count: u64,
    /// Mean confidence.
    pub confidence: f64,
    /// Share that is right.
    pub accuracy: f64,
}

/// Bins of equal width from 0 to 1. Source: Guo et al. 2017, ICML.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bin's number")]
pub fn bins(scored: &[(f32, bool)]) -> [Bin; BINS] {
    let mut bins = [Bin::default(); BINS];
    for (confidence, right) in scored {
        let bin = &mut bins[((confidence.clamp(0.0, 1.0) * BINS as f32) as usize).min(BINS - 1)];
        bin.count += 1;
        bin.confidence += f64::from(*confidence);
        bin.accuracy += f64::from(u8::from(*right));
    }
    for bin in bins.iter_mut().filter(|bin| bin.count > 0) {
        bin.confidence /= bin.count as f64;
        bin.accuracy /= bin.count as f64;
    }
    bins
}

/// Expected calibration error: the mean distance of confidence and accuracy, weighted by the bins' counts (Guo et al. 2017).
#[must_use]
pub fn ece(scored: &[(f32, bool)]) -> Option<f64> {
    let sum: f64 = bins(scored).iter().map(|bin| bin.count as f64 * (bin.confidence - bin.accuracy).abs()).sum();
    (!scored.is_empty()).then(|| sum / scored.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two bins: (0.95 + 0.91) / 2 against 1/2, weight 2; 0.15 against 0, weight 1: (2 · 0.43 + 0.15) / 3.
    #[test]
    fn worked_by_hand() {
        let found = ece(&[(0.95, true), (0.91, false), (0.15, false)]).unwrap();
        assert!((found - (2.0 * 0.43 + 0.15) / 3.0).abs() < 1e-6, "{found}");
        assert_eq!(bins(&[(1.0, true)])[9].count, 1);
        assert_eq!(ece(&[]), None);
    }
}
