//! What retrieval hands to dialogue, and what an answer points back to.

use serde::{Deserialize, Serialize};

use crate::model::id::{ChunkName, DocumentId};
use crate::text::language::Language;

/// A chunk of a published document, with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    pub chunk: ChunkName,
    pub document: DocumentId,
    /// The document's title, for people.
    pub title: String,
    /// The file name or address that the document came from.
    pub source: String,
    /// Headings from the document's root to this passage, outermost first.
    pub heading: Vec<String>,
    /// For an entry of a question-and-answer list: the question. `text` is then the answer.
    pub question: Option<String>,
    pub text: String,
    /// Byte offsets of the passage in the document's extracted text.
    pub start: usize,
    pub end: usize,
    pub language: Language,
}

/// How one passage fared in one search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    pub passage: Passage,
    pub scores: Scores,
}

/// Scores of one passage; a leg that did not find the passage, or was not asked, is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// BM25, unbounded.
    pub bm25: Option<f32>,
    /// Cosine similarity, −1 to 1.
    pub cosine: Option<f32>,
    /// Both legs in one number, which decides the order; from 0, what 1 means is the index's own matter.
    pub fused: f32,
}

/// The place in a published document that supports a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The number shown beside the sentence, from 1 within one reply.
    pub number: u32,
    pub document: DocumentId,
    pub chunk: ChunkName,
    pub title: String,
    pub source: String,
    pub heading: Vec<String>,
    /// The words of the document, unchanged.
    pub quote: String,
    /// Byte offsets of the quote in the document's extracted text.
    pub start: usize,
    pub end: usize,
}
