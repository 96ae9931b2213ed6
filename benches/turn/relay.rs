//! The yardstick: a server that hands a model's tokens on to a customer and does nothing else.
//!
//! `bytes` copies what comes; `tokens` reads each chunk and writes its text as an event of its own, which is the least that a chat
//! back end does.

use std::convert::Infallible;

use anyhow::Context as _;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures::StreamExt as _;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[derive(Clone)]
struct Upstream {
    client: Client,
    url: String,
}

/// Serves until it is killed. `settings` is `address=base_url`.
pub(crate) async fn serve(settings: &str) -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider().install_default().expect("nothing else has installed one");
    let (address, base_url) = settings.split_once('=').context("address=base_url")?;
    let upstream = Upstream { client: crate::customer::client()?, url: format!("{base_url}/chat/completions") };
    let router = Router::new()
        .route("/readyz", get(|| async { "ready" }))
        .route("/bytes", post(copy))
        .route("/tokens", post(tokens))
        .with_state(upstream);
    Ok(axum::serve(TcpListener::bind(address).await?, router).await?)
}

async fn ask(upstream: &Upstream, body: Bytes) -> reqwest::Result<reqwest::Response> {
    let request = upstream.client.post(&upstream.url).header("content-type", "application/json").body(body);
    request.send().await?.error_for_status()
}

async fn copy(State(upstream): State<Upstream>, body: Bytes) -> Response {
    match ask(&upstream, body).await {
        Ok(answer) => {
            ([("content-type", "text/event-stream")], Body::from_stream(answer.bytes_stream())).into_response()
        }
        Err(error) => (axum::http::StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

async fn tokens(State(upstream): State<Upstream>, body: Bytes) -> Response {
    let answer = match ask(&upstream, body).await {
        Ok(answer) => answer,
        Err(error) => return (axum::http::StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    };
    let mut buffer = String::new();
    let events = answer.bytes_stream().flat_map(move |part| {
        buffer.push_str(&String::from_utf8_lossy(&part.unwrap_or_default()));
        let mut events = Vec::new();
        while let Some((line, rest)) = buffer.split_once("\n\n") {
            events.extend(event(line).map(Ok::<_, Infallible>));
            buffer = rest.to_owned();
        }
        futures::stream::iter(events)
    });
    Sse::new(events).into_response()
}

fn event(line: &str) -> Option<Event> {
    let data = line.strip_prefix("data: ")?;
    if data == "[DONE]" {
        return Some(Event::default().event("end").data("{}"));
    }
    let chunk: Value = serde_json::from_str(data).ok()?;
    let text = chunk["choices"][0]["delta"]["content"].as_str()?;
    Event::default().json_data(json!({ "text": text })).ok()
}
