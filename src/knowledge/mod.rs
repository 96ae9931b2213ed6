//! Documents in, passages out. Reading, cutting and ranking are pure; `ingest` and `retrieve` are the shell around them.
//! Nothing here knows what a conversation is.
//!
//! - `document`: what a file becomes · `extract`: reading it · `chunk`: pieces of it · `rank`: what of a piece is indexed and asked
//! - `blobs`: the bytes as they came · `lock`: one process ingests
//! - `version`: which revisions can be seen, and when to publish · `progress`, `reasons`: what people are told
//! - `ingest`: upload, read, publish, embed, delete, roll back · `catalogue`: documents as people see them · `diff`: what
//!   changed between two revisions
//! - `past`: any version, as passages or as an index of its own · `lint`: what is wrong with documents
//! - `retrieve`: a question becomes passages · `distinct`: the same text is shown once

pub mod blobs;
pub mod catalogue;
pub mod chunk;
pub mod diff;
pub mod distinct;
pub mod document;
pub mod extract;
pub mod ingest;
pub mod lint;
pub mod lock;
pub mod past;
pub mod progress;
pub mod rank;
pub mod reasons;
pub mod retrieve;
pub mod version;
