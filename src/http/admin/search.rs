//! What search works with: words alone, or meaning as well, and in which languages.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::House;
use crate::model::wording::Wording;
use crate::text::language::Language;

/// What search works with.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Searching {
    /// Name of the embedding model; absent where search uses words alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// Languages that are searched by meaning as well.
    #[schema(value_type = Vec<String>)]
    languages: Vec<Language>,
    /// Why search uses words alone, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Wording>,
}

pub(super) fn routes(house: &House) -> OpenApiRouter {
    let model = house.embedding.embedder().map(|embedder| embedder.model().clone());
    let searching = Searching {
        languages: model.as_ref().map(|model| model.languages.clone()).unwrap_or_default(),
        model: model.map(|model| model.name),
        why: house.lexical_only().map(|reason| Wording::of(reason.en.clone(), reason.zh.clone())),
    };
    OpenApiRouter::new().routes(routes!(show)).with_state(searching)
}

/// See what search works with.
#[utoipa::path(
    get, path = "/api/v1/admin/search", tag = "admin", security(("admin" = [])),
    responses((status = 200, body = Searching))
)]
async fn show(State(searching): State<Searching>) -> Json<Searching> {
    Json(searching)
}
