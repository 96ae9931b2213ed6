//! What a fresh house still needs, from nothing to the first answered question.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::House;
use crate::desk::inboxes::Inboxes;
use crate::llm::slot::Slot;
use crate::model::id::WorkspaceId;
use crate::model::staff::Role;
use crate::problem::Problem;
use crate::store::Store;

#[derive(Clone, Debug)]
struct Sources {
    store: Store,
    inboxes: Inboxes,
    llm: Slot,
}

pub(super) fn routes(house: &House) -> OpenApiRouter {
    let sources = Sources { store: house.store.clone(), inboxes: house.inboxes.clone(), llm: house.llm.clone() };
    OpenApiRouter::new().routes(routes!(list)).with_state(sources)
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ChecklistItem)]
struct Item {
    /// `password`: an owner chose their own · `knowledge`: a document can be found · `question`: the bot replied to somebody ·
    /// `model`: one is chosen · `widget`: an inbox was set up · `team`: somebody else may sign in.
    key: &'static str,
    done: bool,
}

/// See what is done and what is not.
#[utoipa::path(
    get, path = "/api/v1/admin/checklist", tag = "admin", security(("admin" = [])),
    responses((status = 200, body = Vec<Item>))
)]
async fn list(State(sources): State<Sources>) -> Result<Json<Vec<Item>>, Problem> {
    let home = WorkspaceId::DEFAULT;
    let store = &sources.store;
    let mut agents = store.agents(home).await.map_err(Problem::internal)?;
    agents.retain(|agent| agent.disabled_at.is_none());
    let inboxes = sources.inboxes.all().await.map_err(Problem::internal)?;
    let done = [
        ("password", agents.iter().any(|agent| agent.role == Role::Owner && !agent.must_change)),
        ("knowledge", store.has_knowledge(home).await.map_err(Problem::internal)?),
        ("question", store.has_answered().await.map_err(Problem::internal)?),
        ("model", sources.llm.current().is_some()),
        ("widget", inboxes.iter().any(|inbox| inbox.changed_at > inbox.created_at)),
        ("team", agents.len() > 1),
    ];
    Ok(Json(done.map(|(key, done)| Item { key, done }).to_vec()))
}
