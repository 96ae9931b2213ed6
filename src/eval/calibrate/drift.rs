//! Has traffic moved since the promise was made? A bound holds for questions like those that it was proven on.
//!
//! Two measures over the confidences of recent decisions and the quantiles of calibration time: the two-sample Kolmogorov–Smirnov
//! distance with its asymptotic p-value (Smirnov 1948; Stephens 1970 for the correction of small samples), and the population
//! stability index over the tenths of calibration time (Lewis 1994; below 0.1 is called stable, above 0.25 moved). With much
//! traffic the first sees differences that do not matter, with little traffic the second sees some that are chance, so a promise
//! is void when both say so.

use serde::{Deserialize, Serialize};

use crate::eval::stats::quantile;

/// Quantiles that are kept of calibration time: every twentieth.
pub const QUANTILES: usize = 21;
/// Fewer recent decisions than this say nothing.
pub const FEWEST: usize = 50;
const MOVED_P: f64 = 0.01;
const MOVED_INDEX: f64 = 0.25;
const WATCHED_INDEX: f64 = 0.1;
const BINS: usize = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Too few recent decisions to tell.
    TooFew,
    Holds,
    /// Something moves; not enough to void the promise.
    Watched,
    /// The promise does not cover this traffic.
    Void,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    pub recent: usize,
    /// Largest distance of the two distribution functions, 0 to 1.
    pub distance: f64,
    pub p: f64,
    pub index: f64,
    pub standing: Standing,
}

/// [`QUANTILES`] quantiles from the least to the greatest value; empty without values.
#[must_use]
pub fn quantiles(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() {
        return sorted;
    }
    (0..QUANTILES).map(|at| quantile(&sorted, at as f64 / (QUANTILES - 1) as f64)).collect()
}

/// Compares recent values with the quantiles of `labels` values at calibration time.
#[must_use]
pub fn compare(quantiles: &[f64], labels: u64, recent: &[f64]) -> Drift {
    if recent.len() < FEWEST || quantiles.len() < 2 {
        return Drift { recent: recent.len(), distance: 0.0, p: 1.0, index: 0.0, standing: Standing::TooFew };
    }
    let mut sorted = recent.to_vec();
    sorted.sort_by(f64::total_cmp);
    let distance = distance(quantiles, &sorted);
    let p = significance(distance, labels as f64, sorted.len() as f64);
    let index = stability(quantiles, labels as f64, &sorted);
    let standing = if p < MOVED_P && index > MOVED_INDEX {
        Standing::Void
    } else if p < MOVED_P && index > WATCHED_INDEX {
        Standing::Watched
    } else {
        Standing::Holds
    };
    Drift { recent: recent.len(), distance, p, index, standing }
}

/// The largest distance at the kept quantiles; between them the old distribution is not known.
fn distance(quantiles: &[f64], recent: &[f64]) -> f64 {
    let last = (quantiles.len() - 1) as f64;
    let mut largest: f64 = 0.0;
    for (at, value) in quantiles.iter().enumerate() {
        // Equal values make a step: both functions are compared on its two sides.
        let below = quantiles.iter().position(|other| other >= value).unwrap_or(at) as f64 / last;
        let above = quantiles.iter().rposition(|other| other <= value).unwrap_or(at) as f64 / last;
        let recent_below = recent.partition_point(|other| other < value) as f64 / recent.len() as f64;
        let recent_above = recent.partition_point(|other| other <= value) as f64 / recent.len() as f64;
        if above - below > 1.5 / last {
            largest = largest.max((above - recent_above).abs()).max((below - recent_below).abs());
        } else {
            let old = at as f64 / last;
            // Inside a step of the recent values any height between is there.
            largest = largest.max(old - recent_above).max(recent_below - old);
        }
    }
    largest
}

fn significance(distance: f64, old: f64, recent: f64) -> f64 {
    let count = (old * recent / (old + recent)).sqrt();
    let x = (count + 0.12 + 0.11 / count) * distance;
    if x < 0.2 {
        return 1.0;
    }
    let sum: f64 = (1..=100)
        .map(|k| {
            let k = f64::from(k);
            (if k % 2.0 == 1.0 { 2.0 } else { -2.0 }) * (-2.0 * k * k * x * x).exp()
        })
        .sum();
    sum.clamp(0.0, 1.0)
}

/// Σ (recent − old) · ln(recent / old) over the tenths of the old values; half a case is added to each bin.
fn stability(quantiles: &[f64], labels: f64, recent: &[f64]) -> f64 {
    let step = (quantiles.len() - 1) / BINS.min(quantiles.len() - 1);
    let mut edges: Vec<f64> = quantiles.iter().step_by(step).copied().collect();
    edges.dedup();
    let last = (quantiles.len() - 1) as f64;
    let mut index = 0.0;
    for (at, pair) in edges.windows(2).enumerate() {
        let open = (at == 0, at + 2 == edges.len());
        let inside = |value: f64| (open.0 || value >= pair[0]) && (open.1 || value < pair[1]);
        let old = quantiles.windows(2).filter(|two| inside(f64::midpoint(two[0], two[1]))).count() as f64 / last;
        let new = recent.iter().filter(|value| inside(**value)).count() as f64;
        let bins = (edges.len() - 1) as f64;
        let old = (old * labels + 0.5) / (labels + 0.5 * bins);
        let new = (new + 0.5) / (recent.len() as f64 + 0.5 * bins);
        index += (new - old) * (new / old).ln();
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::stats::Random;

    fn drawn(random: &mut Random, count: usize, shape: f64) -> Vec<f64> {
        (0..count).map(|_| random.unit().powf(shape)).collect()
    }

    #[test]
    fn the_same_traffic_holds_and_another_voids() {
        let mut random = Random::new(7);
        let kept = quantiles(&drawn(&mut random, 400, 1.0));
        assert_eq!(kept.len(), QUANTILES);
        let same = compare(&kept, 400, &drawn(&mut random, 600, 1.0));
        assert_eq!(same.standing, Standing::Holds, "{same:?}");
        let other = compare(&kept, 400, &drawn(&mut random, 600, 2.5));
        assert_eq!(other.standing, Standing::Void, "{other:?}");
        // √u instead of u: the largest distance is a quarter.
        let known = compare(&kept, 400, &drawn(&mut random, 20_000, 0.5));
        assert!((known.distance - 0.25).abs() < 0.05, "{known:?}");
    }

    #[test]
    fn little_traffic_says_nothing() {
        let kept = quantiles(&[0.1, 0.5, 0.9]);
        assert_eq!(compare(&kept, 3, &[0.1; 10]).standing, Standing::TooFew);
        assert_eq!(compare(&[], 0, &[0.1; 100]).standing, Standing::TooFew);
    }

    #[test]
    fn false_alarms_are_rare() {
        let mut random = Random::new(3);
        let alarms = (0..400)
            .filter(|_| {
                let kept = quantiles(&drawn(&mut random, 200, 1.0));
                compare(&kept, 200, &drawn(&mut random, 200, 1.0)).standing == Standing::Void
            })
            .count();
        assert!(alarms <= 8, "{alarms} of 400");
    }

    #[test]
    fn many_equal_scores_are_no_drift() {
        // A third of the questions share no word with any document.
        let mixed = |random: &mut Random, count: usize| -> Vec<f64> {
            (0..count).map(|_| if random.unit() < 0.33 { 0.02 } else { random.unit() }).collect()
        };
        let mut random = Random::new(5);
        let kept = quantiles(&mixed(&mut random, 2000));
        let same = compare(&kept, 2000, &mixed(&mut random, 2000));
        assert_eq!(same.standing, Standing::Holds, "{same:?}");
        let fewer: Vec<f64> = drawn(&mut random, 2000, 1.0);
        assert_eq!(compare(&kept, 2000, &fewer).standing, Standing::Void);
    }
}
