//! The seam to search indexes. An index is a projection of the store: it can be thrown away and made again, and it says
//! which knowledge version it holds.

use std::fmt;

use async_trait::async_trait;

use crate::embed::Vector;
use crate::model::id::{ChunkName, WorkspaceId};
use crate::model::passage::Scores;

pub mod bm25;
pub mod config;
pub mod embedded;
pub mod fuse;
pub mod qdrant;

#[async_trait]
pub trait Index: fmt::Debug + Send + Sync {
    /// What the index holds of a workspace.
    async fn held(&self, workspace: WorkspaceId) -> Result<Held, Error>;

    /// Applies a change; durable and visible to the next search when it returns. Repeating a change is harmless.
    async fn apply(&self, change: &Change) -> Result<(), Error>;

    /// The best chunks for a query, best first.
    async fn search(&self, query: &Query) -> Result<Found, Error>;
}

/// What an index holds of a workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Knowledge version of the last change; 0 when there was none. A lower one than the published means: catch up.
    pub version: u64,
    pub chunks: u64,
    pub vectors: u64,
}

/// A step from one state of the index to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub workspace: WorkspaceId,
    /// Forget everything of the workspace first.
    pub reset: bool,
    /// Added, or replaced where the name is known.
    pub add: Vec<Entry>,
    pub remove: Vec<ChunkName>,
    /// What the index holds afterwards; `None` leaves the number as it is.
    pub version: Option<u64>,
}

/// A chunk as the index sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub chunk: ChunkName,
    /// Terms in order (see `text::terms`), of heading and text together.
    pub terms: Vec<String>,
    /// `None` while it is not embedded yet, or when no embedder reads its language.
    pub vector: Option<Vector>,
}

/// Other words that one search adds to those of the question: the rarest that the index has, since each costs a walk over the
/// chunks that say it, and what most chunks say tells nothing.
pub const MOST_OTHER_WORDS: usize = 12;

#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub workspace: WorkspaceId,
    /// Query terms with weights; repeated terms add up.
    pub terms: Vec<(String, f32)>,
    /// Other words for what is asked, each once and none of them among the terms, with weights below theirs: a chunk that
    /// says one of them gains a little. At most [`MOST_OTHER_WORDS`] are searched.
    pub others: Vec<(String, f32)>,
    /// Terms that stand side by side in the question, by their places in `terms`, with weights. A chunk that keeps them side by
    /// side gains a little.
    pub pairs: Vec<(usize, usize, f32)>,
    pub vector: Option<Vector>,
    pub limit: usize,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Best first; equal scores are in order of their names.
    pub hits: Vec<Hit>,
    /// Inverse document frequency of each different query term, in order of first appearance; a term that no chunk of the
    /// workspace has gets the highest weight of all. Other words are not among them.
    pub idf: Vec<(String, f32)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub chunk: ChunkName,
    pub scores: Scores,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the index is unavailable: {0}")]
    Unavailable(String),
    #[error("vectors have {got} numbers instead of {expected}")]
    Mismatched { expected: usize, got: usize },
}
