//! Lists of conversations, one conversation with all that happened, and the passages that it names.

use std::str::FromStr;

use axum::Json;
use axum::extract::{Path, Query, State};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::clock;
use crate::http::desk::state::{Console, named};
use crate::http::desk::wire::{Contact, Counts, Frame, Row, frame, rank};
use crate::http::staff::Staff;
use crate::model::event::{Event, Priority, Recorded};
use crate::model::id::{AgentId, ChunkName, ConversationId, TeamId};
use crate::problem::{Code, Document, Problem};
use crate::store::contacts::ContactRow;
use crate::store::listing::{Listed, Place, Sort, View, Wanted};

/// Longest page of a list.
const PAGE: usize = 100;
/// Events of one answer.
const EVENTS: usize = 1000;
/// Earlier conversations of the same customer.
const EARLIER: usize = 20;
/// Longest search, in characters.
const WORDS: usize = 200;

pub(super) fn routes(console: Console) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(labels))
        .routes(routes!(read))
        .routes(routes!(passage))
        .with_state(console)
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Filter {
    /// `mine`, `mentions`, `unassigned`, `waiting`, `all` (open), `snoozed`, `resolved` or `bot`.
    view: Option<String>,
    team: Option<String>,
    label: Option<String>,
    channel: Option<String>,
    inbox: Option<String>,
    /// `en` or `zh`.
    language: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    priority: Option<String>,
    agent: Option<String>,
    /// Words of the customer's name or address, of a label or of a message.
    q: Option<String>,
    /// `newest`, `longest_waiting` or `priority`.
    sort: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Serialize, ToSchema)]
struct List {
    items: Vec<Row>,
    /// Goes into `cursor` for the next page; `null` at the end.
    next: Option<String>,
    counts: Counts,
}

/// List conversations.
#[utoipa::path(
    get, path = "/api/v1/desk/conversations", tag = "console", params(Filter), security(("session" = [])),
    responses((status = 200, body = List), (status = 401, body = Document), (status = 422, body = Document))
)]
async fn list(
    State(console): State<Console>,
    staff: Staff,
    Query(filter): Query<Filter>,
) -> Result<Json<List>, Problem> {
    let wanted = filter.wanted(&staff)?;
    let mut rows = console.store.list(&wanted).await.map_err(Problem::internal)?;
    // One more than was asked for says whether there is another page.
    let more = rows.len() == wanted.limit;
    rows.truncate(wanted.limit - 1);
    let next = rows.last().filter(|_| more).map(|row| cursor(row.place(wanted.sort)));
    let tally = console.store.view_counts(staff.agent.workspace).await.map_err(Problem::internal)?;
    let items = rows.into_iter().map(Row::from).collect();
    Ok(Json(List { items, next, counts: Counts::of(&tally, staff.agent.id) }))
}

/// A label that conversations have.
#[derive(Debug, Serialize, ToSchema)]
struct Label {
    label: String,
    /// Conversations that have it.
    count: u64,
}

/// List the labels that are in use, the most used first.
#[utoipa::path(
    get, path = "/api/v1/desk/labels", tag = "console", security(("session" = [])),
    responses((status = 200, body = Vec<Label>), (status = 401, body = Document))
)]
async fn labels(State(console): State<Console>, staff: Staff) -> Result<Json<Vec<Label>>, Problem> {
    let labels = console.store.labels(staff.agent.workspace).await.map_err(Problem::internal)?;
    Ok(Json(labels.into_iter().map(|(label, count)| Label { label, count }).collect()))
}

impl Filter {
    /// What the store is asked for: one row more than the page holds.
    fn wanted(self, staff: &Staff) -> Result<Wanted, Problem> {
        let view = match self.view.as_deref() {
            Some("mine") => View::Mine(staff.agent.id),
            Some("mentions") => View::Mentions(staff.agent.id),
            Some("unassigned") => View::Unassigned,
            Some("waiting") => View::Waiting,
            Some("snoozed") => View::Snoozed,
            Some("resolved") => View::Resolved,
            Some("bot") => View::Bot,
            Some("all") | None => View::All,
            Some(_) => return Err(odd("view")),
        };
        let sort = match self.sort.as_deref() {
            Some("newest") | None => Sort::Newest,
            Some("longest_waiting") => Sort::LongestWaiting,
            Some("priority") => Sort::Priority,
            Some(_) => return Err(odd("sort")),
        };
        let priority = self.priority.map(|name| serde_json::from_value::<Priority>(Value::from(name)));
        let words = self.q.map(|words| words.trim().chars().take(WORDS).collect::<String>());
        Ok(Wanted {
            sort,
            team: id::<TeamId>(self.team, "team")?,
            agent: id::<AgentId>(self.agent, "agent")?,
            label: self.label,
            channel: self.channel,
            inbox: self.inbox,
            language: self.language,
            priority: priority.transpose().map_err(|_| odd("priority"))?.map(rank),
            words: words.filter(|words| !words.is_empty()),
            after: self.cursor.map(|cursor| place(&cursor).ok_or_else(|| odd("cursor"))).transpose()?,
            ..Wanted::of(staff.agent.workspace, view, self.limit.unwrap_or(50).clamp(1, PAGE) + 1)
        })
    }
}

fn id<T: FromStr>(text: Option<String>, field: &str) -> Result<Option<T>, Problem> {
    text.map(|text| text.parse().map_err(|_| odd(field))).transpose()
}

fn odd(field: &str) -> Problem {
    Problem::saying(Code::Unacceptable, format!("{field} has no such value."), format!("{field} 的取值无效。"))
}

fn cursor(Place(first, second, id): Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("{first}.{second}.{id}"))
}

fn place(cursor: &str) -> Option<Place> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let mut parts = text.split('.');
    let place = Place(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse::<Uuid>().ok()?);
    parts.next().is_none().then_some(place)
}

#[derive(Debug, Serialize, ToSchema)]
struct Detail {
    row: Row,
    /// Everything that happened, oldest first; the last thousand events, or those before `before`.
    events: Vec<Frame>,
    /// What an agent needs at one glance, when the bot handed over.
    #[schema(value_type = Option<Object>)]
    summary: Option<Value>,
    #[schema(value_type = Option<Object>)]
    escalation: Option<Value>,
    contact: Option<Contact>,
    /// Other conversations of the same customer, newest first.
    earlier: Vec<Row>,
    watching: Vec<Watching>,
}

/// Somebody who has the conversation on the screen.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Watching {
    agent: String,
    name: String,
    /// `viewing` or `typing`.
    state: &'static str,
}

#[derive(Debug, Deserialize, IntoParams)]
struct Before {
    /// Only events before this one.
    before: Option<u64>,
}

/// Look at one conversation.
#[utoipa::path(
    get, path = "/api/v1/desk/conversations/{id}", tag = "console", params(("id" = String, Path), Before),
    security(("session" = [])),
    responses((status = 200, body = Detail), (status = 404, body = Document))
)]
async fn read(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
    Query(before): Query<Before>,
) -> Result<Json<Detail>, Problem> {
    let conversation = console.conversation(&staff, &id).await?;
    let end = before.before.map_or(conversation.seq, |before| before.saturating_sub(1).min(conversation.seq));
    let start = end.saturating_sub(EVENTS as u64);
    let count = usize::try_from(end - start).unwrap_or(EVENTS);
    let recorded = console.journal.events(conversation.id, start, count).await.map_err(Problem::internal)?;
    let events = frames(&console, &staff, &recorded).await?;
    let (mut contact, mut earlier) = (None, Vec::new());
    if let Some(customer) = conversation.customer {
        let home = conversation.workspace;
        let known = console.store.contact(home, customer).await.map_err(Problem::internal)?;
        let row = known.unwrap_or_else(|| ContactRow::unknown(home, customer, conversation.opened_at));
        contact = Some(Contact::from(row));
        let wanted = Wanted { customer: Some(customer), ..Wanted::of(home, View::Any, EARLIER + 1) };
        earlier = console.store.list(&wanted).await.map_err(Problem::internal)?;
        earlier.retain(|row| row.id != conversation.id.0);
        earlier.truncate(EARLIER);
    }
    let escalation = conversation.escalation.as_ref();
    Ok(Json(Detail {
        row: row(&console, conversation.id).await?,
        events,
        summary: escalation.and_then(|escalation| serde_json::to_value(&escalation.summary).ok()),
        escalation: escalation.and_then(|escalation| {
            let mut reason = serde_json::to_value(&escalation.reason).ok()?;
            reason["at"] = Value::from(escalation.at.rfc3339());
            Some(reason)
        }),
        contact,
        earlier: earlier.into_iter().map(Row::from).collect(),
        watching: watching(&console, &staff, conversation.id).await?,
    }))
}

/// The conversation's row as it is now.
pub(super) async fn row(console: &Console, id: ConversationId) -> Result<Row, Problem> {
    let rows: Vec<Listed> = console.store.listed(&[id]).await.map_err(Problem::internal)?;
    Ok(Row::from(rows.into_iter().next().ok_or(Code::NotFound)?))
}

/// Events as an agent sees them.
pub(super) async fn frames(console: &Console, staff: &Staff, recorded: &[Recorded]) -> Result<Vec<Frame>, Problem> {
    let names = console.names(staff.agent.workspace).await?;
    let shown: Vec<_> = recorded.iter().map(|recorded| frame(recorded, &names)).collect();
    if shown.iter().all(|(_, known)| *known) {
        return Ok(shown.into_iter().map(|(frame, _)| frame).collect());
    }
    // Somebody is new.
    let names = console.fresh_names(staff.agent.workspace).await?;
    Ok(recorded.iter().map(|recorded| frame(recorded, &names).0).collect())
}

/// Who has the conversation on the screen.
pub(super) async fn watching(
    console: &Console,
    staff: &Staff,
    conversation: ConversationId,
) -> Result<Vec<Watching>, Problem> {
    let watchers = console.desk.attendance().watchers(conversation, clock::now());
    let mut names = console.names(staff.agent.workspace).await?;
    if watchers.iter().any(|watcher| !names.contains_key(&watcher.agent)) {
        names = console.fresh_names(staff.agent.workspace).await?;
    }
    let shown = watchers.into_iter().map(|watcher| Watching {
        agent: watcher.agent.to_string(),
        name: names.get(&watcher.agent).cloned().unwrap_or_default(),
        state: if watcher.typing { "typing" } else { "viewing" },
    });
    Ok(shown.collect())
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeskPassage)]
struct Passage {
    title: String,
    source: String,
    heading: Vec<String>,
    /// For an entry of a question-and-answer list: the question.
    question: Option<String>,
    /// Markdown.
    text: String,
}

/// Read a passage that a message of this conversation cites or that a decision considered, as it is published now.
#[utoipa::path(
    get, path = "/api/v1/desk/conversations/{id}/passages/{chunk}", tag = "console",
    params(("id" = String, Path), ("chunk" = String, Path)), security(("session" = [])),
    responses((status = 200, body = Passage), (status = 404, body = Document))
)]
async fn passage(
    State(console): State<Console>,
    staff: Staff,
    Path((id, chunk)): Path<(String, String)>,
) -> Result<Json<Passage>, Problem> {
    let conversation = console.desk.conversation(staff.agent.workspace, named(&id)?).await;
    let conversation = conversation.map_err(super::state::refused)?;
    let chunk = ChunkName(chunk);
    let mut named = conversation.messages.iter().flat_map(|message| &message.citations).any(|one| one.chunk == chunk);
    let mut after = 0;
    while !named {
        let page = console.journal.events(conversation.id, after, EVENTS).await.map_err(Problem::internal)?;
        let Some(last) = page.last() else { return Err(Code::NotFound.into()) };
        after = last.seq;
        named = page.iter().any(|recorded| names(&recorded.event, &chunk));
    }
    let home = conversation.workspace;
    let published = console.store.published(home).await.map_err(Problem::internal)?.version;
    let rows = console.store.passages(home, published, &[&chunk]).await.map_err(Problem::internal)?;
    let row = rows.into_iter().next().ok_or(Code::NotFound)?;
    Ok(Json(Passage {
        title: if row.title.is_empty() { row.name.clone() } else { row.title },
        source: row.name,
        heading: serde_json::from_str(&row.heading).unwrap_or_default(),
        question: row.question,
        text: row.text,
    }))
}

fn names(event: &Event, chunk: &ChunkName) -> bool {
    match event {
        Event::Decided { decision } => decision.considered.iter().any(|one| one.chunk == *chunk),
        Event::Escalated { summary, .. } => summary.citations.iter().any(|one| one.chunk == *chunk),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        let here = Place(-1_700_000_000_000, 0, clock::id());
        assert_eq!(place(&cursor(here)), Some(here));
        for forged in ["", "x", "MS4y", &URL_SAFE_NO_PAD.encode("1.2.3"), &format!("{}=", cursor(here))] {
            assert_eq!(place(forged), None, "{forged}");
        }
    }
}
