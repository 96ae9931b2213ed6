//! The web channel: start a conversation, say something, follow what is said. What the chat page speaks, and every
//! website or app that brings its own.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::response::sse::{KeepAlive, Sse};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::bus::Bus;
use crate::channel::follow::{self, Seats};
use crate::channel::limit::{Caller, Limiter, Rate};
use crate::channel::token::Key;
use crate::channel::{Channel, wire};
use crate::clock;
use crate::inbox::{self, Inbound, Inbox, Opening};
use crate::journal::Journal;
use crate::model::id::{ChunkName, ConversationId, CustomerId, WorkspaceId};
use crate::problem::{Body, Code, Document, Problem};
use crate::store::{self, Store};

/// Settings of the web channel.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Longest message, in characters.
    pub max_message_chars: usize,
    /// Conversations that one caller may start.
    pub new_conversations: Rate,
    /// Messages in one conversation.
    pub messages: Rate,
    /// Messages from one caller, over all conversations.
    pub messages_per_caller: Rate,
    /// Connections that may follow at the same time.
    pub max_streams: usize,
    /// Connections that may follow one conversation.
    pub max_streams_per_conversation: usize,
    /// Seconds between signs of life on a quiet stream.
    pub keep_alive_s: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_message_chars: 4000,
            new_conversations: Rate { burst: 20, per_minute: 20 },
            messages: Rate { burst: 10, per_minute: 30 },
            messages_per_caller: Rate { burst: 30, per_minute: 120 },
            max_streams: 5000,
            max_streams_per_conversation: 6,
            keep_alive_s: 15,
        }
    }
}

/// The web channel.
#[derive(Clone, Debug)]
pub struct Web(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    config: Config,
    journal: Journal,
    inbox: Inbox,
    store: Store,
    bus: Arc<dyn Bus>,
    key: Key,
    closing: CancellationToken,
    starting: Limiter<Caller>,
    speaking: Limiter<ConversationId>,
    calling: Limiter<Caller>,
    seats: Seats,
}

impl Web {
    /// `closing` ends the open streams when the house closes.
    #[must_use]
    pub fn new(
        config: Config,
        journal: Journal,
        inbox: Inbox,
        store: Store,
        bus: Arc<dyn Bus>,
        key: Key,
        closing: CancellationToken,
    ) -> Self {
        Self(Arc::new(Parts {
            starting: Limiter::new(config.new_conversations),
            speaking: Limiter::new(config.messages),
            calling: Limiter::new(config.messages_per_caller),
            seats: Seats::new(config.max_streams, config.max_streams_per_conversation),
            config,
            journal,
            inbox,
            store,
            bus,
            key,
            closing,
        }))
    }

    /// The conversation of a path, when the request carries its token. A wrong token and a conversation that does not
    /// exist look the same from outside.
    ///
    /// # Errors
    /// `unauthorized`.
    pub fn authorised(&self, id: &str, headers: &HeaderMap) -> Result<ConversationId, Problem> {
        let conversation = id.parse::<ConversationId>().map_err(|_| Code::Unauthorized)?;
        match bearer(headers) {
            Some(token) if self.0.key.proves(conversation, token) => Ok(conversation),
            _ => Err(Code::Unauthorized.into()),
        }
    }
}

impl Channel for Web {
    fn name(&self) -> &'static str {
        "web"
    }

    fn routes(&self) -> OpenApiRouter {
        OpenApiRouter::new()
            .routes(routes!(start))
            .routes(routes!(say))
            .routes(routes!(events))
            .routes(routes!(passage))
            .with_state(self.clone())
    }
}

/// The token of `Authorization: Bearer …`.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[derive(Debug, Serialize, ToSchema)]
struct Started {
    id: String,
    /// Bearer token for everything else in this conversation. It does not run out.
    token: String,
}

/// Start a conversation.
#[utoipa::path(
    post, path = "/api/v1/conversations", tag = "conversations",
    responses(
        (status = 201, body = Started),
        (status = 429, description = "Too many new conversations from this address", body = Document),
    )
)]
async fn start(State(web): State<Web>, Extension(caller): Extension<Caller>) -> Result<impl IntoResponse, Problem> {
    let now = clock::now();
    web.0.starting.take(caller, now).map_err(Problem::too_many)?;
    let opening = Opening {
        workspace: WorkspaceId::DEFAULT,
        inbox: "default".to_owned(),
        channel: web.name().to_owned(),
        customer: clock::id::<CustomerId>(),
    };
    let conversation = web.0.inbox.open(opening, now).await.map_err(refused)?;
    let started = Started { id: conversation.to_string(), token: web.0.key.token(conversation) };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(started)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    /// Chosen by the sender, new for each message. Sending the same one again is harmless.
    client_id: String,
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Accepted {
    /// Place of the message in the conversation.
    seq: u64,
    /// The message had arrived before.
    repeated: bool,
}

/// Say something. The answer to 202 is a promise: the message is stored.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/messages", tag = "conversations",
    params(("id" = String, Path)), request_body = Said, security(("conversation" = [])),
    responses(
        (status = 202, body = Accepted),
        (status = 401, body = Document),
        (status = 422, description = "Empty, too long, or a client id that cannot be used", body = Document),
        (status = 429, body = Document),
    )
)]
async fn say(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(said): Body<Said>,
) -> Result<impl IntoResponse, Problem> {
    let conversation = web.authorised(&id, &headers)?;
    let now = clock::now();
    web.0.calling.take(caller, now).map_err(Problem::too_many)?;
    web.0.speaking.take(conversation, now).map_err(Problem::too_many)?;
    check_length(&said.text, web.0.config.max_message_chars)?;
    check_client_id(&said.client_id)?;
    let inbound = Inbound { conversation, client_id: said.client_id, text: said.text };
    let accepted = web.0.inbox.accept(inbound, now).await.map_err(refused)?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { seq: accepted.seq, repeated: accepted.repeated })))
}

#[derive(Debug, Deserialize, IntoParams)]
struct Since {
    /// Begin after this event; the header `Last-Event-ID` says the same and wins.
    #[serde(default)]
    after: u64,
}

/// Follow the conversation: history, then what happens, as server-sent events.
///
/// Each event has its `seq` as `id`; come back with `Last-Event-ID` and nothing is missing or doubled. Events named
/// `sentence` have no id: they are verified sentences of a reply that is still being made. The reply itself follows as
/// `bot_said`; `escalated` or `claimed` instead of it withdraws them.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/events", tag = "conversations",
    params(("id" = String, Path), Since, ("Last-Event-ID" = Option<u64>, Header)), security(("conversation" = [])),
    responses(
        (status = 200, content_type = "text/event-stream", body = wire::Frame),
        (status = 401, body = Document), (status = 503, description = "Too many open connections", body = Document),
    )
)]
async fn events(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(since): Query<Since>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let conversation = web.authorised(&id, &headers)?;
    let seat = web.0.seats.take(conversation).ok_or_else(|| Problem::from(Code::TooManyStreams).retry_after(5))?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.trim().parse().ok());
    // Hints are taken from before the history is read, so that nothing falls between.
    let hints = web.0.bus.follow(conversation);
    let frames =
        follow::frames(&web.0.journal, hints, conversation, last.unwrap_or(since.after), web.0.closing.clone());
    let seated = frames.map(move |frame| {
        let _held = &seat;
        frame
    });
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(web.0.config.keep_alive_s)).text("still here");
    Ok(([(header::CACHE_CONTROL, "no-store"), (NO_BUFFERING, "no")], Sse::new(seated).keep_alive(keep_alive)))
}

#[derive(Debug, Serialize, ToSchema)]
struct Passage {
    title: String,
    source: String,
    heading: Vec<String>,
    /// For an entry of a question-and-answer list: the question.
    question: Option<String>,
    /// Markdown.
    text: String,
}

/// Read the passage that a reply of this conversation cites, as it is published now.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/passages/{chunk}", tag = "conversations",
    params(("id" = String, Path), ("chunk" = String, Path)), security(("conversation" = [])),
    responses(
        (status = 200, body = Passage), (status = 401, body = Document),
        (status = 404, description = "Not cited here, or not published any more", body = Document),
    )
)]
async fn passage(
    State(web): State<Web>,
    Path((id, chunk)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Passage>, Problem> {
    let conversation = web.authorised(&id, &headers)?;
    let conversation = web.0.journal.load(conversation).await.map_err(Problem::internal)?.ok_or(Code::NotFound)?;
    let chunk = ChunkName(chunk);
    // Only what was shown to this customer is theirs to read.
    let cited = conversation.messages.iter().flat_map(|message| &message.citations).any(|one| one.chunk == chunk);
    if !cited {
        return Err(Code::NotFound.into());
    }
    let published = web.0.store.published(conversation.workspace).await.map_err(Problem::internal)?.version;
    let rows = web.0.store.passages(conversation.workspace, published, &[&chunk]).await.map_err(Problem::internal)?;
    let row = rows.into_iter().next().ok_or(Code::NotFound)?;
    Ok(Json(Passage {
        title: if row.title.is_empty() { row.name.clone() } else { row.title },
        source: row.name,
        heading: serde_json::from_str(&row.heading).unwrap_or_default(),
        question: row.question,
        text: row.text,
    }))
}

/// Tells proxies of the nginx family to pass frames on at once.
const NO_BUFFERING: header::HeaderName = header::HeaderName::from_static("x-accel-buffering");

/// Our limit is for people; the inbox has its own for everybody.
fn check_length(text: &str, max_chars: usize) -> Result<(), Problem> {
    if text.trim().chars().count() <= max_chars { Ok(()) } else { Err(too_long(max_chars)) }
}

fn too_long(max_chars: usize) -> Problem {
    let en = format!("A message has at most {max_chars} characters. Shorten it, or send it in several messages.");
    let zh = format!("一条消息最多 {max_chars} 个字符。请缩短内容，或分成几条消息发送。");
    Problem::saying(Code::MessageTooLong, en, zh)
}

fn check_client_id(client_id: &str) -> Result<(), Problem> {
    let fits = (1..=64).contains(&client_id.len()) && client_id.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(()) } else { Err(Code::BadClientId.into()) }
}

fn refused(error: inbox::Error) -> Problem {
    match error {
        // The token was right, so the data folder is not the one that it was made for.
        inbox::Error::NoSuchConversation => Code::NotFound.into(),
        inbox::Error::Empty => Code::EmptyMessage.into(),
        inbox::Error::TooLong => Code::MessageTooLong.into(),
        inbox::Error::BadClientId => Code::BadClientId.into(),
        inbox::Error::Busy | inbox::Error::Store(store::Error::Busy) => Problem::from(Code::Busy).retry_after(1),
        inbox::Error::Forbidden(_) | inbox::Error::Store(_) => Problem::internal(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_measured_in_characters() {
        assert!(check_length(" 一二三四五 ", 5).is_ok());
        assert_eq!(check_length("一二三四五六", 5).unwrap_err().code, Code::MessageTooLong);
    }

    #[test]
    fn client_ids_are_short_and_plain() {
        assert!(check_client_id("0193-abc").is_ok());
        for bad in ["", "has space", "é", &"x".repeat(65)] {
            assert_eq!(check_client_id(bad).unwrap_err().code, Code::BadClientId, "{bad}");
        }
    }

    #[test]
    fn bearer_is_read_as_rfc_6750_has_it() {
        let mut headers = HeaderMap::new();
        assert_eq!(bearer(&headers), None);
        headers.insert(header::AUTHORIZATION, "bearer  abc ".parse().unwrap());
        assert_eq!(bearer(&headers), Some("abc"));
        headers.insert(header::AUTHORIZATION, "Basic abc".parse().unwrap());
        assert_eq!(bearer(&headers), None);
    }
}
