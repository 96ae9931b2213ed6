//! Chunks as sparse vectors: one number for each term, BM25's saturated and normed frequency, to which the server adds
//! the inverse document frequency when it searches.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::index::bm25;

/// Terms that a chunk is taken to have on average. A vector is made once, when nobody knows what will come.
const USUAL_LENGTH: f32 = 120.0;

/// The vector of a chunk's terms, by dimension.
#[expect(clippy::cast_precision_loss, reason = "a chunk has some hundred terms")]
pub(super) fn chunk(terms: &[String]) -> Vec<(u32, f32)> {
    let mut counts: BTreeMap<u32, f32> = BTreeMap::new();
    for term in terms {
        *counts.entry(dimension(term)).or_default() += 1.0;
    }
    let norm = bm25::norm(terms.len() as f32, USUAL_LENGTH);
    counts.into_iter().map(|(dimension, frequency)| (dimension, bm25::saturate(frequency, norm))).collect()
}

/// The vector of a query's weighted terms.
pub(super) fn query<'a>(terms: impl IntoIterator<Item = &'a (String, f32)>) -> Vec<(u32, f32)> {
    let mut weights: BTreeMap<u32, f32> = BTreeMap::new();
    for (term, weight) in terms {
        *weights.entry(dimension(term)).or_default() += weight;
    }
    weights.into_iter().collect()
}

/// The dimension of a term. Two of a hundred thousand terms share one about once.
pub(super) fn dimension(term: &str) -> u32 {
    u32::try_from(hash(term) & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

pub(super) fn hash(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(words: &str) -> Vec<String> {
        words.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn repeated_terms_saturate_and_length_counts() {
        let weight = |text: &str, term: &str| {
            let found = chunk(&terms(text)).into_iter().find(|(place, _)| *place == dimension(term));
            found.map_or(0.0, |(_, weight)| weight)
        };
        let (once, twice) = (weight("shoe return", "shoe"), weight("shoe shoe", "shoe"));
        assert!(once > 1.0 && twice > once && twice < 2.0 * once);
        assert!(weight(&"word ".repeat(200), "word") > 0.0);
        assert!(weight(&format!("shoe {}", "x ".repeat(200)), "shoe") < once);
        assert_eq!(weight("shoe", "hat"), 0.0);
    }

    #[test]
    fn a_query_keeps_its_weights() {
        let found = query(&[("shoe".into(), 1.0), ("shoe".into(), 0.5)]);
        assert_eq!(found, [(dimension("shoe"), 1.5)]);
        assert_eq!(dimension("退货"), dimension("退货"));
    }
}
