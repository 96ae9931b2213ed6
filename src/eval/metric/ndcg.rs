//! Normalised discounted cumulative gain: the whole order of the first k, against the best order there could be.

/// DCG@k of the list over DCG@k of all relevant grades in their best order, with gain = grade and discount log2(rank + 1).
///
/// `relevant` are the grades of every relevant passage, found or not; with none of them the result is 0. Source: Järvelin &
/// Kekäläinen 2002, ACM TOIS 20(4).
#[must_use]
pub fn ndcg(grades: &[f64], relevant: &[f64], k: usize) -> f64 {
    let mut best = relevant.to_vec();
    best.sort_by(|one, other| other.total_cmp(one));
    let ideal = gain(&best, k);
    if ideal > 0.0 { gain(grades, k) / ideal } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "ranks are small")]
fn gain(grades: &[f64], k: usize) -> f64 {
    grades.iter().take(k).enumerate().map(|(place, grade)| grade / (place as f64 + 2.0).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_by_hand() {
        // One relevant passage at rank 2: 1 / log2(3).
        assert!((ndcg(&[0.0, 1.0], &[1.0], 10) - 0.630_93).abs() < 1e-5);
        // Grades 1, 0, 3 of relevant 3 and 1: (1 + 3/2) / (3 + 1/log2(3)).
        assert!((ndcg(&[1.0, 0.0, 3.0], &[1.0, 3.0], 10) - 2.5 / 3.630_93).abs() < 1e-5);
        assert!((ndcg(&[3.0, 1.0], &[1.0, 3.0], 10) - 1.0).abs() < 1e-12);
        assert_eq!(ndcg(&[0.0, 1.0], &[1.0], 1), 0.0);
        assert_eq!(ndcg(&[], &[], 10), 0.0);
    }
}
