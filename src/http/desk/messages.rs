//! What agents write: replies to the customer, private notes; and how far they have read.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::bus::Hint;
use crate::clock;
use crate::desk::actions::{Action, Saying};
use crate::http::desk::acting::{Done, act, clean, done};
use crate::http::desk::conversations::row;
use crate::http::desk::state::{Console, named, refused};
use crate::http::desk::wire::Row;
use crate::http::staff::Staff;
use crate::model::attachment::Attachment;
use crate::model::conversation::Owner;
use crate::model::id::{AgentId, ConversationId};
use crate::model::passage::Citation;
use crate::problem::{Body, Code, Document, Problem};

/// Colleagues that one note may mention, files and citations of one message.
const MENTIONS: usize = 20;
const FILES: usize = 10;
const CITATIONS: usize = 20;

pub(super) fn routes(console: Console) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(say))
        .routes(routes!(note))
        .routes(routes!(seen))
        .routes(routes!(typing))
        .with_state(console)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Message {
    /// Chosen by the console, new for each message. Sending the same one again is harmless.
    client_id: String,
    text: String,
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    attachments: Vec<Attachment>,
    /// As they stand in a draft.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    citations: Vec<Citation>,
    /// The last event on the writer's screen.
    expected_seq: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeskSent)]
struct Sent {
    /// Place of the message.
    seq: u64,
    row: Row,
}

/// Reply to the customer. Who replies to a conversation that nobody holds takes it.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/messages", tag = "console", params(("id" = String, Path)),
    request_body = Message, security(("session" = [])),
    responses(
        (status = 201, body = Sent), (status = 404, body = Document), (status = 422, body = Document),
        (status = 409, description = "`taken`; `moved_on` when the customer wrote after `expected_seq`", body = Document),
    )
)]
async fn say(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
    Body(message): Body<Message>,
) -> Result<impl IntoResponse, Problem> {
    let fits = (1..=64).contains(&message.client_id.len()) && message.client_id.bytes().all(|b| b.is_ascii_graphic());
    if !fits {
        return Err(Code::BadClientId.into());
    }
    if message.attachments.len() > FILES || message.citations.len() > CITATIONS {
        return Err(Code::TooLarge.into());
    }
    let text = match message.text.trim() {
        "" if !message.attachments.is_empty() => String::new(),
        text => clean(text)?,
    };
    check_citations(&console, &staff, &message.citations).await?;
    let attachments = own_files(&console, &staff, &id, &message.attachments).await?;
    let saying = Saying {
        client_id: message.client_id,
        text,
        attachments,
        citations: message.citations,
        expected: message.expected_seq,
    };
    let acted = act(&console, &staff, &id, Action::Say(saying)).await?;
    let seq = acted.repeated.unwrap_or(acted.conversation.seq);
    Ok((StatusCode::CREATED, Json(Sent { seq, row: row(&console, acted.conversation.id).await? })))
}

/// What is sent are files that were uploaded for it, as they are known here: a hash that somebody heard of opens nothing.
async fn own_files(
    console: &Console,
    staff: &Staff,
    id: &str,
    named_files: &[Attachment],
) -> Result<Vec<Attachment>, Problem> {
    let mut files = Vec::with_capacity(named_files.len());
    for file in named_files {
        let found = console.store.sendable_file(staff.agent.workspace, named(id)?, &file.hash).await;
        files.push(found.map_err(Problem::internal)?.ok_or_else(|| {
            let en = "Upload the file again, then send it.";
            Problem::saying(Code::Unacceptable, en, "请重新上传文件后再发送。")
        })?);
    }
    Ok(files)
}

/// A citation is a promise to the customer: its words must stand in a passage that is published now.
async fn check_citations(console: &Console, staff: &Staff, citations: &[Citation]) -> Result<(), Problem> {
    if citations.is_empty() {
        return Ok(());
    }
    let home = staff.agent.workspace;
    let published = console.store.published(home).await.map_err(Problem::internal)?.version;
    let names: Vec<_> = citations.iter().map(|citation| &citation.chunk).collect();
    let rows = console.store.passages(home, published, &names).await.map_err(Problem::internal)?;
    let stands = |citation: &Citation| {
        let passage = rows.iter().find(|row| row.chunk == citation.chunk.0);
        passage.is_some_and(|row| row.name == citation.source && row.text.contains(citation.quote.trim()))
    };
    if citations.iter().all(stands) {
        return Ok(());
    }
    let en = "A cited passage has changed or is not published any more. Draft the reply again.";
    Err(Problem::saying(Code::Unacceptable, en, "引用的段落已更改或不再发布，请重新生成草稿。"))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Note {
    text: String,
    /// Colleagues who should look at it.
    #[serde(default)]
    mentions: Vec<String>,
}

/// Write a private note; the customer never sees it.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/notes", tag = "console", params(("id" = String, Path)),
    request_body = Note, security(("session" = [])),
    responses((status = 200, body = Done), (status = 404, body = Document), (status = 422, body = Document))
)]
async fn note(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
    Body(note): Body<Note>,
) -> Result<Json<Done>, Problem> {
    if note.mentions.len() > MENTIONS {
        return Err(Code::TooLarge.into());
    }
    let mentions = note.mentions.iter().map(|id| id.parse()).collect::<Result<Vec<AgentId>, _>>();
    let mentions = mentions.map_err(|_| Problem::from(Code::Unacceptable))?;
    done(&console, &staff, &id, Action::Note { text: clean(&note.text)?, mentions }).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Seen {
    /// Place of the last message that was on the screen.
    through: u64,
}

/// Say how far one has read. Only the owner's reading is shown to the customer; everybody's ends their mentions.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/seen", tag = "console", params(("id" = String, Path)),
    request_body = Seen, security(("session" = [])),
    responses((status = 200, body = Done), (status = 404, body = Document))
)]
async fn seen(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
    Body(seen): Body<Seen>,
) -> Result<Json<Done>, Problem> {
    let answer = done(&console, &staff, &id, Action::Seen { through: seen.through }).await?;
    let (home, me) = (staff.agent.workspace, staff.agent.id);
    let seen = console.store.mentions_seen(home, named(&id)?, me, seen.through).await;
    if seen.map_err(Problem::internal)? {
        console.bus.publish(Arc::new(Hint::Looked { workspace: home }));
    }
    Ok(answer)
}

/// Say that one is typing; send it again every few seconds.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/typing", tag = "console", params(("id" = String, Path)),
    security(("session" = [])), responses((status = 204), (status = 404, body = Document))
)]
async fn typing(State(console): State<Console>, staff: Staff, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let id: ConversationId = named(&id)?;
    let conversation = console.desk.conversation(staff.agent.workspace, id).await.map_err(refused)?;
    let owner = conversation.owner == Owner::Agent(staff.agent.id);
    console.desk.typed(staff.agent.id, id, owner, clock::now());
    Ok(StatusCode::NO_CONTENT)
}
