//! The documents API: upload, list, look at, delete, roll back. For administrators.

use std::io;

use axum::Json;
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::House;
use crate::clock;
use crate::http::ledger::Ledger;
use crate::http::shelf::{Listed, Version, listed, version};
use crate::knowledge::catalogue;
use crate::knowledge::ingest::{ChangeError, Ingest, UploadError};
use crate::model::id::{DocumentId, WorkspaceId};
use crate::problem::{self, Code, Problem};
use crate::store::Store;

/// Documents or versions of one page.
const PAGE: usize = 200;
/// Files of one request.
const FILES: usize = 100;

#[derive(Clone, Debug)]
struct Knowledge {
    ingest: Ingest,
    store: Store,
}

pub(super) fn routes(house: &House) -> OpenApiRouter {
    let most = usize::try_from(house.config.ingest.max_file_mib).unwrap_or(usize::MAX).saturating_mul(1 << 20);
    let knowledge = Knowledge { ingest: house.ingest.clone(), store: house.store.clone() };
    OpenApiRouter::new()
        .routes(routes!(upload))
        // The ingest room measures each file; this is for the request around several of them.
        .layer(DefaultBodyLimit::max(most.saturating_mul(4)))
        .routes(routes!(list))
        .routes(routes!(read, delete))
        .routes(routes!(text))
        .routes(routes!(versions))
        .routes(routes!(rollback))
        .with_state(knowledge)
}

#[derive(Debug, Serialize, ToSchema)]
struct Received {
    documents: Vec<Taken>,
    refused: Vec<Refused>,
}

/// A file that is safe with us; what becomes of it is seen in the list.
#[derive(Debug, Serialize, ToSchema)]
struct Taken {
    id: String,
    name: String,
    /// The document had this content already.
    unchanged: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct Refused {
    name: String,
    /// A name from the problems table.
    code: &'static str,
    en: String,
    zh: String,
}

#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "only described")]
struct Upload {
    /// One or more files. A name that is known gets a new revision.
    #[schema(format = Binary)]
    file: Vec<Vec<u8>>,
}

/// Upload documents. 202: the bytes are safe and the documents will be read; follow them in the list.
#[utoipa::path(
    post, path = "/api/v1/documents", tag = "documents", security(("admin" = [])),
    request_body(content = Upload, content_type = "multipart/form-data"),
    responses(
        (status = 202, body = Received), (status = 401, body = problem::Document),
        (status = 422, description = "No file was taken", body = Received),
    )
)]
async fn upload(
    State(knowledge): State<Knowledge>,
    ledger: Ledger,
    form: Result<Multipart, MultipartRejection>,
) -> Result<impl IntoResponse, Problem> {
    let mut form = form.map_err(|_| Code::UnsupportedMediaType)?;
    let mut received = Received { documents: Vec::new(), refused: Vec::new() };
    while let Some(field) = form.next_field().await.map_err(|error| broken_off(error.status()))? {
        let Some(name) = field.file_name().map(str::to_owned) else { continue };
        if received.documents.len() + received.refused.len() == FILES {
            let en = format!("Send at most {FILES} files in one request.");
            return Err(Problem::saying(Code::TooLarge, en, format!("一次最多上传 {FILES} 个文件。")));
        }
        match take(&knowledge, &name, field).await {
            Ok(taken) => {
                let action = if taken.unchanged { "document.unchanged" } else { "document.uploaded" };
                ledger.note(action, &taken.name);
                received.documents.push(taken);
            }
            Err(UploadError::BrokeOff(_)) => return Err(broken_off(StatusCode::BAD_REQUEST)),
            Err(UploadError::QueueFull { .. }) => return Err(Problem::from(Code::Busy).retry_after(10)),
            Err(error @ (UploadError::Store(_) | UploadError::Disk(_) | UploadError::DiskFull)) => {
                return Err(Problem::internal(error));
            }
            Err(UploadError::BadName) => received.refused.push(Refused {
                name,
                code: Code::UploadRefused.row().name,
                en: "The file needs a shorter name without control characters.".to_owned(),
                zh: "文件名过长或含有控制字符。".to_owned(),
            }),
            Err(UploadError::TooLarge { limit }) => received.refused.push(Refused {
                name,
                code: Code::TooLarge.row().name,
                en: format!("A file may have {} MiB at most.", limit >> 20),
                zh: format!("单个文件不能超过 {} MiB。", limit >> 20),
            }),
        }
    }
    let status = match (received.documents.is_empty(), received.refused.is_empty()) {
        (true, true) => {
            let en = "Send the files as form fields with a file name, for example: curl -F file=@returns.md";
            return Err(Problem::saying(
                Code::BadRequest,
                en,
                "请以带文件名的表单字段上传，例如：curl -F file=@returns.md",
            ));
        }
        (true, false) => StatusCode::UNPROCESSABLE_ENTITY,
        (false, _) => StatusCode::ACCEPTED,
    };
    Ok((status, Json(received)))
}

async fn take(knowledge: &Knowledge, name: &str, field: Field<'_>) -> Result<Taken, UploadError> {
    let content = field.map(|piece| piece.map_err(io::Error::other));
    let uploaded = knowledge.ingest.upload(WorkspaceId::DEFAULT, name, content, clock::now()).await?;
    Ok(Taken { id: uploaded.document.to_string(), name: name.to_owned(), unchanged: uploaded.unchanged })
}

fn broken_off(status: StatusCode) -> Problem {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge.into(),
        _ => Code::BadRequest.into(),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
struct Paging {
    /// Begin after this name; give the last name of the page before.
    #[serde(default)]
    after: String,
}

/// List documents by name, with where they are on their way.
#[utoipa::path(
    get, path = "/api/v1/documents", tag = "documents", params(Paging), security(("admin" = [])),
    responses((status = 200, body = Vec<Listed>), (status = 401, body = problem::Document))
)]
async fn list(State(knowledge): State<Knowledge>, Query(paging): Query<Paging>) -> Result<Json<Vec<Listed>>, Problem> {
    let documents = catalogue::documents(&knowledge.store, WorkspaceId::DEFAULT, &paging.after, PAGE)
        .await
        .map_err(Problem::internal)?;
    Ok(Json(documents.into_iter().map(listed).collect()))
}

/// Look at one document.
#[utoipa::path(
    get, path = "/api/v1/documents/{id}", tag = "documents", params(("id" = String, Path)), security(("admin" = [])),
    responses((status = 200, body = Listed), (status = 404, body = problem::Document))
)]
async fn read(State(knowledge): State<Knowledge>, Path(id): Path<String>) -> Result<Json<Listed>, Problem> {
    let found = catalogue::document(&knowledge.store, WorkspaceId::DEFAULT, named(&id)?).await;
    Ok(Json(listed(found.map_err(Problem::internal)?.ok_or(Code::NotFound)?)))
}

/// Read the text of a document, as it was extracted; offsets of citations point into it.
#[utoipa::path(
    get, path = "/api/v1/documents/{id}/text", tag = "documents", params(("id" = String, Path)),
    security(("admin" = [])),
    responses((status = 200, content_type = "text/markdown", body = String), (status = 404, body = problem::Document))
)]
async fn text(State(knowledge): State<Knowledge>, Path(id): Path<String>) -> Result<impl IntoResponse, Problem> {
    let found = catalogue::text(&knowledge.store, WorkspaceId::DEFAULT, named(&id)?).await;
    let text = found.map_err(Problem::internal)?.ok_or(Code::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], text))
}

#[derive(Debug, Serialize, ToSchema)]
struct Published {
    /// The knowledge version that holds from the next question on.
    version: u64,
}

/// Delete a document. It holds for the very next question.
#[utoipa::path(
    delete, path = "/api/v1/documents/{id}", tag = "documents", params(("id" = String, Path)),
    security(("admin" = [])),
    responses((status = 200, body = Published), (status = 404, body = problem::Document))
)]
async fn delete(
    State(knowledge): State<Knowledge>,
    Path(id): Path<String>,
    ledger: Ledger,
) -> Result<Json<Published>, Problem> {
    let id = named(&id)?;
    let before = catalogue::document(&knowledge.store, WorkspaceId::DEFAULT, id).await.map_err(Problem::internal)?;
    let version = knowledge.ingest.delete(WorkspaceId::DEFAULT, id, clock::now()).await.map_err(refused)?;
    let name = before.map_or_else(|| id.to_string(), |before| before.name);
    ledger.changed("document.deleted", name, None::<()>, Some(serde_json::json!({ "version": version })));
    Ok(Json(Published { version }))
}

#[derive(Debug, Deserialize, IntoParams)]
struct Before {
    /// Only versions before this one.
    before: Option<u64>,
}

/// List published versions, newest first.
#[utoipa::path(
    get, path = "/api/v1/versions", tag = "documents", params(Before), security(("admin" = [])),
    responses((status = 200, body = Vec<Version>))
)]
async fn versions(
    State(knowledge): State<Knowledge>,
    Query(before): Query<Before>,
) -> Result<Json<Vec<Version>>, Problem> {
    // The database counts in signed numbers.
    let before = before.before.unwrap_or(u64::MAX).min(i64::MAX as u64);
    let rows = catalogue::versions(&knowledge.store, WorkspaceId::DEFAULT, before, PAGE).await;
    Ok(Json(rows.map_err(Problem::internal)?.into_iter().map(version).collect()))
}

/// Go back: publish a new version with exactly the content of an old one.
#[utoipa::path(
    post, path = "/api/v1/versions/{version}/rollback", tag = "documents", params(("version" = u64, Path)),
    security(("admin" = [])),
    responses((status = 200, body = Published), (status = 404, body = problem::Document))
)]
async fn rollback(
    State(knowledge): State<Knowledge>,
    Path(to): Path<String>,
    ledger: Ledger,
) -> Result<Json<Published>, Problem> {
    let to = to.parse().map_err(|_| Code::NotFound)?;
    let version = knowledge.ingest.rollback(WorkspaceId::DEFAULT, to, clock::now()).await.map_err(refused)?;
    ledger.changed(
        "knowledge.rolled_back",
        format!("to version {to}"),
        None::<()>,
        Some(serde_json::json!({ "version": version })),
    );
    Ok(Json(Published { version }))
}

fn named(id: &str) -> Result<DocumentId, Problem> {
    id.parse().map_err(|_| Code::NotFound.into())
}

fn refused(error: ChangeError) -> Problem {
    match error {
        ChangeError::NoSuchDocument | ChangeError::NoSuchVersion(_) => Code::NotFound.into(),
        ChangeError::NobodyIngests => Code::NotServedHere.into(),
        ChangeError::Store(error) => Problem::internal(error),
    }
}
