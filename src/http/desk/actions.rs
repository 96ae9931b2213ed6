//! What an agent does to a conversation. Each call is decided again on the newest state, so that whoever was overtaken hears
//! so (409) instead of undoing what a colleague did.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clock;
use crate::desk::actions::Action;
use crate::http::desk::acting::{Done, clean, done};
use crate::http::desk::state::Console;
use crate::http::staff::Staff;
use crate::model::event::{Priority, Target};
use crate::model::id::{AgentId, TeamId};
use crate::model::time::Timestamp;
use crate::problem::{Body, Code, Document, Problem};

/// Longest snooze.
const LONGEST_SNOOZE_MS: i64 = 366 * 86_400_000;
/// Longest label, in characters, and how many one request may name.
const LONGEST_LABEL: usize = 40;
const LABELS: usize = 20;

pub(super) fn routes(console: Console) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(claim))
        .routes(routes!(release))
        .routes(routes!(transfer))
        .routes(routes!(snooze))
        .routes(routes!(wake))
        .routes(routes!(resolve))
        .routes(routes!(reopen))
        .routes(routes!(prioritise))
        .routes(routes!(label))
        .with_state(console)
}

macro_rules! plain {
    ($name:ident, $path:literal, $action:expr, $doc:literal) => {
        #[doc = $doc]
        #[utoipa::path(
            post, path = $path, tag = "console", params(("id" = String, Path)), security(("session" = [])),
            responses(
                (status = 200, body = Done), (status = 404, body = Document),
                (status = 409, description = "`taken`, or `conflict` when somebody was faster", body = Document),
            )
        )]
        async fn $name(
            State(console): State<Console>,
            staff: Staff,
            Path(id): Path<String>,
        ) -> Result<Json<Done>, Problem> {
            done(&console, &staff, &id, $action).await
        }
    };
}

plain!(claim, "/api/v1/desk/conversations/{id}/claim", Action::Claim, "Take it. The bot falls silent at once.");
plain!(wake, "/api/v1/desk/conversations/{id}/wake", Action::Wake, "End a snooze.");
plain!(resolve, "/api/v1/desk/conversations/{id}/resolve", Action::Resolve, "Close it.");
plain!(reopen, "/api/v1/desk/conversations/{id}/reopen", Action::Reopen, "Open it again; it is the caller's then.");

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Release {
    to: Place,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Place {
    Queue,
    Bot,
}

/// Give it back, to the queue or to the bot.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/release", tag = "console", params(("id" = String, Path)),
    request_body = Release, security(("session" = [])),
    responses((status = 200, body = Done), (status = 404, body = Document), (status = 409, body = Document))
)]
async fn release(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
    Body(release): Body<Release>,
) -> Result<Json<Done>, Problem> {
    done(&console, &staff, &id, Action::Release { to_bot: matches!(release.to, Place::Bot) }).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Transfer {
    to: To,
    #[serde(default)]
    note: String,
}

/// A team's queue, or an agent: `{"team": id}` or `{"agent": id}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum To {
    Team(String),
    Agent(String),
}

/// Pass it on, with a note for whoever takes it.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/transfer", tag = "console", params(("id" = String, Path)),
    request_body = Transfer, security(("session" = [])),
    responses(
        (status = 200, body = Done), (status = 404, body = Document), (status = 409, body = Document),
        (status = 422, description = "No such agent or team", body = Document),
    )
)]
async fn transfer(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
    Body(transfer): Body<Transfer>,
) -> Result<Json<Done>, Problem> {
    let unknown = |_| Problem::from(Code::Unacceptable);
    let to = match &transfer.to {
        To::Team(team) => Target::Team(team.parse::<TeamId>().map_err(unknown)?),
        To::Agent(agent) => Target::Agent(agent.parse::<AgentId>().map_err(unknown)?),
    };
    let note = match transfer.note.trim() {
        "" => String::new(),
        note => clean(note)?,
    };
    done(&console, &staff, &id, Action::Transfer { to, note }).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Snooze {
    /// RFC 3339.
    until: String,
}

/// Set it aside until a time, or until the customer writes.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/snooze", tag = "console", params(("id" = String, Path)),
    request_body = Snooze, security(("session" = [])),
    responses((status = 200, body = Done), (status = 409, body = Document), (status = 422, body = Document))
)]
async fn snooze(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
    Body(snooze): Body<Snooze>,
) -> Result<Json<Done>, Problem> {
    let until = OffsetDateTime::parse(&snooze.until, &Rfc3339).ok();
    let until = until.and_then(|until| i64::try_from(until.unix_timestamp_nanos() / 1_000_000).ok()).map(Timestamp);
    let near = |until: &Timestamp| (1..=LONGEST_SNOOZE_MS).contains(&until.ms_since(clock::now()));
    let until = until.filter(near).ok_or_else(|| {
        let en = "Choose a time in the future, within a year, such as 2030-01-31T09:00:00Z.";
        Problem::saying(Code::Unacceptable, en, "请选择一年以内的未来时间，例如 2030-01-31T09:00:00Z。")
    })?;
    done(&console, &staff, &id, Action::Snooze { until }).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Prioritise {
    /// `low`, `normal`, `high` or `urgent`.
    #[schema(value_type = String)]
    priority: Priority,
}

/// Say how urgent it is.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/priority", tag = "console", params(("id" = String, Path)),
    request_body = Prioritise, security(("session" = [])),
    responses((status = 200, body = Done), (status = 404, body = Document), (status = 409, body = Document))
)]
async fn prioritise(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
    Body(body): Body<Prioritise>,
) -> Result<Json<Done>, Problem> {
    done(&console, &staff, &id, Action::Prioritise(body.priority)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Labels {
    add: Vec<String>,
    remove: Vec<String>,
}

/// Put labels on it and take labels off.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/labels", tag = "console", params(("id" = String, Path)),
    request_body = Labels, security(("session" = [])),
    responses((status = 200, body = Done), (status = 404, body = Document), (status = 422, body = Document))
)]
async fn label(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
    Body(labels): Body<Labels>,
) -> Result<Json<Done>, Problem> {
    if labels.add.len() + labels.remove.len() > LABELS {
        return Err(Code::TooLarge.into());
    }
    let mut add: Vec<String> = labels.add.iter().map(|label| tidy(label)).collect::<Result<_, _>>()?;
    add.sort();
    add.dedup();
    let mut remove: Vec<String> = labels.remove.iter().map(|label| label.trim().to_owned()).collect();
    remove.sort();
    remove.dedup();
    done(&console, &staff, &id, Action::Label { add, remove }).await
}

fn tidy(label: &str) -> Result<String, Problem> {
    let label = label.trim();
    let plain = !label.is_empty() && label.chars().count() <= LONGEST_LABEL && !label.contains('|');
    if plain && !label.chars().any(char::is_control) {
        return Ok(label.to_owned());
    }
    let en = format!("A label has 1 to {LONGEST_LABEL} characters and no vertical bar.");
    Err(Problem::saying(Code::Unacceptable, en, format!("标签需为 1 到 {LONGEST_LABEL} 个字符，且不能包含竖线。")))
}
