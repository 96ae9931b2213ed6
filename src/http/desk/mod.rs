//! What the console calls. Handlers read the request, ask the desk, and write the answer; who may call what stands in
//! `http/staff.rs`.

use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;

use crate::app::House;
use crate::http::staff;

mod acting;
mod actions;
mod conversations;
mod copilot;
mod files;
mod inboxes;
mod live;
mod messages;
mod people;
mod search;
mod session;
mod shelf;
mod state;
mod wire;

pub(super) fn routes(house: &House) -> OpenApiRouter {
    let doors = session::Doors::new(house);
    let console = state::Console::new(house);
    OpenApiRouter::new()
        .merge(copilot::routes(house.copilot.clone(), console.clone()))
        .merge(session::routes(doors.clone()))
        .merge(conversations::routes(console.clone()))
        .merge(actions::routes(console.clone()))
        .merge(messages::routes(console.clone()))
        .merge(inboxes::routes(console.clone()))
        .merge(live::routes(console.clone()))
        .merge(files::routes(console.clone()))
        .merge(people::routes(console.clone()))
        .merge(shelf::routes(console.clone()))
        .merge(search::routes(console))
        .layer(from_fn_with_state(house.accounts.clone(), staff::require))
        // Whoever signs in has no session yet.
        .merge(session::entrance(doors))
}
