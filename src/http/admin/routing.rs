//! The rules by which conversations are given out, to look at: they stand in the settings of the house.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::House;
use crate::config::Config;
use crate::desk::routing::Order;

pub(super) fn routes(house: &House) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(rules)).with_state(Arc::clone(&house.config))
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RoutingRules)]
struct Rules {
    /// `least_busy`, `round_robin` or `by_hand`.
    #[schema(value_type = String)]
    order: Order,
    /// Seconds of waiting after which team, language and topic are wishes.
    widen_after_s: u32,
    /// Seconds without an open console after which an agent gives back what they have.
    vanish_after_s: u32,
    /// Seconds that a customer waits for the first answer of the agent whom routing chose, before somebody else gets them; 0 is for
    /// ever.
    answer_within_s: u32,
    /// Minutes that a conversation takes an agent, from which waiting times are reckoned.
    handle_minutes: u32,
}

/// See how conversations are given out: what `[desk]` of the settings says. It changes with the settings, at the next start.
#[utoipa::path(
    get, path = "/api/v1/admin/routing", tag = "admin", security(("admin" = [])),
    responses((status = 200, body = Rules))
)]
async fn rules(State(config): State<Arc<Config>>) -> Json<Rules> {
    let desk = &config.desk;
    Json(Rules {
        order: desk.order,
        widen_after_s: desk.widen_after_s,
        vanish_after_s: desk.vanish_after_s,
        answer_within_s: desk.answer_within_s,
        handle_minutes: desk.handle_minutes,
    })
}
