//! What the console calls. Handlers read the request, ask the desk, and write the answer; who may call what stands in
//! `http/staff.rs`.

use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;

use crate::app::House;
use crate::http::staff;

mod session;

pub(super) fn routes(house: &House) -> OpenApiRouter {
    let doors = session::Doors::new(house);
    OpenApiRouter::new()
        .merge(session::routes(doors.clone()))
        .layer(from_fn_with_state(house.accounts.clone(), staff::require))
        // Whoever signs in has no session yet.
        .merge(session::entrance(doors))
}
