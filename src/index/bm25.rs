//! BM25 (Robertson & Zaragoza 2009), the parts that every index shares, with constants of our own.
//!
//! The usual k1 = 1.2 and b = 0.75 come from news. Help pages mix one-line answers with long texts and gain from a
//! stronger length norm (`docs/benchmarks.md` has the figures).

/// Saturation of repeated terms.
const K1: f32 = 1.5;
/// How much a long chunk is held back.
const B: f32 = 0.9;

/// The length part of the denominator, for a chunk of `length` terms where `mean` is usual.
#[must_use]
pub fn norm(length: f32, mean: f32) -> f32 {
    K1 * (1.0 - B + B * length / mean.max(1.0))
}

/// Term frequency, saturated and normed: 0 to 2.5, and 1 for one occurrence in a chunk of mean length.
#[must_use]
pub fn saturate(frequency: f32, norm: f32) -> f32 {
    frequency * (K1 + 1.0) / (frequency + norm)
}

/// ln(1 + (N − n + ½) / (n + ½)) of N chunks, n with the term; as in Lucene, never negative.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^24")]
pub fn inverse_document_frequency(chunks: usize, with_term: usize) -> f32 {
    let (chunks, with_term) = (chunks as f32, with_term as f32);
    (1.0 + ((chunks - with_term).max(0.0) + 0.5) / (with_term + 0.5)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_by_hand() {
        assert!((saturate(1.0, norm(100.0, 100.0)) - 1.0).abs() < 1e-6);
        assert!((saturate(2.0, norm(200.0, 100.0)) - 5.0 / 4.85).abs() < 1e-6);
        assert!((inverse_document_frequency(10, 2) - (1.0 + 8.5 / 2.5_f32).ln()).abs() < 1e-6);
        assert!(inverse_document_frequency(10, 10) > 0.0 && inverse_document_frequency(0, 0) > 0.0);
    }
}
