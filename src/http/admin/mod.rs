//! What administrators set up: one file for each subject. Decides nothing.

use utoipa_axum::router::OpenApiRouter;

use crate::app::House;

mod audit;
mod checklist;
mod history;
mod inboxes;
mod model;
mod people;
mod playground;
mod policy;
mod routing;
mod search;
mod teams;
mod words;

pub(super) fn routes(house: &House) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(audit::routes(house))
        .merge(checklist::routes(house))
        .merge(history::routes(house))
        .merge(inboxes::routes(house))
        .merge(model::routes(house))
        .merge(people::routes(house))
        .merge(playground::routes(house))
        .merge(policy::routes(house))
        .merge(routing::routes(house))
        .merge(search::routes(house))
        .merge(teams::routes(house))
}
