//! Who changed what. Around every administrative route stands a layer that keeps an entry before the answer goes out; the
//! handler says what the entry is about.
//!
//! The layer does not trust handlers to think of it: a change whose handler said nothing is kept under its address.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use crate::channel::limit::Caller;
use crate::clock;
use crate::http::staff::Staff;
use crate::model::id::WorkspaceId;
use crate::problem::Problem;
use crate::store::Store;
use crate::store::agents::AgentRow;
use crate::store::audit::Entry;

/// What stands in place of a secret.
const MASK: &str = "***";
/// Parts of names whose values are never kept.
const SECRETS: [&str; 5] = ["secret", "password", "api_key", "token", "proof"];
/// Characters of a text that are kept; a policy is longer, and its file has the rest.
const LONGEST: usize = 4000;

/// The page on which a handler writes what it does.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger(Arc<Mutex<Page>>);

#[derive(Debug, Default)]
struct Page {
    notes: Vec<Note>,
    nothing: bool,
}

#[derive(Debug)]
struct Note {
    action: &'static str,
    what: String,
    before: Option<Value>,
    after: Option<Value>,
}

impl Note {
    fn new(
        action: &'static str,
        what: impl Into<String>,
        before: Option<impl Serialize>,
        after: Option<impl Serialize>,
    ) -> Self {
        let value = |value: Option<Value>| value.map(masked);
        Self {
            action,
            what: what.into(),
            before: value(before.and_then(|before| serde_json::to_value(before).ok())),
            after: value(after.and_then(|after| serde_json::to_value(after).ok())),
        }
    }

    fn entry(self, who: Option<&AgentRow>, ip: &str) -> Entry {
        Entry {
            at: clock::now(),
            who: who.map(|agent| agent.id),
            who_name: who.map(|agent| agent.name.clone()).unwrap_or_default(),
            ip: ip.to_owned(),
            action: self.action.to_owned(),
            what: self.what,
            before: self.before,
            after: self.after,
        }
    }
}

/// Keeps one entry for a handler without the layer: at the desk, most of what is done is no administration.
pub(super) async fn record(
    store: &Store,
    who: Option<&AgentRow>,
    caller: Caller,
    action: &'static str,
    what: impl Into<String>,
    (before, after): (Option<Value>, Option<Value>),
) -> Result<(), Problem> {
    let entry = Note::new(action, what, before, after).entry(who, &caller.address().to_string());
    store.keep_audit(WorkspaceId::DEFAULT, &entry).await.map_err(Problem::internal)
}

impl Ledger {
    /// Something is made, changed or removed. `action` is a stable word such as `inbox.changed`.
    pub(super) fn note(&self, action: &'static str, what: impl Into<String>) {
        self.changed(action, what, None::<()>, None::<()>);
    }

    /// The same with how it was and how it is.
    pub(super) fn changed(
        &self,
        action: &'static str,
        what: impl Into<String>,
        before: Option<impl Serialize>,
        after: Option<impl Serialize>,
    ) {
        let note = Note::new(action, what, before, after);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).notes.push(note);
    }

    /// The request only looked like a change.
    pub(super) fn nothing(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).nothing = true;
    }

    fn taken(&self) -> Page {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S: Sync> FromRequestParts<S> for Ledger {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // Without the layer nothing reads it; the route table's test sees to that.
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Keeps what a request changed. Who is told that it succeeded can rely on the entry being there.
pub(super) async fn keep(State(store): State<Store>, mut request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let ledger = Ledger::default();
    request.extensions_mut().insert(ledger.clone());
    let extensions = request.extensions();
    let who = extensions.get::<Staff>().cloned();
    let ip = extensions.get::<Caller>().map(|caller| caller.address().to_string()).unwrap_or_default();
    let path = extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let address = format!("{} {path}", request.method());
    let response = next.run(request).await;
    let page = ledger.taken();
    let unnamed = page.notes.is_empty() && !page.nothing && response.status().is_success();
    let fallback = unnamed.then_some(Note { action: "changed", what: address, before: None, after: None });
    for note in page.notes.into_iter().chain(fallback) {
        let entry = note.entry(who.as_ref().map(|who| &who.agent), &ip);
        if let Err(error) = store.keep_audit(WorkspaceId::DEFAULT, &entry).await {
            return Problem::internal(error).into_response();
        }
    }
    response
}

/// Without secrets, and with long texts cut.
fn masked(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let entry = |(key, value): (String, Value)| {
                let lower = key.to_lowercase();
                // Whether a key is set may be told.
                let secret = SECRETS.iter().any(|name| lower.contains(name)) && !value.is_boolean() && !value.is_null();
                let value = if secret { MASK.into() } else { masked(value) };
                (key, value)
            };
            Value::Object(map.into_iter().map(entry).collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(masked).collect()),
        Value::String(text) if text.chars().count() > LONGEST => {
            Value::String(text.chars().take(LONGEST).chain(['…']).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let value = json!({ "base_url": "https://x", "api_key": "sk-1", "api_key_set": true,
            "list": [{ "Password": "p", "name": "n" }], "secret": { "inner": 1 }, "text": "x".repeat(5000) });
        let masked = masked(value);
        assert_eq!(masked["api_key"], "***");
        assert_eq!(masked["api_key_set"], true);
        assert_eq!(masked["list"][0], json!({ "Password": "***", "name": "n" }));
        assert_eq!(masked["secret"], "***");
        assert_eq!(masked["base_url"], "https://x");
        assert_eq!(masked["text"].as_str().unwrap().chars().count(), 4001);
    }
}
