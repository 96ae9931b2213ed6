//! Names of the shops that customers write from, for those who answer. How an inbox is set up is for those who run the place.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::desk::state::Console;
use crate::http::staff::Staff;
use crate::problem::{Document, Problem};

#[derive(Debug, Serialize, ToSchema)]
struct InboxName {
    key: String,
    name: String,
}

pub(super) fn routes(console: Console) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list)).with_state(console)
}

/// List the inboxes by name.
#[utoipa::path(
    get, path = "/api/v1/desk/inboxes", tag = "console", security(("session" = [])),
    responses((status = 200, body = Vec<InboxName>), (status = 401, body = Document))
)]
async fn list(State(console): State<Console>, staff: Staff) -> Result<Json<Vec<InboxName>>, Problem> {
    let inboxes = console.store.inboxes(staff.agent.workspace).await.map_err(Problem::internal)?;
    Ok(Json(inboxes.into_iter().map(|inbox| InboxName { key: inbox.key, name: inbox.name }).collect()))
}
