//! Risk and coverage: how wrong the answers are when only the surest ones are given.

use serde::{Deserialize, Serialize};

/// A point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The confidence from which on is answered.
    pub threshold: f32,
    /// Share of all cases that is answered.
    pub coverage: f64,
    /// Share of the answered that is wrong.
    pub risk: f64,
}

/// The risk–coverage curve of answers among `all` cases, from the surest on; equal confidences are one step. Source: El-Yaniv &
/// Wiener 2010, JMLR 11.
#[must_use]
pub fn curve(scored: &[(f32, bool)], all: usize) -> Vec<Point> {
    let point = |(threshold, answered, wrong): (f32, usize, usize)| Point {
        threshold,
        coverage: answered as f64 / all as f64,
        risk: wrong as f64 / answered as f64,
    };
    steps(scored).into_iter().map(point).collect()
}

/// From the surest on: a confidence, the answers down to it, and the wrong ones among these.
fn steps(scored: &[(f32, bool)]) -> Vec<(f32, usize, usize)> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut steps, mut wrong) = (Vec::new(), 0_usize);
    for (at, (confidence, right)) in sorted.iter().enumerate() {
        wrong += usize::from(!right);
        if sorted.get(at + 1).is_none_or(|next| next.0 < *confidence) {
            steps.push((*confidence, at + 1, wrong));
        }
    }
    steps
}

/// AURC: the mean risk over all coverages that the answers reach; lower is better. Equal confidences count with their mean risk, so that the order of
/// the input does not matter. Source: Geifman, Uziel & El-Yaniv 2019, ICLR.
#[must_use]
pub fn aurc(scored: &[(f32, bool)]) -> Option<f64> {
    let mut before = (0.0, 0.0);
    let mut area = 0.0;
    for (_, count, wrong) in steps(scored) {
        let (count, wrong) = (count as f64, wrong as f64);
        let (step, errors) = (count - before.0, wrong - before.1);
        // Within a tie errors are spread evenly.
        let mut at = 1.0;
        while at <= step {
            area += (before.1 + errors * at / step) / (before.0 + at);
            at += 1.0;
        }
        before = (count, wrong);
    }
    (!scored.is_empty()).then(|| area / scored.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked by hand, as `np.mean(np.cumsum(wrong) / np.arange(1, n + 1))` over the surest first: (0 + 0 + 1/3 + 1/4 + 2/5) / 5.
    #[test]
    fn worked_by_hand() {
        let scored = [(0.2, false), (0.9, true), (0.8, true), (0.5, false), (0.4, true)];
        assert!((aurc(&scored).unwrap() - (1.0 / 3.0 + 0.25 + 0.4) / 5.0).abs() < 1e-12);
        let points = curve(&scored, 10);
        assert_eq!(points.len(), 5);
        assert_eq!((points[2].threshold, points[2].coverage, points[2].risk), (0.5, 0.3, 1.0 / 3.0));
        // A tie is one point, and its inner order does not matter.
        let tie = [(0.5, true), (0.5, false)];
        let turned = [(0.5, false), (0.5, true)];
        assert_eq!((curve(&tie, 2).len(), aurc(&tie)), (1, aurc(&turned)));
        assert_eq!(aurc(&tie), Some(0.5));
        assert_eq!(aurc(&[]), None);
    }
}
