//! One order from two legs, by a convex combination of their normed scores (Bruch, Gai & Ingber 2023, ACM TOIS 42(1)).
//!
//! The paper found it ahead of reciprocal rank fusion with hardly a choice of weight to make, and so did we
//! (`docs/benchmarks.md`): ranks forget by how much a passage won.

use std::collections::BTreeMap;

/// Weight of the vectors; the words have the rest. Anything from 0.4 to 0.6 does about as well.
const DENSE: f32 = 0.45;

/// Fuses finds of words and finds of vectors, each best first. The result is best first; equal scores are in order of the
/// finds.
///
/// `full` is the score in words of a chunk that says everything that was asked; cosines are normed between the worst and
/// the best that was found, since models spread them differently.
#[must_use]
pub fn fuse<T: Ord + Copy>(words: &[(T, f32)], full: f32, vectors: &[(T, f32)]) -> Vec<(T, f32)> {
    let share = if vectors.is_empty() { 0.0 } else { DENSE };
    let mut sums: BTreeMap<T, f32> = BTreeMap::new();
    for (find, score) in words {
        *sums.entry(*find).or_default() += (1.0 - share) * score / full.max(f32::MIN_POSITIVE);
    }
    let best = vectors.first().map_or(0.0, |(_, cosine)| *cosine);
    let worst = vectors.last().map_or(0.0, |(_, cosine)| *cosine);
    for (find, cosine) in vectors {
        let normed = if best > worst { (cosine - worst) / (best - worst) } else { 1.0 };
        *sums.entry(*find).or_default() += share * normed;
    }
    let mut fused: Vec<(T, f32)> = sums.into_iter().collect();
    fused.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    fused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(fused: &[(&'static str, f32)]) -> Vec<&'static str> {
        fused.iter().map(|(find, _)| *find).collect()
    }

    #[test]
    fn both_legs_beat_one_and_a_clear_win_beats_a_narrow_one() {
        let fused = fuse(&[("a", 9.0), ("b", 8.5), ("c", 2.0)], 10.0, &[("b", 0.9), ("d", 0.4), ("c", 0.3)]);
        assert_eq!(order(&fused), ["b", "a", "c", "d"]);
        assert!((fused[0].1 - (0.55 * 0.85 + 0.45)).abs() < 1e-6);
    }

    #[test]
    fn one_leg_keeps_its_order() {
        assert_eq!(order(&fuse(&[("b", 2.0), ("a", 1.0)], 4.0, &[])), ["b", "a"]);
        assert_eq!(order(&fuse(&[], 0.0, &[("b", 0.8), ("a", 0.2)])), ["b", "a"]);
        assert_eq!(fuse(&[], 0.0, &[("b", 0.8)]), [("b", 0.45)]);
        assert!(fuse::<u32>(&[], 0.0, &[]).is_empty());
    }

    #[test]
    fn equal_scores_are_in_order_of_the_finds() {
        assert_eq!(order(&fuse(&[("b", 1.0), ("a", 1.0)], 1.0, &[])), ["a", "b"]);
    }
}
