//! A model server that does as it is told: a real HTTP server on a free port, with every fault that providers have shown.
//!
//! Tests and `benches/turn.rs` share it.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Stream(Vec<Part>),
    Whole {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// The connection stays open and nothing ever comes.
    Hang,
}

/// A part of a streamed answer.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// Bytes as they stand.
    Raw(String),
    Wait(Duration),
    /// Nothing more comes, and the connection stays open.
    Stall,
    /// The connection breaks.
    Reset,
}

/// One `data:` line with a chunk that adds a text.
pub(crate) fn text(text: &str) -> Part {
    chunk(&json!({ "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "fake",
        "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }] }))
}

/// One `data:` line with any chunk.
pub(crate) fn chunk(chunk: &Value) -> Part {
    Part::Raw(format!("data: {chunk}\n\n"))
}

/// The usual end: the reason, the count of tokens, and the mark.
pub(crate) fn end() -> Vec<Part> {
    let reason = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] });
    let usage = json!({ "choices": [], "usage": { "prompt_tokens": 11, "completion_tokens": 7 } });
    vec![chunk(&reason), chunk(&usage), Part::Raw("data: [DONE]\n\n".to_owned())]
}

/// A whole answer, word by word.
pub(crate) fn say(answer: &str) -> Reply {
    Reply::Stream(answer.split_inclusive(' ').map(text).chain(end()).collect())
}

/// An answer that is no stream.
pub(crate) fn whole(status: u16, body: &str) -> Reply {
    Reply::Whole { status, headers: vec![("content-type", "application/json".to_owned())], body: body.to_owned() }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) body: Value,
    pub(crate) authorization: Option<String>,
}

type Script = dyn Fn(usize, &Value) -> Reply + Send + Sync;

#[derive(Clone)]
struct Shared {
    script: Arc<Script>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A running server; it stops when the test's runtime ends.
pub(crate) struct FakeModel {
    /// To be given to the product as `base_url`.
    pub(crate) base_url: String,
    shared: Shared,
}

impl FakeModel {
    /// Starts a server whose answers are a function of the request's number (from 0) and its body.
    pub(crate) async fn start(script: impl Fn(usize, &Value) -> Reply + Send + Sync + 'static) -> Self {
        let shared = Shared { script: Arc::new(script), asked: Arc::default() };
        let router = Router::new()
            .route("/v1/chat/completions", post(answer))
            .route("/v1/embeddings", post(answer))
            .with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base_url, shared }
    }

    /// Starts a server that answers every request alike.
    pub(crate) async fn always(reply: Reply) -> Self {
        Self::start(move |_, _| reply.clone()).await
    }

    /// The requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    pub(crate) fn calls(&self) -> usize {
        self.shared.asked.lock().unwrap().len()
    }
}

async fn answer(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let authorization = headers.get("authorization").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let number = {
        let mut asked = shared.asked.lock().unwrap();
        asked.push(Asked { body: body.clone(), authorization });
        asked.len() - 1
    };
    match (shared.script)(number, &body) {
        Reply::Hang => std::future::pending::<Infallible>().await.into_response(),
        Reply::Whole { status, headers, body } => {
            let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
            for (name, value) in headers {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
        Reply::Stream(parts) => {
            let bytes = futures::stream::iter(parts).filter_map(play);
            ([("content-type", "text/event-stream")], Body::from_stream(bytes)).into_response()
        }
    }
}

async fn play(part: Part) -> Option<io::Result<Bytes>> {
    match part {
        Part::Raw(bytes) => Some(Ok(Bytes::from(bytes))),
        Part::Wait(pause) => {
            tokio::time::sleep(pause).await;
            None
        }
        Part::Stall => std::future::pending().await,
        Part::Reset => {
            // A pause in which the server sends what it holds: it would drop that together with the connection.
            tokio::task::yield_now().await;
            Some(Err(io::Error::from(io::ErrorKind::ConnectionReset)))
        }
    }
}
