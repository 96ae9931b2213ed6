//! Latency: how long customers wait, in the middle and at the slow end.

use serde::{Deserialize, Serialize};

use crate::eval::stats::quantile;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

/// Percentiles of milliseconds, by linear interpolation (Hyndman & Fan 1996, The American Statistician 50, type 7).
#[must_use]
pub fn latency(milliseconds: &[f64]) -> Option<Latency> {
    let mut sorted = milliseconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    let max = *sorted.last()?;
    Some(Latency { p50: quantile(&sorted, 0.5), p95: quantile(&sorted, 0.95), p99: quantile(&sorted, 0.99), max })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.percentile(range(1, 101), [50, 95, 99])`.
    #[test]
    fn percentiles_are_those_of_numpy() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        let found = latency(&values).unwrap();
        assert!((found.p50 - 50.5).abs() < 1e-9 && (found.p95 - 95.05).abs() < 1e-9);
        assert!((found.p99 - 99.01).abs() < 1e-9 && found.max == 100.0);
        assert_eq!(latency(&[]), None);
    }
}
