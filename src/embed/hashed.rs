//! The deterministic twin: a hashed bag of terms.
//!
//! Texts that share words get near vectors, in both languages, with no model at all; tests, eval and demonstrations use it.
//! It knows no synonyms: use a real model in production.

use async_trait::async_trait;

use super::{Embedder, Error, Model, Side, Vector, unit};
use crate::text::language::Language;
use crate::text::terms::terms;

const DIMENSIONS: usize = 256;

#[derive(Clone, Debug)]
pub struct Hashed {
    model: Model,
}

impl Default for Hashed {
    fn default() -> Self {
        let languages = vec![Language::En, Language::Zh];
        Self { model: Model { name: format!("hashed/{DIMENSIONS}"), dimensions: DIMENSIONS, languages } }
    }
}

#[async_trait]
impl Embedder for Hashed {
    fn model(&self) -> &Model {
        &self.model
    }

    async fn embed(&self, texts: &[String], _side: Side) -> Result<Vec<Vector>, Error> {
        Ok(texts.iter().map(|text| vector(text)).collect())
    }
}

/// Each term adds ±1 at a place that its hash names (feature hashing, Weinberger et al. 2009).
fn vector(text: &str) -> Vector {
    let mut vector = vec![0.0; DIMENSIONS];
    for term in terms(text) {
        let hash = fnv1a(term.as_bytes());
        let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
        vector[hash as usize % DIMENSIONS] += sign;
    }
    unit(vector)
}

/// FNV-1a, 64 bits: stable across platforms and versions, which the standard hasher does not promise.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosine(one: &str, other: &str) -> f32 {
        vector(one).iter().zip(vector(other)).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn texts_that_share_words_are_near() {
        assert!(cosine("How do I return a parcel?", "returning parcels") > 0.4);
        assert!(cosine("退货政策是什么", "我们的退货政策") > 0.4);
        assert!(cosine("How do I return a parcel?", "Warranty covers batteries.") < 0.3);
        assert!((cosine("same text", "same text") - 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_text_without_terms_still_has_a_unit_vector() {
        let length: f32 = vector("…").iter().map(|number| number * number).sum();
        assert!((length - 1.0).abs() < 1e-6);
    }

    #[test]
    fn hashes_are_those_of_the_published_algorithm() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }
}
