//! What the chat page needs to know before it says hello.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::config::Config;
use crate::model::wording::{Suggestions, Wording};

#[derive(Clone, Debug, Serialize, ToSchema)]
struct Page {
    /// Name of the business.
    name: Wording,
    greeting: Wording,
    suggestions: Suggestions,
    /// The invented shop at `/demo` is shown.
    demo: bool,
    /// Longest message, in characters.
    max_message_chars: usize,
}

pub(super) fn routes(config: &Config) -> OpenApiRouter {
    let page = Page {
        name: config.page.name.clone(),
        greeting: config.page.greeting.clone(),
        suggestions: config.page.suggestions.clone(),
        demo: config.page.demo,
        max_message_chars: config.web.max_message_chars,
    };
    OpenApiRouter::new().routes(routes!(read)).with_state(page)
}

/// The words of the chat page.
#[utoipa::path(get, path = "/api/v1/page", tag = "conversations", responses((status = 200, body = Page)))]
async fn read(State(page): State<Page>) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-cache")], Json(page))
}
