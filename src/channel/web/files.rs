//! Files that customers send: taken in with limits, recognised by their bytes, and handed out only to those who hold the token of
//! the conversation that they are in, as downloads that no browser runs.

use std::io;

use axum::Json;
use axum::body::Body;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Extension, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde::Serialize;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

use crate::channel::limit::Caller;
use crate::channel::sniff;
use crate::channel::web::state::Web;
use crate::clock;
use crate::knowledge::blobs;
use crate::model::attachment::Attachment;
use crate::problem::{Code, Document, Problem};

/// No inbox allows more (its settings are checked), and the form around the file needs a little.
const MOST_MIB: usize = 65;
/// Files of one conversation.
const FILES: usize = 200;

/// The limit of the request; each inbox has its own below.
pub(super) fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MOST_MIB << 20)
}

/// A file that is safe with us; name it in a message to send it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Sent {
    /// SHA-256 in hex.
    hash: String,
    /// The name, cleaned.
    name: String,
    /// Found out from the bytes.
    media_type: String,
    bytes: u64,
    /// Where this conversation's token reads it.
    url: String,
}

#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "only described")]
#[schema(as = FileUpload)]
pub(super) struct Upload {
    #[schema(format = Binary)]
    file: Vec<u8>,
}

/// Upload a file. It is in the conversation when a message names it.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/attachments", tag = "conversations",
    params(("id" = String, Path)), security(("conversation" = [])),
    request_body(content = Upload, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = Sent), (status = 401, body = Document), (status = 413, body = Document),
        (status = 422, description = "No file, or one of a kind that the inbox does not take", body = Document),
        (status = 429, body = Document),
    )
)]
pub(super) async fn upload(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<impl IntoResponse, Problem> {
    let id = web.authorised(&id, &headers)?;
    let now = clock::now();
    web.0.uploading.take(caller, now).map_err(Problem::too_many)?;
    let conversation = web.load(id).await?;
    let uploads = web.settings(&conversation).await?.uploads;
    if !uploads.enabled {
        return Err(refused("No files can be sent here.", "此处不支持发送文件。"));
    }
    let store = &web.0.rooms.store;
    if store.count_attachments(id).await.map_err(Problem::internal)? >= FILES {
        return Err(refused("This conversation has too many files already.", "此会话中的文件已达上限。"));
    }
    let held = store.attachment_bytes(conversation.workspace).await.map_err(Problem::internal)?;
    let room = (web.0.config.files_in_all_mib << 20).saturating_sub(held);
    if room == 0 {
        return Err(full());
    }
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
        let most = u64::from(uploads.max_mib) << 20;
        let wrong = |error| failed(error, uploads.max_mib);
        // What is refused below is gone with this value.
        let arrived = web.0.rooms.blobs.take(content, most).await.map_err(wrong)?;
        let media_type = sniff::media_type(&head, &name);
        if arrived.bytes() == 0 || !sniff::allowed(media_type, &uploads.types) {
            return Err(refused(
                format!("{name}: files of this kind ({media_type}) cannot be sent here."),
                format!("{name}：此处不支持发送该类型（{media_type}）的文件。"),
            ));
        }
        if arrived.bytes() > room {
            return Err(full());
        }
        let blob = arrived.keep().await.map_err(wrong)?;
        let attachment = Attachment { hash: blob.hash, name, media_type: media_type.to_owned(), bytes: blob.bytes };
        store.add_attachment(id, &attachment, now).await.map_err(Problem::internal)?;
        let url = format!("/api/v1/conversations/{id}/attachments/{}", attachment.hash);
        let Attachment { hash, name, media_type, bytes } = attachment;
        return Ok((StatusCode::CREATED, Json(Sent { hash, name, media_type, bytes, url })));
    }
    Err(refused("Send one form field with a file name.", "请以带文件名的表单字段上传一个文件。"))
}

/// Read a file of the conversation.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/attachments/{hash}", tag = "conversations",
    params(("id" = String, Path), ("hash" = String, Path)), security(("conversation" = [])),
    responses(
        (status = 200, content_type = "application/octet-stream"), (status = 401, body = Document),
        (status = 404, description = "Not a file of this conversation", body = Document),
    )
)]
pub(super) async fn read(
    State(web): State<Web>,
    Path((id, hash)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let id = web.authorised(&id, &headers)?;
    let conversation = web.load(id).await?;
    // What the business sent stands in its messages; what the customer uploaded, sent or not, in the table.
    let said = conversation.messages.iter().flat_map(|message| &message.attachments).find(|one| one.hash == hash);
    let attachment = match said {
        Some(said) => said.clone(),
        None => web.0.rooms.store.attachment(id, &hash).await.map_err(Problem::internal)?.ok_or(Code::NotFound)?,
    };
    let file = match tokio::fs::File::open(web.0.rooms.blobs.path(&attachment.hash)).await {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Code::NotFound.into()),
        Err(error) => return Err(Problem::internal(error)),
    };
    Ok((download(&attachment), Body::from_stream(ReaderStream::new(file))))
}

/// Headers under which a file is only ever saved, whatever it contains.
#[must_use]
pub fn download(attachment: &Attachment) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::CONTENT_TYPE, shown_type(&attachment.media_type));
    put(header::CONTENT_LENGTH, &attachment.bytes.to_string());
    put(header::CONTENT_DISPOSITION, &disposition(&attachment.name));
    put(header::CACHE_CONTROL, "private, max-age=3600");
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    headers
}

/// What a browser could run goes out as bytes of no kind.
fn shown_type(media_type: &str) -> &str {
    let harmless = (media_type.starts_with("image/") && media_type != "image/svg+xml")
        || media_type.starts_with("audio/")
        || media_type.starts_with("video/")
        || media_type == "application/pdf";
    if harmless { media_type } else { "application/octet-stream" }
}

/// RFC 6266: the name in ASCII for old programs, and exactly.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || " .-_".contains(c) { c } else { '_' }).collect();
    let exact: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

fn refused(en: impl Into<String>, zh: impl Into<String>) -> Problem {
    Problem::saying(Code::UploadRefused, en, zh)
}

/// Customers can do nothing about it, operators can: they are told in the log.
fn full() -> Problem {
    tracing::warn!("files of customers are refused: together they have reached web.files_in_all_mib");
    refused(
        "No more files can be taken at the moment. Please describe it in words.",
        "暂时无法接收更多文件，请用文字描述。",
    )
}

fn broken_off(status: StatusCode) -> Problem {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge.into(),
        _ => Code::BadRequest.into(),
    }
}

fn failed(error: blobs::Error, mib: u32) -> Problem {
    match error {
        blobs::Error::TooLarge { .. } => {
            let en = format!("A file may have {mib} MiB at most.");
            Problem::saying(Code::TooLarge, en, format!("单个文件不能超过 {mib} MiB。"))
        }
        blobs::Error::BrokeOff(_) => Code::BadRequest.into(),
        blobs::Error::DiskFull | blobs::Error::Disk(_) => Problem::internal(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_only_ever_saved() {
        let of = |name: &str, media_type: &str| {
            let file =
                Attachment { hash: String::new(), name: name.to_owned(), media_type: media_type.to_owned(), bytes: 1 };
            let headers = download(&file);
            let text = |name: HeaderName| headers[name].to_str().unwrap().to_owned();
            (text(header::CONTENT_TYPE), text(header::CONTENT_DISPOSITION))
        };
        for running in ["image/svg+xml", "text/html", "application/xml", "text/x-script"] {
            assert_eq!(of("a", running).0, "application/octet-stream", "{running}");
        }
        let (media_type, disposition) = of("发票 \"1\"\r\nX: y.png", "image/png");
        assert_eq!(media_type, "image/png");
        assert_eq!(
            disposition,
            "attachment; filename=\"__ _1___X_ y.png\"; filename*=UTF-8''%E5%8F%91%E7%A5%A8%20%221%22%0D%0AX%3A%20y.png"
        );
    }
}
