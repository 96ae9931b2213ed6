//! Documents as people see them: in a list, with their state and what went wrong, in both languages.

use serde::Serialize;

use crate::knowledge::document::Warning;
use crate::knowledge::reasons;
use crate::model::id::{DocumentId, WorkspaceId};
use crate::model::time::Timestamp;
use crate::store::documents::Listed;
use crate::store::versions::VersionRow;
use crate::store::{Error, Store};
use crate::text::language::Language;

/// A document with its newest revision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    pub id: DocumentId,
    /// File name or address: one name is one document.
    pub name: String,
    pub title: Option<String>,
    pub status: Status,
    /// Whether something of it can be found now: an older revision while a new one is on its way or has failed.
    pub searchable: bool,
    /// Set when it failed.
    pub reason: Option<Reason>,
    pub warnings: Vec<Warning>,
    pub language: Option<Language>,
    pub revision: u64,
    pub bytes: u64,
    pub text_bytes: u64,
    pub chunks: u64,
    /// Vectors that are there, of those that it needs; 0 of 0 when no embedder reads its language.
    pub vectors: u64,
    pub vectors_goal: u64,
    pub uploaded_at: Timestamp,
    /// When it became ready or failed.
    pub finished_at: Option<Timestamp>,
}

/// Where the newest revision of a document is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Queued,
    Reading,
    /// Read; about to be published.
    Cut,
    /// Found by its words; its vectors are being made.
    Embedding,
    Ready,
    Failed,
    /// It was published once, and a rollback went back to before it.
    Withdrawn,
}

/// Why a document failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// A stable snake_case word.
    pub code: String,
    pub en: String,
    pub zh: String,
}

/// Documents by name, those after the name `after` (nothing for the first page).
///
/// # Errors
/// The store cannot be read.
pub async fn documents(
    store: &Store,
    workspace: WorkspaceId,
    after: &str,
    limit: usize,
) -> Result<Vec<Document>, Error> {
    Ok(store.documents(workspace, after, limit).await?.into_iter().map(describe).collect())
}

/// One document; `None` when there is none or it was deleted.
///
/// # Errors
/// The store cannot be read.
pub async fn document(store: &Store, workspace: WorkspaceId, id: DocumentId) -> Result<Option<Document>, Error> {
    Ok(store.document(workspace, id).await?.map(describe))
}

/// The text that the offsets of a document's citations point into.
///
/// # Errors
/// The store cannot be read.
pub async fn text(store: &Store, workspace: WorkspaceId, id: DocumentId) -> Result<Option<String>, Error> {
    store.document_text(workspace, id).await
}

/// Published versions, newest first, those before `before` (`u64::MAX` for the first page).
///
/// # Errors
/// The store cannot be read.
pub async fn versions(
    store: &Store,
    workspace: WorkspaceId,
    before: u64,
    limit: usize,
) -> Result<Vec<VersionRow>, Error> {
    store.versions(workspace, before, limit).await
}

fn describe(listed: Listed) -> Document {
    let reason = listed.code.map(|code| {
        let in_language = |language| reasons::sentence(&code, listed.detail.as_deref(), language);
        Reason { en: in_language(Language::En), zh: in_language(Language::Zh), code }
    });
    let searchable = listed.visible.is_some();
    Document {
        id: listed.id,
        name: listed.name,
        title: listed.title.filter(|title| !title.is_empty()),
        status: status(&listed.state, searchable),
        searchable,
        reason,
        warnings: serde_json::from_str(&listed.warnings).unwrap_or_default(),
        language: listed.language.as_deref().map(Language::from_tag),
        revision: listed.number,
        bytes: listed.bytes,
        text_bytes: listed.text_bytes,
        chunks: listed.chunks,
        vectors: listed.vectors,
        vectors_goal: listed.vectors_goal,
        uploaded_at: listed.uploaded_at,
        finished_at: listed.finished_at.map(Timestamp),
    }
}

fn status(state: &str, searchable: bool) -> Status {
    match state {
        "queued" => Status::Queued,
        "reading" => Status::Reading,
        "cut" => Status::Cut,
        "failed" => Status::Failed,
        "embedding" if searchable => Status::Embedding,
        _ if searchable => Status::Ready,
        _ => Status::Withdrawn,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn listed(state: &str, code: Option<&str>, visible: Option<i64>) -> Listed {
        Listed {
            id: DocumentId(Uuid::from_u128(7)),
            name: "returns.md".into(),
            title: Some(String::new()),
            created_at: Timestamp(0),
            number: 2,
            state: state.into(),
            code: code.map(Into::into),
            detail: Some("page 3".into()),
            language: Some("zh-CN".into()),
            warnings: r#"[{"code":"encoding_guessed","message":"The encoding was guessed."}]"#.into(),
            bytes: 1,
            text_bytes: 2,
            chunks: 3,
            vectors: 4,
            vectors_goal: 5,
            uploaded_at: Timestamp(6),
            finished_at: Some(7),
            visible,
        }
    }

    #[test]
    fn a_failed_document_says_why_and_may_still_be_found_in_its_old_revision() {
        let document = describe(listed("failed", Some("broken"), Some(1)));
        assert_eq!((document.status, document.searchable), (Status::Failed, true));
        let reason = document.reason.unwrap();
        assert!(reason.en.contains("damaged") && reason.en.contains("page 3"));
        assert!(reason.zh.contains("已损坏"));
        assert_eq!((document.title, document.language), (None, Some(Language::Zh)));
        assert_eq!(document.warnings[0].code, "encoding_guessed");
    }

    #[test]
    fn what_a_rollback_hid_is_withdrawn() {
        for (state, visible, expected) in [
            ("ready", Some(2), Status::Ready),
            ("embedding", Some(2), Status::Embedding),
            ("ready", None, Status::Withdrawn),
            ("embedding", None, Status::Withdrawn),
            ("queued", None, Status::Queued),
        ] {
            assert_eq!(describe(listed(state, None, visible)).status, expected);
        }
    }
}
