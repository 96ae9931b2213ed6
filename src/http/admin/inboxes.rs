//! Inboxes: make, look at, change, close, and the secret that proves who their customers are.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::House;
use crate::clock::{self, random};
use crate::desk::inboxes::{Inboxes, check};
use crate::http::ledger::Ledger;
use crate::model::id::InboxId;
use crate::model::inbox::{self, DEFAULT_KEY, InboxSettings};
use crate::problem::{Body, Code, Document, Problem, Wrong};

/// Inboxes of one business.
const MOST: usize = 100;

pub(super) fn routes(house: &House) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(read, change, remove))
        .routes(routes!(secret))
        .with_state(house.inboxes.clone())
}

#[derive(Debug, Serialize, ToSchema)]
struct Inbox {
    id: String,
    /// What the website's snippet names.
    key: String,
    name: String,
    channel: String,
    settings: InboxSettings,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = InboxWanted)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
    /// What is left out is as in a fresh inbox.
    #[serde(default)]
    settings: InboxSettings,
}

/// The inbox that exists is shown; a client may send all of it back.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = InboxChanged)]
struct Changed {
    name: String,
    settings: InboxSettings,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InboxSecret)]
struct Secret {
    /// Shown this once.
    secret: String,
}

/// List inboxes, oldest first.
#[utoipa::path(
    get, path = "/api/v1/admin/inboxes", tag = "admin", security(("admin" = [])),
    responses((status = 200, body = Vec<Inbox>))
)]
async fn list(State(inboxes): State<Inboxes>) -> Result<Json<Vec<Inbox>>, Problem> {
    Ok(Json(inboxes.all().await.map_err(Problem::internal)?.into_iter().map(shown).collect()))
}

/// Make an inbox.
#[utoipa::path(
    post, path = "/api/v1/admin/inboxes", tag = "admin", security(("admin" = [])), request_body = Wanted,
    responses((status = 201, body = Inbox), (status = 422, body = Document))
)]
async fn add(
    State(inboxes): State<Inboxes>,
    ledger: Ledger,
    Body(wanted): Body<Wanted>,
) -> Result<impl IntoResponse, Problem> {
    sound(&wanted.name, &wanted.settings)?;
    if inboxes.all().await.map_err(Problem::internal)?.len() >= MOST {
        let (en, zh) = (format!("A house has at most {MOST} inboxes."), format!("最多 {MOST} 个聊天组件。"));
        return Err(Problem::saying(Code::Invalid, en, zh));
    }
    let now = clock::now();
    let key = random::<12>().map_err(Problem::internal)?;
    let inbox = inbox::Inbox {
        id: clock::id(),
        key: URL_SAFE_NO_PAD.encode(key),
        name: wanted.name.trim().to_owned(),
        channel: "web".to_owned(),
        settings: wanted.settings,
        created_at: now,
        changed_at: now,
    };
    if !inboxes.add(&inbox).await.map_err(Problem::internal)? {
        return Err(Problem::internal("a fresh inbox key was taken"));
    }
    ledger.changed("inbox.added", &inbox.name, None::<()>, Some(&inbox.settings));
    Ok((StatusCode::CREATED, Json(shown(inbox))))
}

/// Look at an inbox.
#[utoipa::path(
    get, path = "/api/v1/admin/inboxes/{id}", tag = "admin", params(("id" = String, Path)), security(("admin" = [])),
    responses((status = 200, body = Inbox), (status = 404, body = Document))
)]
async fn read(State(inboxes): State<Inboxes>, Path(id): Path<String>) -> Result<Json<Inbox>, Problem> {
    Ok(Json(shown(known(&inboxes, &id).await?)))
}

/// Change an inbox. It holds for the next visitor.
#[utoipa::path(
    put, path = "/api/v1/admin/inboxes/{id}", tag = "admin", params(("id" = String, Path)), security(("admin" = [])),
    request_body = Changed,
    responses((status = 200, body = Inbox), (status = 404, body = Document), (status = 422, body = Document))
)]
async fn change(
    State(inboxes): State<Inboxes>,
    Path(id): Path<String>,
    ledger: Ledger,
    Body(wanted): Body<Changed>,
) -> Result<Json<Inbox>, Problem> {
    let before = known(&inboxes, &id).await?;
    sound(&wanted.name, &wanted.settings)?;
    // Two changes of one millisecond are still told apart from a fresh inbox.
    let changed_at = clock::now().max(before.created_at.plus_ms(1));
    let after =
        inbox::Inbox { name: wanted.name.trim().to_owned(), settings: wanted.settings, changed_at, ..before.clone() };
    if !inboxes.change(&after).await.map_err(Problem::internal)? {
        return Err(Code::NotFound.into());
    }
    ledger.changed("inbox.changed", &after.name, Some(told(&before)), Some(told(&after)));
    Ok(Json(shown(after)))
}

/// Close an inbox. Its conversations stay; the first one of the house cannot be closed.
#[utoipa::path(
    delete, path = "/api/v1/admin/inboxes/{id}", tag = "admin", params(("id" = String, Path)), security(("admin" = [])),
    responses((status = 204), (status = 404, body = Document), (status = 422, body = Document))
)]
async fn remove(State(inboxes): State<Inboxes>, Path(id): Path<String>, ledger: Ledger) -> Result<StatusCode, Problem> {
    let inbox = known(&inboxes, &id).await?;
    if inbox.key == DEFAULT_KEY {
        let en = "The first inbox of the house stays; the chat page stands in it.";
        return Err(Problem::saying(Code::Invalid, en, "默认聊天组件不能删除，聊天页使用它。"));
    }
    if !inboxes.remove(inbox.id).await.map_err(Problem::internal)? {
        return Err(Code::NotFound.into());
    }
    ledger.changed("inbox.removed", &inbox.name, Some(told(&inbox)), None::<()>);
    Ok(StatusCode::NO_CONTENT)
}

/// Make a new secret for signing customers' ids. The old one proves nothing from now on.
#[utoipa::path(
    post, path = "/api/v1/admin/inboxes/{id}/secret", tag = "admin", params(("id" = String, Path)),
    security(("admin" = [])), responses((status = 200, body = Secret), (status = 404, body = Document))
)]
async fn secret(
    State(inboxes): State<Inboxes>,
    Path(id): Path<String>,
    ledger: Ledger,
) -> Result<Json<Secret>, Problem> {
    let inbox = known(&inboxes, &id).await?;
    let secret = URL_SAFE_NO_PAD.encode(random::<32>().map_err(Problem::internal)?);
    if !inboxes.set_secret(inbox.id, &secret).await.map_err(Problem::internal)? {
        return Err(Code::NotFound.into());
    }
    ledger.note("inbox.secret_made", inbox.name);
    Ok(Json(Secret { secret }))
}

async fn known(inboxes: &Inboxes, id: &str) -> Result<inbox::Inbox, Problem> {
    let id: InboxId = id.parse().map_err(|_| Code::NotFound)?;
    inboxes.by_id(id).await.map_err(Problem::internal)?.ok_or_else(|| Code::NotFound.into())
}

fn sound(name: &str, settings: &InboxSettings) -> Result<(), Problem> {
    let wrong: Vec<Wrong> = check(name, settings)
        .into_iter()
        .map(|complaint| Wrong {
            at: if complaint.at == "name" { complaint.at } else { format!("settings.{}", complaint.at) },
            en: complaint.expected.en,
            zh: complaint.expected.zh,
        })
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Problem::invalid(wrong)) }
}

fn told(inbox: &inbox::Inbox) -> serde_json::Value {
    serde_json::json!({ "name": inbox.name, "settings": inbox.settings })
}

fn shown(inbox: inbox::Inbox) -> Inbox {
    Inbox {
        id: inbox.id.to_string(),
        key: inbox.key,
        name: inbox.name,
        channel: inbox.channel,
        settings: inbox.settings,
    }
}
