//! What a shop's page needs to know before it shows the widget.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::channel::web::state::{Web, welcomes};
use crate::clock;
use crate::model::inbox::{OutOfHours, Position, Prechat, Uploads};
use crate::model::wording::{Suggestions, Wording};
use crate::problem::{Code, Document, Problem};

/// What a business chose about an inbox, as far as customers may know it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InboxShown)]
pub(super) struct Shown {
    key: String,
    name: String,
    /// `#rrggbb`.
    colour: String,
    position: Position,
    title: Wording,
    greeting: Wording,
    suggestions: Suggestions,
    prechat: Prechat,
    hours: Standing,
    out_of_hours: OutOfHours,
    uploads: Uploads,
    csat: bool,
    /// About how soon a person answers while they are there; left out when the business promises nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_minutes: Option<u32>,
    limits: Limits,
}

/// Whether people are there.
#[derive(Debug, Serialize, ToSchema)]
struct Standing {
    open_now: bool,
    /// RFC 3339, while it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_at: Option<String>,
    zone: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Limits {
    /// Longest message, in characters.
    chars: usize,
}

/// What an inbox looks like to customers.
#[utoipa::path(
    get, path = "/api/v1/widget/{key}", tag = "conversations", params(("key" = String, Path)),
    responses(
        (status = 200, body = Shown), (status = 403, description = "Not for this website", body = Document),
        (status = 404, description = "There is no such inbox", body = Document),
    )
)]
pub(super) async fn widget(
    State(web): State<Web>,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let door = web.door(&key).await?.ok_or(Code::NotFound)?;
    let settings = &door.inbox.settings;
    if !welcomes(settings, &headers) {
        return Err(Code::WrongWebsite.into());
    }
    let standing = door.standing(clock::now());
    let shown = Shown {
        key,
        name: door.inbox.name.clone(),
        colour: settings.colour.clone(),
        position: settings.position,
        title: settings.title.clone(),
        greeting: settings.greeting.clone(),
        suggestions: settings.suggestions.clone(),
        prechat: settings.prechat.clone(),
        hours: Standing {
            open_now: standing.open_now,
            opens_at: standing.opens_at.map(|at| at.rfc3339()),
            zone: settings.hours.zone.clone(),
        },
        out_of_hours: settings.out_of_hours,
        uploads: settings.uploads.clone(),
        csat: settings.csat,
        reply_minutes: settings.reply_minutes,
        limits: Limits { chars: web.0.config.max_message_chars },
    };
    Ok(([(header::CACHE_CONTROL, "no-cache")], Json(shown)))
}
