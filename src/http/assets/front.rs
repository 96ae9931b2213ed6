//! The front ends that npm builds: the chat widget for foreign pages, and the agents' console. A release carries them
//! inside; other builds read them from their folders at each request, so that a page can be worked on without compiling.
//!
//! The program also compiles when they were not built. Then it says so, in the place where they would be.

use std::borrow::Cow;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::RustEmbed;

use crate::problem::{Code, Problem};

#[derive(RustEmbed)]
#[folder = "widget/dist"]
#[allow_missing = true]
struct Widget;

#[derive(RustEmbed)]
#[folder = "console/dist"]
#[allow_missing = true]
struct Console;

/// Names that carry a hash of their content never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// The loader has one name for ever and is fetched by every page of a shop: copies live for five minutes.
const SHORT: &str = "public, max-age=300";
const ASK: &str = "no-cache";

/// The console's parts measure and place themselves by inline styles; scripts come from here alone.
const CONSOLE_SECURITY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' data: blob:; connect-src 'self'; object-src 'none'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const NO_CONSOLE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Frontdesk</title>\
     <h1>The console was not built into this program</h1>\
     <p>Run <code>make console</code> (it needs Node) and build the program again.</p>\
     <p lang=\"zh\">此程序未包含客服工作台。请运行 <code>make console</code>（需要 Node），然后重新构建程序。</p>";
const NO_WIDGET: &str = "console.error('Frontdesk: the widget was not built into this program; run make widget (it needs Node) \
     and build the program again. 此程序未包含聊天组件：请运行 make widget（需要 Node）后重新构建。');";

pub(super) fn routes() -> Router {
    Router::new()
        .route("/w.js", get(loader))
        .route("/widget/{*path}", get(part))
        .route("/console", get(console_page))
        .route("/console/", get(console_page))
        .route("/console/{*path}", get(console))
}

async fn loader(headers: HeaderMap) -> Response {
    let served = match Widget::get("w.js") {
        Some(file) => serve(&headers, "w.js", file, SHORT),
        None => (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, kind("js"))], NO_WIDGET).into_response(),
    };
    for_everybody(served)
}

async fn part(Path(path): Path<String>, headers: HeaderMap) -> Response {
    // The loader has its own address; under this one it would be kept for ever.
    match Widget::get(&path).filter(|_| path != "w.js") {
        Some(file) => for_everybody(serve(&headers, &path, file, FOREVER)),
        None => Problem::from(Code::NotFound).into_response(),
    }
}

async fn console_page(headers: HeaderMap) -> Response {
    let served = match Console::get("index.html") {
        Some(file) => serve(&headers, "index.html", file, ASK),
        None => (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, kind("html"))], NO_CONSOLE).into_response(),
    };
    guarded(served)
}

async fn console(Path(path): Path<String>, headers: HeaderMap) -> Response {
    match Console::get(&path) {
        Some(file) => {
            let caching = if path.starts_with("assets/") { FOREVER } else { ASK };
            guarded(serve(&headers, &path, file, caching))
        }
        // A place inside the console is the console's own business; a file that is missing is missing.
        None if path.rsplit('/').next().is_some_and(|name| name.contains('.')) => {
            Problem::from(Code::NotFound).into_response()
        }
        None => console_page(headers).await,
    }
}

/// The file, or word that the browser's copy is still good.
fn serve(headers: &HeaderMap, name: &str, file: rust_embed::EmbeddedFile, caching: &'static str) -> Response {
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&file.metadata.sha256_hash()[..12]));
    let said = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, caching.to_owned())];
    if super::is_known(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, said).into_response();
    }
    let ending = name.rsplit('.').next().unwrap_or_default();
    let kind = [(header::CONTENT_TYPE, kind(ending))];
    match file.data {
        Cow::Borrowed(bytes) => (said, kind, bytes).into_response(),
        Cow::Owned(bytes) => (said, kind, bytes).into_response(),
    }
}

/// Foreign pages load the widget as modules, which browsers allow only where the answer says so. It holds no secret.
fn for_everybody(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let resource_policy = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(resource_policy, HeaderValue::from_static("cross-origin"));
    response
}

fn guarded(mut response: Response) -> Response {
    let policy = HeaderValue::from_static(CONSOLE_SECURITY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// Content types of what bundlers write.
fn kind(ending: &str) -> &'static str {
    match ending {
        "html" => super::HTML,
        "js" | "mjs" => super::SCRIPT,
        "css" => super::CSS,
        "svg" => super::SVG,
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
