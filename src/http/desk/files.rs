//! Files that agents send and open. They are recognised by their bytes and handed out as downloads that no browser runs.

use std::io;

use axum::Json;
use axum::body::Body as Stream;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde::Serialize;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::channel::sniff;
use crate::channel::web::files::download;
use crate::clock;
use crate::http::desk::state::Console;
use crate::http::staff::Staff;
use crate::knowledge::blobs;
use crate::model::attachment::Attachment;
use crate::problem::{Code, Document, Problem};

/// Largest file of an agent, in MiB; the form around it needs a little more.
const MOST_MIB: u64 = 25;

pub(super) fn routes(console: Console) -> OpenApiRouter {
    let limit = usize::try_from((MOST_MIB + 1) << 20).unwrap_or(usize::MAX);
    OpenApiRouter::new()
        .routes(routes!(upload))
        .layer(DefaultBodyLimit::max(limit))
        .routes(routes!(read))
        .with_state(console)
}

/// A file that is safe with us; name it in a message to send it.
#[derive(Debug, Serialize, ToSchema)]
struct Kept {
    /// SHA-256 in hex.
    hash: String,
    /// The name, cleaned.
    name: String,
    /// Found out from the bytes.
    media_type: String,
    bytes: u64,
    url: String,
}

#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "only described")]
struct File {
    #[schema(format = Binary)]
    file: Vec<u8>,
}

/// Upload a file. It is sent when a message names it.
#[utoipa::path(
    post, path = "/api/v1/desk/attachments", tag = "console", security(("session" = [])),
    request_body(content = File, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = Kept), (status = 401, body = Document), (status = 413, body = Document),
        (status = 422, description = "No file, or an empty one", body = Document),
    )
)]
async fn upload(
    State(console): State<Console>,
    staff: Staff,
    form: Result<Multipart, MultipartRejection>,
) -> Result<impl IntoResponse, Problem> {
    let mut form = form.map_err(|_| Code::UnsupportedMediaType)?;
    while let Some(field) = form.next_field().await.map_err(|error| broken_off(error.status()))? {
        let Some(name) = field.file_name().map(sniff::clean_name) else { continue };
        let mut head = BytesMut::new();
        let content = field.map(|piece| {
            let piece = piece.map_err(io::Error::other)?;
            let missing = sniff::LOOKED_AT.saturating_sub(head.len()).min(piece.len());
            head.extend_from_slice(&piece[..missing]);
            Ok::<Bytes, io::Error>(piece)
        });
        let blob = console.blobs.receive(content, MOST_MIB << 20).await.map_err(failed)?;
        if blob.bytes == 0 {
            return Err(nothing());
        }
        let media_type = sniff::media_type(&head, &name).to_owned();
        let file = Attachment { hash: blob.hash, name, media_type, bytes: blob.bytes };
        let agent = &staff.agent;
        let kept = console.store.add_staff_file(agent.workspace, agent.id, &file, clock::now()).await;
        kept.map_err(Problem::internal)?;
        let url = format!("/api/v1/desk/attachments/{}", file.hash);
        let Attachment { hash, name, media_type, bytes } = file;
        return Ok((StatusCode::CREATED, Json(Kept { hash, name, media_type, bytes, url })));
    }
    Err(nothing())
}

/// Read a file that a customer or a colleague uploaded.
#[utoipa::path(
    get, path = "/api/v1/desk/attachments/{hash}", tag = "console", params(("hash" = String, Path)),
    security(("session" = [])),
    responses(
        (status = 200, content_type = "application/octet-stream"), (status = 401, body = Document),
        (status = 404, body = Document),
    )
)]
async fn read(
    State(console): State<Console>,
    staff: Staff,
    Path(hash): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let found = console.store.workspace_file(staff.agent.workspace, &hash).await.map_err(Problem::internal)?;
    // Only a hash that the table knows is ever looked for on the disk.
    let file = found.ok_or(Code::NotFound)?;
    let opened = match tokio::fs::File::open(console.blobs.path(&file.hash)).await {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Code::NotFound.into()),
        Err(error) => return Err(Problem::internal(error)),
    };
    Ok((download(&file), Stream::from_stream(ReaderStream::new(opened))))
}

fn nothing() -> Problem {
    let en = "Send one form field with a file name and a file that is not empty.";
    Problem::saying(Code::UploadRefused, en, "请以带文件名的表单字段上传一个非空文件。")
}

fn failed(error: blobs::Error) -> Problem {
    match error {
        blobs::Error::TooLarge { .. } => Problem::saying(
            Code::TooLarge,
            format!("A file may have {MOST_MIB} MiB at most."),
            format!("单个文件不能超过 {MOST_MIB} MiB。"),
        ),
        blobs::Error::BrokeOff(_) => Code::BadRequest.into(),
        other => Problem::internal(other),
    }
}

fn broken_off(status: StatusCode) -> Problem {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge.into(),
        _ => Code::BadRequest.into(),
    }
}
