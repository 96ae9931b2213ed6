//! Documents in, passages out. Reading, cutting and ranking are pure; `ingest` and `retrieve` are the shell around them.
//! Nothing here knows what a conversation is.

pub mod chunk;
pub mod document;
pub mod extract;
pub mod rank;
