//! The API reference: the description for programs, and a page made from it for people. Nothing is fetched from elsewhere.

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Value, json};
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

/// What holds for every operation is said here once, instead of beside each handler: a name that no other has, a description of
/// each answer, and that what goes wrong is a problem document.
fn complete(document: &mut Value) {
    let problem = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, methods) in paths {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            operation["operationId"] = json!(operation_id(method, path));
            let Some(responses) = operation["responses"].as_object_mut() else { continue };
            for (status, response) in responses.iter_mut() {
                let code = status.parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
                if response["description"].as_str().is_none_or(str::is_empty) {
                    response["description"] = json!(code.and_then(|code| code.canonical_reason()).unwrap_or("Answer"));
                }
                let content = &response["content"]["application/json"]["schema"]["$ref"];
                if *content == problem["application/problem+json"]["schema"]["$ref"] {
                    response["content"] = problem.clone();
                }
            }
            let other = "Whatever else goes wrong; `code` is one of `x-problems`";
            responses.entry("default").or_insert_with(|| json!({ "description": other, "content": problem }));
        }
    }
}

/// `get_desk_conversations_id` for `GET /api/v1/desk/conversations/{id}`.
fn operation_id(method: &str, path: &str) -> String {
    let place = path.trim_start_matches("/api/v1");
    let words = place.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

/// Serves the finished description, and the problems table beside it.
pub(super) fn routes(api: &OpenApi) -> Router {
    let mut document = serde_json::to_value(api).unwrap_or_default();
    complete(&mut document);
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
