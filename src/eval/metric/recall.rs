//! Recall at k, as help desks ask it: was a right passage among the first k?

/// 1 when one of the first `k` is relevant, else 0.
///
/// Its mean over questions is also called success@k or hit rate (Craswell 2009, Encyclopedia of Database Systems, "Success
/// at n"); where a question has one relevant passage it is recall@k.
#[must_use]
pub fn recall(grades: &[f64], k: usize) -> f64 {
    if grades.iter().take(k).any(|grade| *grade > 0.0) { 1.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_k_count() {
        assert_eq!(recall(&[0.0, 0.0, 1.0], 2), 0.0);
        assert_eq!(recall(&[0.0, 0.0, 1.0], 3), 1.0);
        assert_eq!(recall(&[1.0, 1.0], 1), 1.0);
        assert_eq!(recall(&[], 5), 0.0);
    }
}
