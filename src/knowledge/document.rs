//! What documents become on their way to passages. A leaf: extraction, chunking and ingest all speak these types.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::model::id::ChunkName;
use crate::text::language::Language;

/// A document that was read. Broken parts of it are warnings; only a document that gives nothing is a [`Refusal`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Extracted {
    pub title: Option<String>,
    /// Markdown with `\n` line ends. **The** text of the document: every offset in the house points into it.
    pub text: String,
    /// Byte offsets (into `text`) of headings that are questions of a question-and-answer list; the answer is what follows
    /// up to the next heading of the same or a higher level.
    pub questions: Vec<usize>,
    pub warnings: Vec<Warning>,
}

/// Something was lost or guessed, and people should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// One stable snake_case word, for example `page_unreadable`, `encoding_guessed`.
    pub code: String,
    /// A sentence for people, in English; the console translates by code.
    pub message: String,
}

/// Why a document gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "code", content = "detail")]
pub enum Refusal {
    #[error("the file is protected by a password; remove the password and upload it again")]
    Encrypted,
    #[error("the file has no text; if it is a scan, run text recognition on it first")]
    Empty,
    #[error("the file is damaged: {0}")]
    Broken(String),
    #[error("files of this kind cannot be read: {0}")]
    Unsupported(String),
    #[error("the file is too large: {0}")]
    TooLarge(String),
    #[error("reading the file took too long")]
    TimedOut,
    #[error("reading the file needs too much memory")]
    OutOfMemory,
    /// No fault of the file, so reading it again may help.
    #[error("the program that reads documents failed: {0}")]
    ReaderFailed(String),
}

/// A piece of a document, small enough to be found and quoted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chunk {
    pub name: ChunkName,
    /// Place among the document's chunks, from 0.
    pub ordinal: u32,
    /// Headings above it, outermost first, without the document's title.
    pub heading: Vec<String>,
    /// Set for an entry of a question-and-answer list; `text` is then the answer.
    pub question: Option<String>,
    /// What is shown and quoted. For a part of a table the header rows come first, then the part.
    pub text: String,
    /// Byte offsets of the part in [`Extracted::text`] (without a repeated table header).
    pub place: Range<usize>,
    /// Length in cl100k tokens.
    pub tokens: u32,
    pub language: Language,
}

/// What the extraction child sends back: a document read and cut.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prepared {
    pub extracted: Extracted,
    pub chunks: Vec<Chunk>,
    pub language: Language,
}
