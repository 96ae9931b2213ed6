//! The conversation itself: say something, follow what is said, read what a reply cites.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::response::sse::{KeepAlive, Sse};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::bus::Hint;
use crate::channel::limit::Caller;
use crate::channel::web::state::{Web, refused};
use crate::channel::{follow, wire};
use crate::clock;
use crate::inbox::Inbound;
use crate::model::attachment::Attachment;
use crate::model::conversation::{Owner, Status};
use crate::model::id::{AgentId, ChunkName, ConversationId};
use crate::model::staff::{Presence, Role};
use crate::model::time::Timestamp;
use crate::problem::{Body, Code, Document, Problem};
use crate::store::agents::AgentRow;

/// Files of one message.
const FILES: usize = 10;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    /// Chosen by the sender, new for each message. Sending the same one again is harmless.
    client_id: String,
    /// May be empty when there are attachments.
    text: String,
    /// Files that were uploaded into this conversation before.
    #[serde(default)]
    attachments: Vec<Named>,
}

/// An uploaded file; only its hash counts, the rest is known.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Named {
    hash: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Accepted {
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
        (status = 422, description = "Empty, too long, or a client id or a file that cannot be used", body = Document),
        (status = 429, body = Document),
    )
)]
pub(super) async fn say(
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
    let attachments = uploaded(&web, conversation, &said.attachments).await?;
    let inbound = Inbound { conversation, client_id: said.client_id, text: said.text, attachments };
    let rooms = &web.0.rooms;
    let accepted = match last_agent(&web, conversation, now).await? {
        Some(agent) => {
            let accepted = rooms.inbox.accept_back(inbound, agent, now).await.map_err(refused)?;
            if !accepted.repeated {
                rooms.bus.publish(Arc::new(Hint::Assigned { conversation, agent }));
            }
            accepted
        }
        None => rooms.inbox.accept(inbound, now).await.map_err(refused)?,
    };
    Ok((StatusCode::ACCEPTED, Json(Accepted { seq: accepted.seq, repeated: accepted.repeated })))
}

/// Who had a conversation that is over, when they are there to take it up again.
async fn last_agent(web: &Web, id: ConversationId, now: Timestamp) -> Result<Option<AgentId>, Problem> {
    let Some(conversation) = web.0.rooms.journal.recall(id).await.map_err(Problem::internal)? else { return Ok(None) };
    let (Status::Resolved, Owner::Agent(agent)) = (conversation.status, conversation.owner) else { return Ok(None) };
    let row = web.0.rooms.store.agent(conversation.workspace, agent).await.map_err(Problem::internal)?;
    let there = |row: &AgentRow| row.role >= Role::Agent && web.0.rooms.desk.presence(row, now) == Presence::Online;
    Ok(row.filter(there).map(|row| row.id))
}

/// The files as they were taken in. One that was uploaded elsewhere is nobody's to send here.
async fn uploaded(web: &Web, conversation: ConversationId, named: &[Named]) -> Result<Vec<Attachment>, Problem> {
    if named.len() > FILES {
        let en = format!("A message has at most {FILES} files.");
        return Err(Problem::saying(Code::UploadRefused, en, format!("一条消息最多 {FILES} 个文件。")));
    }
    let mut attachments: Vec<Attachment> = Vec::with_capacity(named.len());
    for Named { hash } in named {
        let found = web.0.rooms.store.attachment(conversation, hash).await.map_err(Problem::internal)?;
        let Some(found) = found else {
            let en = "Upload the file into this conversation first.";
            return Err(Problem::saying(Code::UploadRefused, en, "请先在此会话中上传该文件。"));
        };
        if !attachments.contains(&found) {
            attachments.push(found);
        }
    }
    Ok(attachments)
}

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct Since {
    /// Begin after this event; the header `Last-Event-ID` says the same and wins.
    #[serde(default)]
    after: u64,
}

/// Follow the conversation: history, then what happens, as server-sent events.
///
/// Each event has its `seq` as `id`; come back with `Last-Event-ID` and nothing is missing or doubled. Events without an
/// `id` are of the moment: `sentence` is a verified sentence of a reply that is still being made (the reply itself follows
/// as `bot_said`; `escalated` or `claimed` instead of it withdraws them), `typing` tells that a person writes.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/events", tag = "conversations",
    params(("id" = String, Path), Since, ("Last-Event-ID" = Option<u64>, Header)), security(("conversation" = [])),
    responses(
        (status = 200, content_type = "text/event-stream", body = wire::Frame),
        (status = 401, body = Document), (status = 503, description = "Too many open connections", body = Document),
    )
)]
pub(super) async fn events(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(since): Query<Since>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let conversation = web.authorised(&id, &headers)?;
    let seat = web.0.seats.take(conversation).ok_or_else(|| Problem::from(Code::TooManyStreams).retry_after(5))?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.trim().parse().ok());
    let inbox = web.0.rooms.journal.recall(conversation).await.map_err(Problem::internal)?;
    let door = match inbox {
        Some(conversation) => web.door(&conversation.inbox).await?,
        None => None,
    };
    let sources = follow::Sources {
        journal: web.0.rooms.journal.clone(),
        // Hints are taken from before the history is read, so that nothing falls between.
        hints: web.0.rooms.bus.follow(conversation),
        names: web.0.names.clone(),
        door,
    };
    let frames = follow::frames(sources, conversation, last.unwrap_or(since.after), web.0.closing.clone());
    let seated = frames.map(move |frame| {
        let _held = &seat;
        frame
    });
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(web.0.config.keep_alive_s)).text("still here");
    Ok(([(header::CACHE_CONTROL, "no-store"), (NO_BUFFERING, "no")], Sse::new(seated).keep_alive(keep_alive)))
}

/// Tells proxies of the nginx family to pass frames on at once.
const NO_BUFFERING: header::HeaderName = header::HeaderName::from_static("x-accel-buffering");

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Passage {
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
pub(super) async fn passage(
    State(web): State<Web>,
    Path((id, chunk)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Passage>, Problem> {
    let conversation = web.authorised(&id, &headers)?;
    let conversation =
        web.0.rooms.journal.load(conversation).await.map_err(Problem::internal)?.ok_or(Code::NotFound)?;
    let chunk = ChunkName(chunk);
    // Only what was shown to this customer is theirs to read.
    let cited = conversation.messages.iter().flat_map(|message| &message.citations).any(|one| one.chunk == chunk);
    if !cited {
        return Err(Code::NotFound.into());
    }
    let published = web.0.rooms.store.published(conversation.workspace).await.map_err(Problem::internal)?.version;
    let rows =
        web.0.rooms.store.passages(conversation.workspace, published, &[&chunk]).await.map_err(Problem::internal)?;
    let row = rows.into_iter().next().ok_or(Code::NotFound)?;
    Ok(Json(Passage {
        title: if row.title.is_empty() { row.name.clone() } else { row.title },
        source: row.name,
        heading: serde_json::from_str(&row.heading).unwrap_or_default(),
        question: row.question,
        text: row.text,
    }))
}

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
}
