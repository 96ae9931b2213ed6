//! What the house answers over HTTP: the route table, and the server around it. Decides nothing.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa_axum::router::OpenApiRouter;

use crate::app::House;
use crate::channel::Channel;
use crate::http::auth::Admin;
use crate::problem::{Code, Problem};

mod admin;
mod assets;
pub mod auth;
mod desk;
mod documents;
mod human;
mod layers;
mod ledger;
mod ops;
mod page;
mod reference;
mod shelf;
pub mod staff;

/// Largest body of a request that uploads nothing.
const BODY_LIMIT: usize = 64 << 10;

/// Every address of the house.
pub fn router(house: &House, admin: Admin) -> Router {
    let server = &house.config.server;
    let neighbours = layers::Neighbours::new(server.origins.clone(), house.inboxes.clone());
    let keys = (admin, house.accounts.clone());
    let guarded = documents::routes(house)
        .merge(admin::routes(house).layer(DefaultBodyLimit::max(BODY_LIMIT)))
        .layer(from_fn_with_state(house.store.clone(), ledger::keep))
        .layer(from_fn_with_state(keys, staff::require_admin));
    let (routes, api) = OpenApiRouter::with_openapi(reference::base())
        .merge(house.web.routes())
        .merge(human::routes(house.web.clone(), house.switchboard.clone()))
        .merge(page::routes(&house.config))
        .merge(desk::routes(house))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .merge(guarded)
        .merge(ops::routes(house))
        .split_for_parts();
    routes
        .merge(reference::routes(&api))
        .merge(assets::routes(house.config.page.demo))
        .fallback(|| async { Problem::from(Code::NotFound) })
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(layers::localise))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(neighbours, layers::cross_origin))
        .layer(from_fn(layers::secure))
        .layer(from_fn_with_state(server.trusted_proxies.clone().into(), layers::caller))
        .layer(from_fn(layers::trace))
}

/// Answers until the house closes, then lets requests under way finish for as long as the settings say.
///
/// # Errors
/// The listener failed.
pub async fn serve(house: &House, admin: Admin, listener: TcpListener) -> anyhow::Result<()> {
    let service = router(house, admin).into_make_service_with_connect_info::<SocketAddr>();
    let closing = house.closing.clone();
    let patience = Duration::from_secs(house.config.server.close_within_s);
    let serving = axum::serve(listener, service).with_graceful_shutdown(closing.clone().cancelled_owned());
    let upkeep = ops::upkeep(closing.clone());
    tokio::select! {
        served = serving => served.context("the server failed"),
        () = upkeep => Ok(()),
        () = async { closing.cancelled().await; tokio::time::sleep(patience).await } => {
            tracing::warn!("some requests did not end in time and were cut off");
            Ok(())
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> axum::response::Response {
    let told = panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref().cloned());
    let problem = Problem::internal(format!("panic: {}", told.unwrap_or_default()));
    axum::response::IntoResponse::into_response(problem)
}
