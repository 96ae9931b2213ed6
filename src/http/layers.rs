//! What happens to every request on its way in and out: who calls, in which language, how long it took, and which headers
//! the answer carries.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::body::to_bytes;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics::{counter, histogram};
use uuid::Uuid;

use crate::channel::limit::Caller;
use crate::clock;
use crate::desk::inboxes::Inboxes;
use crate::problem::{self, Code, Problem};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Scripts, styles and connections only from here, nothing inline, no framing.
const CONTENT_SECURITY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Names the request, logs and measures it. Paths are logged as templates: an address tells nothing about a customer.
pub(super) async fn trace(request: Request, next: Next) -> Response {
    let id = clock::id::<Uuid>().to_string();
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let began = Instant::now();
    let mut response = next.run(request).await;
    let took = began.elapsed();
    let status = response.status();
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(request = %id, %method, path, status = status.as_u16(), duration_ms, "request {id} answered");
    let class = format!("{}xx", status.as_u16() / 100);
    counter!("frontdesk_http_requests_total", "path" => path.clone(), "status" => class).increment(1);
    histogram!("frontdesk_http_request_seconds", "path" => path).record(took.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Finds out who calls, for the limits behind.
pub(super) async fn caller(State(trusted): State<Arc<[IpAddr]>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| origin(peer, request.headers(), &trusted));
    request.extensions_mut().insert(Caller::at(address));
    next.run(request).await
}

/// The address before the first proxy that is not ours: `X-Forwarded-For` is read from its end, because only what our own
/// proxies wrote there can be believed.
fn origin(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let believed = |address: &IpAddr| trusted.contains(&address.to_canonical());
    if !believed(&peer) {
        return peer;
    }
    let mut last = peer;
    let lines: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
    for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Ok(address) = entry.trim().parse::<IpAddr>() else { return last };
        last = address;
        if !believed(&address) {
            return address;
        }
    }
    last
}

/// Writes problems in the reader's language, also those that the router itself makes.
pub(super) async fn localise(request: Request, next: Next) -> Response {
    let language = problem::preferred(request.headers().get(header::ACCEPT_LANGUAGE).and_then(|tag| tag.to_str().ok()));
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return problem.respond(language);
    }
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => {
            let mut told = Problem::from(Code::MethodNotAllowed).respond(language);
            if let Some(allow) = response.headers().get(header::ALLOW) {
                told.headers_mut().insert(header::ALLOW, allow.clone());
            }
            told
        }
        // A query or an address that could not be read; the text names the part and what is wrong with it.
        StatusCode::BAD_REQUEST if is_plain(&response) => {
            let told = to_bytes(response.into_body(), 4 << 10).await.unwrap_or_default();
            let told = String::from_utf8_lossy(&told).into_owned();
            Problem::saying(Code::BadRequest, told.clone(), format!("请求地址有误：{told}")).respond(language)
        }
        // A body limit that struck before a handler could say so.
        StatusCode::PAYLOAD_TOO_LARGE => Problem::from(Code::TooLarge).respond(language),
        _ => response,
    }
}

fn is_plain(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/plain"))
}

/// Headers that keep browsers from doing what our pages never ask for.
pub(super) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Which websites may call what from a browser.
#[derive(Clone, Debug)]
pub(super) struct Neighbours {
    /// Those of the settings may call everything that needs no cookie.
    named: Arc<[String]>,
    inboxes: Inboxes,
}

impl Neighbours {
    pub(super) fn new(named: Vec<String>, inboxes: Inboxes) -> Self {
        Self { named: named.into(), inboxes }
    }

    /// Whether a page of this origin may call a path. Customers' calls carry a token and never a cookie, so an inbox that names no
    /// website may be used from any; a list in the settings of the house is the house's last word.
    async fn may_call(&self, origin: &str, path: &str) -> bool {
        if self.named.iter().any(|known| known == origin) {
            return true;
        }
        if !(path.starts_with("/api/v1/conversations") || path.starts_with("/api/v1/widget/")) {
            return false;
        }
        match self.inboxes.all().await {
            Ok(inboxes) => inboxes.iter().any(|inbox| {
                let origins = &inbox.settings.origins;
                origins.iter().any(|known| known == origin) || (origins.is_empty() && self.named.is_empty())
            }),
            Err(error) => {
                tracing::error!(%error, "the inboxes cannot be read, so no website is let in");
                false
            }
        }
    }
}

/// Lets websites call the API. No cookie is ever sent along, so there is nothing that a foreign site could borrow.
pub(super) async fn cross_origin(State(neighbours): State<Neighbours>, request: Request, next: Next) -> Response {
    let asked = request.headers().get(header::ORIGIN).cloned();
    let allowed = match asked.as_ref().and_then(|origin| origin.to_str().ok()) {
        Some(origin) if neighbours.may_call(origin, request.uri().path()).await => asked,
        _ => None,
    };
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match (&allowed, preflight) {
        (Some(_), true) => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if preflight {
            for (name, value) in [
                (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE"),
                (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, last-event-id, accept-language"),
                (header::ACCESS_CONTROL_MAX_AGE, "3600"),
            ] {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
    }
    headers.append(header::VARY, HeaderValue::from_static("origin, accept-language"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let (proxy, inner): (IpAddr, IpAddr) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let trusted = [proxy, inner];
        for (peer, forwarded, expected) in [
            ("192.0.2.1", Some("198.51.100.7"), "192.0.2.1"),
            ("10.0.0.1", Some("198.51.100.7"), "198.51.100.7"),
            ("10.0.0.1", Some("203.0.113.9, 198.51.100.7, 10.0.0.2"), "198.51.100.7"),
            ("10.0.0.1", Some("nonsense, 10.0.0.2"), "10.0.0.2"),
            ("10.0.0.1", None, "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(value) = forwarded {
                headers.insert(FORWARDED_FOR, value.parse().unwrap());
            }
            let found = origin(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{peer} {forwarded:?}");
        }
    }
}
