//! The seam to embedding models: texts in, unit vectors out. Adapters stand beside this file and do not know each other; only
//! `config.rs` names them.

use std::fmt;

use async_trait::async_trait;

use crate::text::language::Language;

pub mod config;
pub mod fastembed;
pub mod hashed;
pub mod manifest;
pub mod openai;

/// A unit-length vector.
pub type Vector = Vec<f32>;

#[async_trait]
pub trait Embedder: fmt::Debug + Send + Sync {
    /// What the model is and what it can read.
    fn model(&self) -> &Model;

    /// One unit-length vector of `model().dimensions` numbers for each text, in order.
    async fn embed(&self, texts: &[String], side: Side) -> Result<Vec<Vector>, Error>;
}

/// An embedding model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Name with precision, for example `all-MiniLM-L6-v2/int8`; stored beside each vector, so that vectors of two models never mix.
    pub name: String,
    pub dimensions: usize,
    /// Languages that the model was trained to read. It is not asked about others.
    pub languages: Vec<Language>,
}

impl Model {
    /// Whether the model was trained to read this language; its vectors for other text say nothing.
    #[must_use]
    pub fn reads(&self, language: Language) -> bool {
        self.languages.contains(&language)
    }
}

/// Some models embed questions and passages differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Question,
    Passage,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the embedding model is unavailable: {0}")]
    Unavailable(String),
    #[error("the embedding model refused the request: {0}")]
    Refused(String),
    /// A provider that answers with vectors of another width would ruin the index silently.
    #[error("vectors have {got} numbers instead of {expected}")]
    Mismatched { expected: usize, got: usize },
}

/// The vector scaled to length 1. A vector without direction (all zero, or not finite) becomes the first axis, so that cosines
/// with it are defined.
#[must_use]
pub fn unit(mut vector: Vector) -> Vector {
    let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
    if length.is_normal() {
        for number in &mut vector {
            *number = (f64::from(*number) / length) as f32;
        }
        return vector;
    }
    vector.fill(0.0);
    if let Some(first) = vector.first_mut() {
        *first = 1.0;
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_vectors_have_length_one_or_point_along_the_first_axis() {
        assert_eq!(unit(vec![3.0, 4.0]), vec![0.6, 0.8]);
        assert_eq!(unit(vec![0.0, 0.0]), vec![1.0, 0.0]);
        assert_eq!(unit(vec![f32::NAN, 1.0]), vec![1.0, 0.0]);
        assert_eq!(unit(vec![f32::INFINITY, 1.0]), vec![1.0, 0.0]);
    }
}
