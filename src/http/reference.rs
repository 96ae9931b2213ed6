//! The API reference: the description for programs, and a page made from it for people. Nothing is fetched from elsewhere.

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::json;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

use crate::http::staff;
use crate::problem;

/// The description before the routes are added.
pub(super) fn base() -> OpenApi {
    let mut components = Components::new();
    for (name, what) in [
        ("conversation", "The token that starting a conversation returned."),
        ("admin", "The administrator's token, printed at the first start; `frontdesk token reset` makes another."),
    ] {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description = Some(what.to_owned());
        components.add_security_scheme(name, SecurityScheme::Http(scheme));
    }
    let cookie = ApiKeyValue::with_description(
        staff::COOKIE,
        "Set by signing in. Requests that are not GET also carry the header `X-CSRF-Token` with the `csrf` of `Me`.",
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let info = InfoBuilder::new()
        .title("Frontdesk")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Customer service that answers from your documents, with quotes, or hands over to a person."))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()));
    OpenApiBuilder::new().info(info.build()).components(Some(components)).build()
}

/// Serves the finished description, and the problems table beside it.
pub(super) fn routes(api: &OpenApi) -> Router {
    let mut document = serde_json::to_value(api).unwrap_or_default();
    document["x-problems"] = problem::ALL
        .iter()
        .map(|code| {
            let row = code.row();
            json!({
                "code": row.name, "status": row.status.as_u16(),
                "title": { "en": row.title[0], "zh": row.title[1] },
                "detail": { "en": row.detail[0], "zh": row.detail[1] },
            })
        })
        .collect();
    // Written once: as a value it takes ten times the room.
    let document = Bytes::from(document.to_string());
    let kind = [(header::CACHE_CONTROL, "no-cache"), (header::CONTENT_TYPE, "application/json")];
    let served = move || async move { (kind, document).into_response() };
    Router::new().route("/api/openapi.json", get(served))
}
