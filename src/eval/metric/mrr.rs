//! Mean reciprocal rank: how far down the first right passage stands.

/// 1 / rank of the first relevant one of the first `k`, 0 when there is none (Voorhees 1999, TREC-8 Question Answering
/// Track Report).
#[must_use]
pub fn reciprocal_rank(grades: &[f64], k: usize) -> f64 {
    let place = grades.iter().take(k).position(|grade| *grade > 0.0);
    #[expect(clippy::cast_precision_loss, reason = "ranks are small")]
    place.map_or(0.0, |place| 1.0 / (place as f64 + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_relevant_one_counts() {
        assert_eq!(reciprocal_rank(&[0.0, 1.0, 1.0], 10), 0.5);
        assert_eq!(reciprocal_rank(&[0.0, 0.0, 0.0, 2.0], 10), 0.25);
        assert_eq!(reciprocal_rank(&[0.0, 0.0, 1.0], 2), 0.0);
        assert_eq!(reciprocal_rank(&[], 10), 0.0);
    }
}
