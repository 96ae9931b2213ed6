//! The pages: files that are part of the program, served with their hash as the tag.

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

mod front;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Address, kind, content.
const FILES: &[(&str, &str, &[u8])] = &[
    ("/", HTML, include_bytes!("../page/index.html")),
    ("/page/home.css", CSS, include_bytes!("../page/home.css")),
    ("/page/home.js", SCRIPT, include_bytes!("../page/home.js")),
    ("/page/dom.js", SCRIPT, include_bytes!("../page/dom.js")),
    ("/page/icon.svg", SVG, include_bytes!("../page/icon.svg")),
    ("/api/docs", HTML, include_bytes!("../page/reference.html")),
    ("/page/reference.css", CSS, include_bytes!("../page/reference.css")),
    ("/page/reference.js", SCRIPT, include_bytes!("../page/reference.js")),
];

/// The page of an invented shop, for houses that show it.
const DEMO: &[(&str, &str, &[u8])] = &[
    ("/demo", HTML, include_bytes!("../page/demo/en.html")),
    ("/demo/zh", HTML, include_bytes!("../page/demo/zh.html")),
    ("/page/demo/demo.css", CSS, include_bytes!("../page/demo/demo.css")),
    ("/page/demo/demo.js", SCRIPT, include_bytes!("../page/demo/demo.js")),
    ("/page/demo/art.svg", SVG, include_bytes!("../page/demo/art.svg")),
];

/// Files of the pages; `demo` tells whether the invented shop is among them.
pub(super) fn routes(demo: bool) -> Router {
    let demo = if demo { DEMO } else { &[] };
    FILES.iter().chain(demo).fold(front::routes(), |router, &(path, kind, content)| {
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(content)[..12]));
        router.route(path, get(move |headers: HeaderMap| async move { serve(&headers, kind, content, &tag) }))
    })
}

/// The file, or word that the browser's copy is still good. A new program is seen at once, because copies are asked about.
fn serve(headers: &HeaderMap, kind: &'static str, content: &'static [u8], tag: &str) -> Response {
    let caching = [(header::ETAG, tag.to_owned()), (header::CACHE_CONTROL, "no-cache".to_owned())];
    if is_known(headers, tag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, kind)], content).into_response()
}

/// Whether the browser has what the tag names.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag))
}
