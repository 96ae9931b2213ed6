//! The wire forms of documents and versions.

use serde::Serialize;
use utoipa::ToSchema;

use crate::knowledge::catalogue::{Document, Status};
use crate::store::versions::VersionRow;

/// A document with its newest revision.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Listed {
    id: String,
    /// File name; one name is one document.
    name: String,
    title: Option<String>,
    status: State,
    /// Whether something of it can be found now.
    searchable: bool,
    /// Set when it failed.
    reason: Option<Reason>,
    warnings: Vec<Warning>,
    /// BCP 47.
    language: Option<&'static str>,
    revision: u64,
    bytes: u64,
    chunks: u64,
    /// Vectors that are there, of those that it needs.
    vectors: u64,
    vectors_goal: u64,
    /// RFC 3339.
    uploaded_at: String,
    finished_at: Option<String>,
}

/// `queued`, `reading` and `cut` are on the way; `embedding` is found by its words, `ready` completely; `withdrawn` was
/// published once, and a rollback went back to before it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum State {
    Queued,
    Reading,
    Cut,
    Embedding,
    Ready,
    Failed,
    Withdrawn,
}

#[derive(Debug, Serialize, ToSchema)]
struct Reason {
    code: String,
    en: String,
    zh: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Warning {
    code: String,
    message: String,
}

/// A published state of all documents.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Version {
    version: u64,
    /// RFC 3339.
    at: String,
    /// `publish`, `delete` or `rollback`.
    cause: String,
    /// The version that a rollback restored.
    restored: Option<i64>,
    /// Documents that can be seen in it.
    documents: u64,
}

pub(super) fn listed(document: Document) -> Listed {
    Listed {
        id: document.id.to_string(),
        name: document.name,
        title: document.title,
        status: match document.status {
            Status::Queued => State::Queued,
            Status::Reading => State::Reading,
            Status::Cut => State::Cut,
            Status::Embedding => State::Embedding,
            Status::Ready => State::Ready,
            Status::Failed => State::Failed,
            Status::Withdrawn => State::Withdrawn,
        },
        searchable: document.searchable,
        reason: document.reason.map(|reason| Reason { code: reason.code, en: reason.en, zh: reason.zh }),
        warnings: document
            .warnings
            .into_iter()
            .map(|warning| Warning { code: warning.code, message: warning.message })
            .collect(),
        language: document.language.map(crate::text::language::Language::tag),
        revision: document.revision,
        bytes: document.bytes,
        chunks: document.chunks,
        vectors: document.vectors,
        vectors_goal: document.vectors_goal,
        uploaded_at: document.uploaded_at.rfc3339(),
        finished_at: document.finished_at.map(crate::model::time::Timestamp::rfc3339),
    }
}

pub(super) fn version(row: VersionRow) -> Version {
    Version {
        version: row.version,
        at: row.at.rfc3339(),
        cause: row.cause,
        restored: row.restored,
        documents: row.documents,
    }
}
