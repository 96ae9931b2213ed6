//! A conversation begins: through which inbox, and with whom as far as that is known.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::channel::Channel;
use crate::channel::limit::Caller;
use crate::channel::visitor::{Contact, Entrance, Identity};
use crate::channel::web::state::{Web, refused, welcomes};
use crate::clock;
use crate::inbox::Opening;
use crate::model::id::{ConversationId, CustomerId, WorkspaceId};
use crate::model::inbox::DEFAULT_KEY;
use crate::problem::{Code, Document, Problem, preferred};
use crate::text::language::Language;

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Start {
    /// Key of the inbox; without one the first inbox is meant.
    inbox: Option<String>,
    /// Language of the page, such as `en` or `zh-CN`.
    language: Option<String>,
    contact: Option<Contact>,
    identity: Option<Identity>,
    /// An earlier conversation of the same visitor. One that cannot be used is passed over.
    previous: Option<Previous>,
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[schema(as = PreviousConversation)]
#[serde(deny_unknown_fields)]
pub(super) struct Previous {
    id: String,
    /// The token of that conversation.
    token: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Started {
    id: String,
    /// Bearer token for everything else in this conversation. It does not run out.
    token: String,
    /// The shop's server proved who the customer is.
    verified: bool,
}

/// Start a conversation. The body may be left out.
#[utoipa::path(
    post, path = "/api/v1/conversations", tag = "conversations", request_body = Start,
    responses(
        (status = 201, body = Started),
        (status = 403, description = "The inbox is not for this website", body = Document),
        (status = 404, description = "There is no such inbox", body = Document),
        (status = 429, description = "Too many new conversations from this address", body = Document),
    )
)]
pub(super) async fn start(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<impl IntoResponse, Problem> {
    let now = clock::now();
    web.0.starting.take(caller, now).map_err(Problem::too_many)?;
    let start = read(&body)?;
    let key = start.inbox.as_deref().unwrap_or(DEFAULT_KEY);
    let door = web.door(key).await?;
    match &door {
        Some(door) if !welcomes(&door.inbox.settings, &headers) => return Err(Code::WrongWebsite.into()),
        None if start.inbox.is_some() => return Err(Code::NotFound.into()),
        _ => {}
    }
    let previous = match &start.previous {
        Some(previous) => customer_of(&web, previous).await?,
        None => None,
    };
    let entrance = Entrance {
        store: &web.0.rooms.store,
        inbox: &web.0.rooms.inbox,
        workspace: WorkspaceId::DEFAULT,
        door: door.as_deref(),
        now,
    };
    let language = start.language.as_deref().unwrap_or_default();
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|tag| tag.to_str().ok());
    let speaks = start.language.as_deref().map_or_else(|| preferred(accepted), Language::from_tag);
    let (contact, identity) = (start.contact.as_ref(), start.identity.as_ref());
    let known = entrance.arrive(contact, identity, previous, clock::id(), language).await?;
    if contact.is_some() || identity.is_some() {
        web.tell_contact(WorkspaceId::DEFAULT, known.customer);
    }
    let opening = Opening {
        workspace: WorkspaceId::DEFAULT,
        inbox: key.to_owned(),
        channel: web.name().to_owned(),
        customer: known.customer,
    };
    let conversation = web.0.rooms.inbox.open_in(opening, speaks, now).await.map_err(refused)?;
    let token = web.0.key.token(conversation);
    let started = Started { id: conversation.to_string(), token, verified: known.verified };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(started)))
}

/// The customer of an earlier conversation, for whoever holds its token.
async fn customer_of(web: &Web, previous: &Previous) -> Result<Option<CustomerId>, Problem> {
    let Ok(id) = previous.id.parse::<ConversationId>() else { return Ok(None) };
    if !web.0.key.proves(id, &previous.token) {
        return Ok(None);
    }
    let found = web.0.rooms.journal.load(id).await.map_err(Problem::internal)?;
    Ok(found.filter(|found| found.workspace == WorkspaceId::DEFAULT).and_then(|found| found.customer))
}

/// Programs that know nothing of inboxes send nothing at all.
fn read(body: &Bytes) -> Result<Start, Problem> {
    if body.trim_ascii().is_empty() {
        return Ok(Start::default());
    }
    serde_json::from_slice(body).map_err(|error| {
        let en = format!("The body cannot be read: {error}");
        Problem::saying(Code::BadRequest, en, format!("请求内容有误：{error}"))
    })
}
