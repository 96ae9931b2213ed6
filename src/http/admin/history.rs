//! What a document is made of and what it was: chunks, revisions, the difference between two of them; and another try.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::House;
use crate::clock;
use crate::http::ledger::Ledger;
use crate::knowledge::catalogue::{self, Document};
use crate::knowledge::diff::{self, Kind};
use crate::knowledge::ingest::Ingest;
use crate::model::id::{DocumentId, WorkspaceId};
use crate::model::time::Timestamp;
use crate::problem::{self, Code, Problem};
use crate::store::Store;
use crate::store::history::{PlacedRow, RevisionRow};
use crate::store::versions::OPEN;

/// Chunks of one page, and revisions that are shown.
const CHUNKS: usize = 500;
const REVISIONS: usize = 100;
/// Bytes of a text that is compared.
const LONGEST: usize = 8 << 20;

#[derive(Clone, Debug)]
struct Shelf {
    store: Store,
    ingest: Ingest,
}

pub(super) fn routes(house: &House) -> OpenApiRouter {
    let shelf = Shelf { store: house.store.clone(), ingest: house.ingest.clone() };
    OpenApiRouter::new()
        .routes(routes!(chunks))
        .routes(routes!(revisions))
        .routes(routes!(difference))
        .routes(routes!(retry))
        .with_state(shelf)
}

#[derive(Debug, Deserialize, IntoParams)]
struct From {
    /// Begin with this ordinal.
    #[serde(default)]
    from: u64,
}

/// A piece of a document, as a search finds it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DocumentChunk)]
struct Chunk {
    name: String,
    ordinal: u64,
    heading: Vec<String>,
    question: Option<String>,
    text: String,
    tokens: i64,
    language: String,
}

/// One state of a document's content.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DocumentRevision)]
struct Revision {
    /// From 1.
    number: u64,
    /// `queued`, `reading`, `cut`, `embedding`, `ready`, `failed` or `superseded`.
    state: String,
    title: Option<String>,
    /// SHA-256 of the file.
    hash: String,
    bytes: u64,
    text_bytes: u64,
    chunks: u64,
    /// RFC 3339.
    uploaded_at: String,
    finished_at: Option<String>,
    /// Whether it is what customers are answered from.
    current: bool,
    /// Knowledge versions in which it could be found last: the first, and the last while it is not current.
    first_version: Option<i64>,
    last_version: Option<i64>,
}

#[derive(Debug, Deserialize, IntoParams)]
struct Between {
    /// Number of the older revision; the one before `to` when it is left out.
    from: Option<u64>,
    /// Number of the newer revision; the newest when it is left out.
    to: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DocumentDifference)]
struct Difference {
    from: u64,
    to: u64,
    hunks: Vec<Hunk>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DocumentHunk)]
struct Hunk {
    /// `same`, `added`, `removed`, or `skipped`: unchanged lines that are left out; the text is their number.
    kind: &'static str,
    text: String,
}

/// List the pieces of a document.
#[utoipa::path(
    get, path = "/api/v1/documents/{id}/chunks", tag = "documents", params(("id" = String, Path), From),
    security(("admin" = [])), responses((status = 200, body = Vec<Chunk>), (status = 404, body = problem::Document))
)]
async fn chunks(
    State(shelf): State<Shelf>,
    Path(id): Path<String>,
    Query(page): Query<From>,
) -> Result<Json<Vec<Chunk>>, Problem> {
    let document = known(&shelf, &id).await?;
    let rows = shelf.store.chunks_of(WorkspaceId::DEFAULT, document.id, page.from, CHUNKS).await;
    Ok(Json(rows.map_err(Problem::internal)?.into_iter().map(chunk).collect()))
}

/// List the revisions of a document, newest first.
#[utoipa::path(
    get, path = "/api/v1/documents/{id}/revisions", tag = "documents", params(("id" = String, Path)),
    security(("admin" = [])), responses((status = 200, body = Vec<Revision>), (status = 404, body = problem::Document))
)]
async fn revisions(State(shelf): State<Shelf>, Path(id): Path<String>) -> Result<Json<Vec<Revision>>, Problem> {
    let document = known(&shelf, &id).await?;
    let rows = shelf.store.revisions_of(WorkspaceId::DEFAULT, document.id, REVISIONS).await;
    Ok(Json(rows.map_err(Problem::internal)?.into_iter().map(revision).collect()))
}

/// Compare two revisions of a document, line by line.
#[utoipa::path(
    get, path = "/api/v1/documents/{id}/diff", tag = "documents", params(("id" = String, Path), Between),
    security(("admin" = [])), responses((status = 200, body = Difference), (status = 404, body = problem::Document))
)]
async fn difference(
    State(shelf): State<Shelf>,
    Path(id): Path<String>,
    Query(between): Query<Between>,
) -> Result<Json<Difference>, Problem> {
    let document = known(&shelf, &id).await?;
    let to = between.to.unwrap_or(document.revision);
    let from = between.from.unwrap_or(to.saturating_sub(1));
    let after = text(&shelf, document.id, to).await?;
    // Before its first revision a document said nothing.
    let before = if from == 0 { String::new() } else { text(&shelf, document.id, from).await? };
    if before.len() + after.len() > LONGEST {
        let en = "These texts are too long to be compared here.";
        return Err(Problem::saying(Code::TooLarge, en, "文本过长，无法在此比较。"));
    }
    let hunks = tokio::task::spawn_blocking(move || diff::hunks(&before, &after)).await.map_err(Problem::internal)?;
    let hunks = hunks.into_iter().map(|hunk| Hunk { kind: kind(hunk.kind), text: hunk.text }).collect();
    Ok(Json(Difference { from, to, hunks }))
}

/// Read a document again that failed.
#[utoipa::path(
    post, path = "/api/v1/documents/{id}/retry", tag = "documents", params(("id" = String, Path)),
    security(("admin" = [])),
    responses((status = 202), (status = 404, body = problem::Document), (status = 422, body = problem::Document))
)]
async fn retry(State(shelf): State<Shelf>, Path(id): Path<String>, ledger: Ledger) -> Result<StatusCode, Problem> {
    let document = known(&shelf, &id).await?;
    let due = shelf.ingest.retry(WorkspaceId::DEFAULT, document.id, clock::now()).await;
    if !due.map_err(Problem::internal)? {
        let en = "This document did not fail; upload its file again to replace it.";
        return Err(Problem::saying(Code::Invalid, en, "该文档没有失败；如需替换请重新上传文件。"));
    }
    ledger.note("document.retried", document.name);
    Ok(StatusCode::ACCEPTED)
}

async fn known(shelf: &Shelf, id: &str) -> Result<Document, Problem> {
    let id: DocumentId = id.parse().map_err(|_| Code::NotFound)?;
    let found = catalogue::document(&shelf.store, WorkspaceId::DEFAULT, id).await;
    found.map_err(Problem::internal)?.ok_or_else(|| Code::NotFound.into())
}

async fn text(shelf: &Shelf, document: DocumentId, number: u64) -> Result<String, Problem> {
    let found = shelf.store.revision_text(WorkspaceId::DEFAULT, document, number).await;
    found.map_err(Problem::internal)?.ok_or_else(|| Code::NotFound.into())
}

fn chunk(row: PlacedRow) -> Chunk {
    Chunk {
        name: row.chunk.name,
        ordinal: row.ordinal,
        heading: serde_json::from_str(&row.chunk.heading).unwrap_or_default(),
        question: row.chunk.question,
        text: row.chunk.text,
        tokens: row.chunk.tokens,
        language: row.chunk.language,
    }
}

fn revision(row: RevisionRow) -> Revision {
    let current = row.to_version == Some(OPEN);
    Revision {
        number: row.number,
        state: row.state,
        title: row.title.filter(|title| !title.is_empty()),
        hash: row.hash,
        bytes: row.bytes,
        text_bytes: row.text_bytes,
        chunks: row.chunks,
        uploaded_at: row.uploaded_at.rfc3339(),
        finished_at: row.finished_at.map(|at| Timestamp(at).rfc3339()),
        current,
        first_version: row.from_version,
        last_version: row.to_version.filter(|_| !current).map(|to| to - 1),
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Same => "same",
        Kind::Added => "added",
        Kind::Removed => "removed",
        Kind::Skipped => "skipped",
    }
}
