//! Reciprocal rank fusion (Cormack, Clarke & Büttcher 2009): the sum over legs of weight / (60 + rank), ranks from 1.
//! It needs no common scale of the legs' scores, which BM25 and cosine do not have.

use std::collections::BTreeMap;

/// The paper's constant, which damps the lead of the first ranks.
const K: f32 = 60.0;

/// Fuses legs, each a weight and its finds, best first. The result is best first; equal scores are in order of the finds.
#[must_use]
pub fn fuse<T: Ord + Copy>(legs: &[(f32, &[T])]) -> Vec<(T, f32)> {
    let mut sums: BTreeMap<T, f32> = BTreeMap::new();
    for (weight, finds) in legs {
        for (place, find) in finds.iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "a leg has some hundred finds")]
            let rank = place as f32 + 1.0;
            *sums.entry(*find).or_default() += weight / (K + rank);
        }
    }
    let mut fused: Vec<(T, f32)> = sums.into_iter().collect();
    fused.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    fused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_legs_beat_one() {
        let fused = fuse(&[(1.0, &["a", "b", "c"][..]), (1.0, &["c", "d", "b"][..])]);
        let order: Vec<&str> = fused.iter().map(|(find, _)| *find).collect();
        assert_eq!(order, ["c", "b", "a", "d"]);
        assert!((fused[0].1 - (1.0 / 63.0 + 1.0 / 61.0)).abs() < 1e-6);
    }

    #[test]
    fn equal_scores_are_in_order_of_the_finds() {
        assert_eq!(fuse(&[(1.0, &["b"][..]), (1.0, &["a"][..])])[0].0, "a");
        assert!(fuse::<u32>(&[]).is_empty());
    }
}
