//! The small things of a visit: who somebody is, that they type, how far they have read, how it was, and that it is over.

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bus::Hint;
use crate::channel::limit::Caller;
use crate::channel::visitor::{Contact, Entrance, Identity};
use crate::channel::web::state::{Web, refused};
use crate::clock;
use crate::model::conversation::{Conversation, Status};
use crate::model::event::{Event, Party};
use crate::model::id::ConversationId;
use crate::problem::{Body, Code, Document, Problem};

/// Longest comment of a rating, in characters.
const COMMENT: usize = 1000;
/// Messages of agents that one receipt marks as delivered.
const DELIVERED_AT_ONCE: usize = 50;

impl Web {
    /// The conversation of a path, for a small sign that somebody may give often but not endlessly.
    fn signed(&self, id: &str, headers: &HeaderMap, caller: Caller) -> Result<ConversationId, Problem> {
        let conversation = self.authorised(id, headers)?;
        self.0.signing.take(caller, clock::now()).map_err(Problem::too_many)?;
        Ok(conversation)
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Introduction {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    attributes: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    identity: Option<Identity>,
}

/// Say who the customer is. Whom the shop has signed, and knows from before, has their earlier conversations again.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/contact", tag = "conversations",
    params(("id" = String, Path)), request_body = Introduction, security(("conversation" = [])),
    responses(
        (status = 204, description = "Kept"), (status = 401, body = Document),
        (status = 422, description = "Something is too long", body = Document), (status = 429, body = Document),
    )
)]
pub(super) async fn contact(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(said): Body<Introduction>,
) -> Result<StatusCode, Problem> {
    let id = web.signed(&id, &headers, caller)?;
    let conversation = web.load(id).await?;
    let customer = conversation.customer.ok_or(Code::NotFound)?;
    let door = web.door(&conversation.inbox).await?;
    let contact = Contact { name: said.name, email: said.email, phone: said.phone, attributes: said.attributes };
    let (store, inbox, workspace) = (&web.0.rooms.store, &web.0.rooms.inbox, conversation.workspace);
    let entrance = Entrance { store, inbox, workspace, door: door.as_deref(), now: clock::now() };
    let known = entrance.introduce(customer, &contact, said.identity.as_ref()).await?;
    web.tell_contact(workspace, known.customer);
    Ok(StatusCode::NO_CONTENT)
}

/// Say that the customer is typing; agents see it for some seconds.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/typing", tag = "conversations",
    params(("id" = String, Path)), security(("conversation" = [])),
    responses((status = 204, description = "Passed on"), (status = 401, body = Document), (status = 429, body = Document))
)]
pub(super) async fn typing(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let conversation = web.signed(&id, &headers, caller)?;
    web.0.rooms.bus.publish(Arc::new(Hint::Typing { conversation, who: Party::Customer }));
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Receipt {
    /// Everything up to this event has arrived.
    #[serde(default)]
    delivered: Option<u64>,
    /// Everything up to this event was on the screen.
    #[serde(default)]
    read: Option<u64>,
}

/// Say how far the customer has received and read.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/receipts", tag = "conversations",
    params(("id" = String, Path)), request_body = Receipt, security(("conversation" = [])),
    responses((status = 204, description = "Kept"), (status = 401, body = Document), (status = 429, body = Document))
)]
pub(super) async fn receipts(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(receipt): Body<Receipt>,
) -> Result<StatusCode, Problem> {
    let id = web.signed(&id, &headers, caller)?;
    let decide = |conversation: &Conversation| received(conversation, receipt.delivered, receipt.read);
    web.0.rooms.inbox.record(id, clock::now(), decide).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a receipt says that was not known: agents' messages that arrived, and how far was read. Repeating it says nothing.
fn received(conversation: &Conversation, delivered: Option<u64>, read: Option<u64>) -> Vec<Event> {
    let arrived = delivered.max(read).unwrap_or_default();
    let from_agent = |party: Party| matches!(party, Party::Agent(_));
    let mut events: Vec<Event> = conversation
        .messages
        .iter()
        .filter(|message| message.seq <= arrived && !message.delivered && from_agent(message.from))
        .take(DELIVERED_AT_ONCE)
        .map(|message| Event::Delivered { message: message.seq })
        .collect();
    let read = read.unwrap_or_default();
    let last = conversation.messages.iter().rev().find(|one| one.from != Party::Customer && one.seq <= read);
    if let Some(last) = last.filter(|last| last.seq > conversation.seen.customer) {
        events.push(Event::Seen { by: Party::Customer, through: last.seq });
    }
    events
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Rating {
    /// 1 (bad) to 5 (good).
    score: u8,
    #[serde(default)]
    comment: String,
}

/// Rate a conversation that is over.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/rating", tag = "conversations",
    params(("id" = String, Path)), request_body = Rating, security(("conversation" = [])),
    responses(
        (status = 204, description = "Kept"), (status = 401, body = Document),
        (status = 409, description = "The conversation is not over", body = Document),
        (status = 422, description = "No score from 1 to 5, or a comment that is too long", body = Document),
        (status = 429, body = Document),
    )
)]
pub(super) async fn rating(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(rating): Body<Rating>,
) -> Result<StatusCode, Problem> {
    let id = web.signed(&id, &headers, caller)?;
    if !(1..=5).contains(&rating.score) || rating.comment.chars().count() > COMMENT {
        let en = format!("Give a score from 1 to 5, and a comment of at most {COMMENT} characters.");
        let zh = format!("评分为 1 到 5，评论最多 {COMMENT} 个字符。");
        return Err(Problem::saying(Code::Unacceptable, en, zh));
    }
    let comment: String = rating.comment.trim().chars().filter(|c| !c.is_control() || *c == '\n').collect();
    let decide = |conversation: &Conversation| match conversation.status {
        Status::Resolved => vec![Event::Rated { score: rating.score, comment: comment.clone() }],
        Status::Open | Status::Unborn => Vec::new(),
    };
    let after = web.0.rooms.inbox.record(id, clock::now(), decide).await.map_err(refused)?;
    if after.status == Status::Resolved { Ok(StatusCode::NO_CONTENT) } else { Err(Code::NotOver.into()) }
}

/// End the conversation. Whoever writes again opens it again.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/end", tag = "conversations",
    params(("id" = String, Path)), security(("conversation" = [])),
    responses((status = 204, description = "It is over"), (status = 401, body = Document), (status = 429, body = Document))
)]
pub(super) async fn end(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let id = web.signed(&id, &headers, caller)?;
    let decide = |conversation: &Conversation| match conversation.status {
        Status::Open => vec![Event::Resolved { by: Party::Customer }],
        Status::Resolved | Status::Unborn => Vec::new(),
    };
    web.0.rooms.inbox.record(id, clock::now(), decide).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Recorded;
    use crate::model::id::{CustomerId, WorkspaceId};
    use crate::model::time::Timestamp;
    use crate::text::language::Language;

    #[test]
    fn a_receipt_says_each_thing_once() {
        let agent = clock::id();
        let agent_said = |client_id: &str| Event::AgentSaid {
            agent,
            client_id: client_id.to_owned(),
            text: "x".to_owned(),
            attachments: Vec::new(),
            citations: Vec::new(),
        };
        let events = [
            Event::Opened {
                workspace: WorkspaceId::DEFAULT,
                inbox: "default".to_owned(),
                channel: "web".to_owned(),
                customer: clock::id::<CustomerId>(),
            },
            Event::CustomerSaid {
                client_id: "1".to_owned(),
                text: "x".to_owned(),
                language: Language::En,
                attachments: Vec::new(),
            },
            Event::Claimed { agent, routed: false },
            agent_said("1"),
            agent_said("2"),
        ];
        let recorded: Vec<Recorded> =
            (1..).zip(events).map(|(seq, event)| Recorded { seq, at: Timestamp(0), event }).collect();
        let mut conversation = Conversation::fold(clock::id(), &recorded).unwrap();
        assert_eq!(received(&conversation, None, None), []);
        assert_eq!(received(&conversation, Some(4), None), [Event::Delivered { message: 4 }]);
        let expected = [
            Event::Delivered { message: 4 },
            Event::Delivered { message: 5 },
            Event::Seen { by: Party::Customer, through: 5 },
        ];
        let events = received(&conversation, None, Some(u64::MAX));
        assert_eq!(events, expected, "nobody reads what is not there");
        for event in events {
            conversation.apply(&Recorded { seq: conversation.seq + 1, at: Timestamp(1), event }).unwrap();
        }
        assert_eq!(received(&conversation, Some(5), Some(5)), []);
    }
}
