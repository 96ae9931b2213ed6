//! What an open console hears: one stream for each tab with everything that changes, one for each conversation on a screen.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, PollNext, Stream, StreamExt, select_with_strategy};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_stream::wrappers::BroadcastStream;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::bus::Hint;
use crate::clock;
use crate::desk::feed::News;
use crate::http::desk::conversations::{frames, watching};
use crate::http::desk::state::Console;
use crate::http::desk::wire::{Counts, Frame, Row, load};
use crate::http::staff::Staff;
use crate::model::event::Party;
use crate::model::id::{AgentId, ConversationId};
use crate::model::passage::Citation;
use crate::problem::{Code, Document, Problem};

/// Tabs of one agent, and tabs on one conversation.
const TABS: usize = 12;
const LOOKS: usize = 6;
/// Signs of life on a quiet stream; sessions are looked at as often.
const ALIVE: Duration = Duration::from_secs(15);
/// Tells proxies of the nginx family to pass frames on at once.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

pub(super) fn routes(console: Console) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(all)).routes(routes!(one)).with_state(console)
}

type Sent = Result<Event, Infallible>;

fn answer(events: impl Stream<Item = Sent> + Send + 'static) -> impl IntoResponse {
    let alive = KeepAlive::new().interval(ALIVE).text("still here");
    ([(header::CACHE_CONTROL, "no-store"), (NO_BUFFERING, "no")], Sse::new(events).keep_alive(alive))
}

/// Ends when the session ends: by signing out, by a new password, by time.
async fn session_over(console: Console, staff: Staff) {
    loop {
        tokio::time::sleep(ALIVE).await;
        // A store that cannot be read for a moment ends nobody's session.
        if matches!(console.accounts.is_good(&staff, clock::now()).await, Ok(false)) {
            return;
        }
    }
}

fn event(name: &str, data: impl Serialize) -> Option<Event> {
    Event::default().event(name).json_data(data).ok()
}

/// Follow everything, as server-sent events; whoever is connected counts as present.
///
/// `row` (a conversation changed), `counts`, `presence` (an agent came, went, or has more or less to do), `contact` (something
/// else is known of a customer), `mention`, `assigned`. Events have no id: after a break, load the list again.
#[utoipa::path(
    get, path = "/api/v1/desk/events", tag = "console", security(("session" = [])),
    responses(
        (status = 200, content_type = "text/event-stream", body = Row), (status = 401, body = Document),
        (status = 503, description = "Too many tabs", body = Document),
    )
)]
async fn all(State(console): State<Console>, staff: Staff) -> Result<impl IntoResponse, Problem> {
    let full = || Problem::from(Code::TooManyStreams).retry_after(5);
    let stay = console.desk.attendance().arrive(staff.agent.id, TABS).ok_or_else(full)?;
    let news = console.feed.subscribe();
    let tally = console.store.view_counts(staff.agent.workspace).await.map_err(Problem::internal)?;
    let first = event("counts", Counts::of(&tally, staff.agent.id)).map(Ok);
    let over = session_over(console.clone(), staff.clone());
    let closing = console.closing.clone().cancelled_owned();
    let events = stream::unfold((console, staff, news, stay), |(console, staff, mut news, stay)| async move {
        let event = next_news(&console, &staff, &mut news).await?;
        Some((Ok(event), (console, staff, news, stay)))
    });
    Ok(answer(stream::iter(first).chain(events).take_until(over).take_until(closing)))
}

/// The next event of a tab; `None` when some were lost and the tab should begin anew.
async fn next_news(console: &Console, staff: &Staff, news: &mut Receiver<News>) -> Option<Event> {
    loop {
        let one = match news.recv().await {
            Ok(one) => one,
            Err(RecvError::Lagged(_) | RecvError::Closed) => return None,
        };
        let (home, me) = (staff.agent.workspace, staff.agent.id);
        let event = match one {
            News::Row(row) if row.workspace == home.0 => event("row", Row::from(*row)),
            News::Counts(of, tally) if of == home => event("counts", Counts::of(&tally, me)),
            News::Contact(of, contact) if of == home => event("contact", json!({ "contact": contact })),
            News::Presence(agent) => presence(console, staff, agent).await,
            News::Mention { conversation, agent, by, text } if agent == me => {
                let by = json!({ "id": by, "name": name(console, staff, by).await });
                event("mention", json!({ "conversation": conversation, "by": by, "text": text }))
            }
            News::Assigned { conversation, agent } if agent == me => {
                event("assigned", json!({ "conversation": conversation }))
            }
            News::Lost => return None,
            _ => None,
        };
        if event.is_some() {
            return event;
        }
    }
}

async fn presence(console: &Console, staff: &Staff, agent: AgentId) -> Option<Event> {
    let row = console.store.agent(staff.agent.workspace, agent).await.ok()??;
    let tally = console.store.view_counts(staff.agent.workspace).await.ok()?;
    let presence = console.desk.presence(&row, clock::now());
    event("presence", json!({ "agent": agent, "name": row.name, "presence": presence, "load": load(&tally, agent) }))
}

async fn name(console: &Console, staff: &Staff, agent: AgentId) -> String {
    let names = console.names(staff.agent.workspace).await;
    names.ok().and_then(|names| names.get(&agent).cloned()).unwrap_or_default()
}

#[derive(Debug, Deserialize, IntoParams)]
struct Since {
    /// Begin after this event; the header `Last-Event-ID` says the same and wins.
    #[serde(default)]
    after: u64,
}

/// A verified sentence of a reply of the bot that is not said yet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeskSentence)]
struct Sentence<'a> {
    turn: String,
    number: u32,
    text: &'a str,
    #[schema(value_type = Vec<Object>)]
    citations: &'a [Citation],
}

/// Follow one conversation: history, then what happens. Whoever is connected is shown to colleagues as looking at it.
///
/// `frame` has its `seq` as `id`; come back with `Last-Event-ID` and nothing is missing or doubled. Without id: `sentence`
/// (of a reply that is being made), `typing` (`customer`, or the agent who speaks), `watching` (who else looks at it).
#[utoipa::path(
    get, path = "/api/v1/desk/conversations/{id}/events", tag = "console",
    params(("id" = String, Path), Since, ("Last-Event-ID" = Option<u64>, Header)), security(("session" = [])),
    responses(
        (status = 200, content_type = "text/event-stream", body = Frame), (status = 404, body = Document),
        (status = 503, description = "Too many tabs", body = Document),
    )
)]
async fn one(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
    Query(since): Query<Since>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let conversation = console.conversation(&staff, &id).await?.id;
    // From before the history is read, so that nothing falls between; before our own arrival, so that we are told of it.
    let hints = console.bus.follow(conversation);
    let full = || Problem::from(Code::TooManyStreams).retry_after(5);
    let stay = console.desk.attendance().watch(staff.agent.id, conversation, LOOKS).ok_or_else(full)?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.trim().parse().ok());
    let (over, closing) = (session_over(console.clone(), staff.clone()), console.closing.clone().cancelled_owned());
    let hinted = hinted(console.clone(), staff.clone(), conversation, hints);
    let framed = framed(console, staff, conversation, last.unwrap_or(since.after));
    // Sentences come before what they become: hints are sent before the append, and are read first here.
    let events = select_with_strategy(hinted, framed, |(): &mut ()| PollNext::Left).map(move |event| {
        let _held = &stay;
        event
    });
    Ok(answer(events.take_until(over).take_until(closing)))
}

fn hinted(
    console: Console,
    staff: Staff,
    conversation: ConversationId,
    hints: Receiver<Arc<Hint>>,
) -> impl Stream<Item = Sent> + Send {
    // Whoever arrives is told at once who is there.
    let first = stream::once(async move { Some(Arc::new(Hint::Watching { conversation })) });
    // Hints that were lost are lost: what counts comes from the journal.
    let hints = first.chain(BroadcastStream::new(hints).map(Result::ok));
    hints.filter_map(move |hint| {
        let (console, staff) = (console.clone(), staff.clone());
        async move {
            let event = match &*hint? {
                Hint::Sentence { turn, number, text, citations, .. } => {
                    event("sentence", Sentence { turn: turn.to_string(), number: *number, text, citations })
                }
                Hint::Typing { who: Party::Customer, .. } => event("typing", json!({ "who": "customer" })),
                Hint::Typing { who: Party::Agent(agent), .. } if *agent != staff.agent.id => {
                    let name = name(&console, &staff, *agent).await;
                    event("typing", json!({ "who": { "id": agent, "name": name } }))
                }
                Hint::Watching { .. } => event("watching", watching(&console, &staff, conversation).await.ok()?),
                _ => None,
            };
            event.map(Ok)
        }
    })
}

fn framed(console: Console, staff: Staff, conversation: ConversationId, after: u64) -> impl Stream<Item = Sent> + Send {
    let recorded = console.journal.follow(conversation, after);
    let frames = recorded.then(move |recorded| {
        let (console, staff) = (console.clone(), staff.clone());
        async move {
            let recorded = recorded.inspect_err(|error| {
                tracing::error!(%conversation, %error, "a console lost the journal");
            });
            let shown = frames(&console, &staff, std::slice::from_ref(&recorded.ok()?)).await.ok()?;
            let frame = shown.into_iter().next()?;
            Event::default().id(frame.seq.to_string()).event("frame").json_data(frame).ok()
        }
    });
    // The end of the stream tells the console to come back with its last id.
    frames.take_while(|event| std::future::ready(event.is_some())).filter_map(|event| std::future::ready(event.map(Ok)))
}
