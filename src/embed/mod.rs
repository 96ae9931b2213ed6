//! The seam to embedding models: texts in, unit vectors out.

use std::fmt;

use async_trait::async_trait;

use crate::text::language::Language;

pub mod config;

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
