//! Who is signed in, and what their role lets them do. One layer stands before every staff route; what no rule names is
//! refused, so that a new route is closed until somebody decides who may use it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::clock;
use crate::desk::accounts::{Accounts, Who};
use crate::http::auth::Admin;
use crate::model::staff::Role;
use crate::problem::{Code, Problem};

/// The cookie that carries a session's token.
pub const COOKIE: &str = "frontdesk_session";
/// Everything that is not GET sends this back. A page of another site can neither read nor set it, so it cannot act in the
/// name of somebody who is signed in here.
pub const CSRF: &str = "x-csrf-token";

/// Somebody who is signed in and may do what the route does.
#[derive(Clone, Debug)]
pub struct Staff(pub Arc<Who>);

impl std::ops::Deref for Staff {
    type Target = Who;

    fn deref(&self) -> &Who {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Only the layer puts it there: a handler that was mounted without it lets nobody in.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Code::SignedOut.into())
    }
}

/// What belongs to those who run the place.
const RUN: [&str; 3] = ["/api/v1/admin/", "/api/v1/documents", "/api/v1/versions"];

/// The least role that a route asks for; `None` where nobody has decided.
#[must_use]
pub fn rule(method: &Method, path: &str) -> Option<Role> {
    let reads = method == Method::GET || method == Method::HEAD;
    if RUN.iter().any(|prefix| path.starts_with(prefix)) {
        return Some(Role::Admin);
    }
    let within = path.strip_prefix("/api/v1/desk/")?;
    match within {
        _ if reads => Some(Role::Qa),
        // One's own account, what one has looked at, and the labels that quality assurance puts on conversations.
        "session" | "me" | "conversations/{id}/seen" | "conversations/{id}/labels" => Some(Role::Qa),
        _ => Some(Role::Agent),
    }
}

/// Quality assurance looks at everything, also where agents do not, and tries what changes nothing.
#[must_use]
pub fn looks(method: &Method, path: &str) -> bool {
    let reads = method == Method::GET || method == Method::HEAD;
    let tries = ["/api/v1/admin/playground", "/api/v1/admin/policy/test"].contains(&path);
    (reads || tries) && RUN.iter().any(|prefix| path.starts_with(prefix))
}

/// Lets those pass who are signed in and whose role is enough.
pub(super) async fn require(State(accounts): State<Accounts>, mut request: Request, next: Next) -> Response {
    match allowed(&accounts, &Asked::of(&request)).await {
        Ok(staff) => {
            request.extensions_mut().insert(staff);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// Lets the administrator's token pass, and sessions whose role is enough.
pub(super) async fn require_admin(
    State((admin, accounts)): State<(Admin, Accounts)>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.headers().contains_key(header::AUTHORIZATION) || session(request.headers()).is_none() {
        return match admin.admits(&request) {
            Ok(()) => next.run(request).await,
            Err(problem) => problem.into_response(),
        };
    }
    match allowed(&accounts, &Asked::of(&request)).await {
        Ok(staff) => {
            request.extensions_mut().insert(staff);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// What of a request decides whether it may pass.
struct Asked {
    method: Method,
    path: String,
    token: Option<String>,
    csrf: Option<String>,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let headers = request.headers();
        Self {
            method: request.method().clone(),
            path: request.extensions().get::<MatchedPath>().map_or_else(String::new, |path| path.as_str().to_owned()),
            token: session(headers).map(str::to_owned),
            csrf: headers.get(CSRF).and_then(|value| value.to_str().ok()).map(str::to_owned),
        }
    }
}

async fn allowed(accounts: &Accounts, asked: &Asked) -> Result<Staff, Problem> {
    let token = asked.token.as_deref().ok_or(Code::SignedOut)?;
    let who = accounts.who(token, clock::now()).await.map_err(Problem::internal)?.ok_or(Code::SignedOut)?;
    let changes = asked.method != Method::GET && asked.method != Method::HEAD;
    // The value is a hash of a secret: the time of comparing tells nothing that helps.
    if changes && asked.csrf.as_deref() != Some(who.csrf.as_str()) {
        return Err(Code::Csrf.into());
    }
    let enough = rule(&asked.method, &asked.path).is_some_and(|least| who.agent.role >= least);
    if enough || (who.agent.role == Role::Qa && looks(&asked.method, &asked.path)) {
        return Ok(Staff(Arc::new(who)));
    }
    Err(Code::Forbidden.into())
}

/// The token in the session's cookie.
#[must_use]
pub fn session(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| value).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality_assurance_looks_and_changes_nothing() {
        for path in ["/api/v1/admin/audit", "/api/v1/documents/{id}/text", "/api/v1/versions"] {
            assert!(looks(&Method::GET, path), "{path}");
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert!(!looks(&method, path), "{method} {path}");
            }
        }
        assert!(looks(&Method::POST, "/api/v1/admin/playground"));
        assert!(looks(&Method::POST, "/api/v1/admin/policy/test"));
        assert!(!looks(&Method::POST, "/api/v1/admin/model/test"), "it spends somebody's money");
        assert!(!looks(&Method::GET, "/api/v1/desk/agents"), "the desk has its own rule");
    }

    #[test]
    fn what_nobody_decided_is_closed() {
        assert_eq!(rule(&Method::GET, "/api/v1/desk/agents"), Some(Role::Qa));
        assert_eq!(rule(&Method::POST, "/api/v1/desk/conversations/{id}/claim"), Some(Role::Agent));
        assert_eq!(rule(&Method::POST, "/api/v1/desk/conversations/{id}/labels"), Some(Role::Qa));
        assert_eq!(rule(&Method::GET, "/api/v1/admin/agents"), Some(Role::Admin));
        assert_eq!(rule(&Method::GET, "/api/v1/something"), None);
        assert_eq!(rule(&Method::GET, ""), None);
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert_eq!(session(&headers), None);
        headers.append(header::COOKIE, "a=b; frontdesk_session=abc; c=d".parse().unwrap());
        assert_eq!(session(&headers), Some("abc"));
        headers.insert(header::COOKIE, "xfrontdesk_session=abc".parse().unwrap());
        assert_eq!(session(&headers), None);
    }
}
