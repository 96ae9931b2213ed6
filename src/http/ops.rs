//! For those who run the house: is it alive, is it ready, what does it do.

use std::sync::OnceLock;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use metrics::gauge;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{House, Readiness};
use crate::knowledge::ingest::Ingest;
use crate::model::id::WorkspaceId;
use crate::model::time::Timestamp;

/// Bounds of duration histograms, in seconds.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// The process has one set of counters, whoever asks first makes it.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

#[derive(Clone, Debug)]
struct Ops {
    readiness: Readiness,
    ingest: Ingest,
}

pub(super) fn routes(house: &House) -> OpenApiRouter {
    // Counting begins with the first house, so that nothing before the first look is lost.
    recorder();
    let ops = Ops { readiness: house.readiness.clone(), ingest: house.ingest.clone() };
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready)).routes(routes!(metrics_text)).with_state(ops)
}

/// Empties the histograms' buffers now and then; nobody may ever ask for the metrics.
pub(super) async fn upkeep(closing: CancellationToken) {
    loop {
        tokio::select! {
            // The server decides when it is over.
            () = closing.cancelled() => std::future::pending().await,
            () = tokio::time::sleep(Duration::from_secs(5)) => recorder().run_upkeep(),
        }
    }
}

fn recorder() -> &'static PrometheusHandle {
    RECORDER.get_or_init(|| {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
            .expect("the bounds are not empty")
            .build_recorder();
        let handle = recorder.handle();
        // Another recorder can only stand there when the program is part of another one, which then does the counting.
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}

/// Whether the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = String)))]
async fn alive() -> &'static str {
    "ok\n"
}

#[derive(Debug, Serialize, ToSchema)]
struct Ready {
    ready: bool,
    parts: Vec<Part>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Part {
    name: &'static str,
    ready: bool,
    /// How it is, or what is missing.
    state: String,
}

/// Whether customers can be let in, and if not, what is missing.
#[utoipa::path(
    get, path = "/readyz", tag = "operations",
    responses((status = 200, body = Ready), (status = 503, description = "Something is missing", body = Ready))
)]
async fn ready(State(ops): State<Ops>) -> impl IntoResponse {
    let parts: Vec<Part> = ops
        .readiness
        .checks()
        .await
        .into_iter()
        .map(|check| Part {
            name: check.name,
            ready: check.state.is_ok(),
            state: check.state.unwrap_or_else(|missing| missing),
        })
        .collect();
    let ready = parts.iter().all(|part| part.ready);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(Ready { ready, parts }))
}

/// Counters and histograms, in the text form of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, body = String)))]
async fn metrics_text(State(ops): State<Ops>) -> impl IntoResponse {
    match ops.ingest.progress(WorkspaceId::DEFAULT, Timestamp::default()).await {
        Ok(progress) => {
            for (state, count) in [
                ("queued", progress.queued),
                ("reading", progress.reading),
                ("cut", progress.cut),
                ("embedding", progress.embedding),
                ("ready", progress.ready),
                ("failed", progress.failed),
            ] {
                gauge!("frontdesk_documents", "state" => state).set(count as f64);
            }
            gauge!("frontdesk_chunks").set(progress.chunks as f64);
            gauge!("frontdesk_vectors").set(progress.vectors as f64);
        }
        Err(error) => tracing::warn!(%error, "the documents cannot be counted"),
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], recorder().render())
}
