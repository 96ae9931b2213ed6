//! What administrators set up: one file for each subject. Decides nothing.

use utoipa_axum::router::OpenApiRouter;

use crate::app::House;

mod audit;
mod history;
mod inboxes;
mod model;
mod playground;
mod policy;

pub(super) fn routes(house: &House) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(audit::routes(house))
        .merge(history::routes(house))
        .merge(inboxes::routes(house))
        .merge(model::routes(house))
        .merge(playground::routes(house))
        .merge(policy::routes(house))
}
