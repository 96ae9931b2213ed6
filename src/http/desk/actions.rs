//! What an agent does to a conversation. Each call is decided again on the newest state, so that whoever was overtaken hears
//! so (409) instead of undoing what a colleague did.

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::channel::limit::Caller;
use crate::clock;
use crate::desk::actions::Action;
use crate::http::desk::acting::{Done, act, clean, done};
use crate::http::desk::state::Console;
use crate::http::ledger;
use crate::http::staff::Staff;
use crate::model::event::{Priority, Target};
use crate::model::id::{AgentId, TeamId};
use crate::model::time::Timestamp;
use crate::problem::{self, Body, Code, Document, Problem};

/// Longest snooze.
const LONGEST_SNOOZE_MS: i64 = 366 * 86_400_000;
/// Longest label, in characters, and how many one request may name.
const LONGEST_LABEL: usize = 40;
const LABELS: usize = 20;
/// Conversations of one request.
const AT_ONCE: usize = 100;

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
        .routes(routes!(bulk))
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
    done(&console, &staff, &id, release.action()).await
}

impl Release {
    fn action(&self) -> Action {
        Action::Release { to_bot: matches!(self.to, Place::Bot) }
    }
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
    done(&console, &staff, &id, transfer.action()?).await
}

impl Transfer {
    fn action(&self) -> Result<Action, Problem> {
        let unknown = |_| Problem::from(Code::Unacceptable);
        let to = match &self.to {
            To::Team(team) => Target::Team(team.parse::<TeamId>().map_err(unknown)?),
            To::Agent(agent) => Target::Agent(agent.parse::<AgentId>().map_err(unknown)?),
        };
        let note = match self.note.trim() {
            "" => String::new(),
            note => clean(note)?,
        };
        Ok(Action::Transfer { to, note })
    }
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
    done(&console, &staff, &id, snooze.action()?).await
}

impl Snooze {
    fn action(&self) -> Result<Action, Problem> {
        let until = OffsetDateTime::parse(&self.until, &Rfc3339).ok();
        let until = until.and_then(|until| i64::try_from(until.unix_timestamp_nanos() / 1_000_000).ok()).map(Timestamp);
        let near = |until: &Timestamp| (1..=LONGEST_SNOOZE_MS).contains(&until.ms_since(clock::now()));
        let until = until.filter(near).ok_or_else(|| {
            let en = "Choose a time in the future, within a year, in the form YYYY-MM-DDThh:mm:ssZ.";
            Problem::saying(Code::Unacceptable, en, "请选择一年以内的未来时间，格式为 YYYY-MM-DDThh:mm:ssZ。")
        })?;
        Ok(Action::Snooze { until })
    }
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
    done(&console, &staff, &id, labels.action()?).await
}

impl Labels {
    fn action(&self) -> Result<Action, Problem> {
        if self.add.len() + self.remove.len() > LABELS {
            return Err(Code::TooLarge.into());
        }
        let mut add: Vec<String> = self.add.iter().map(|label| tidy(label)).collect::<Result<_, _>>()?;
        add.sort();
        add.dedup();
        let mut remove: Vec<String> = self.remove.iter().map(|label| label.trim().to_owned()).collect();
        remove.sort();
        remove.dedup();
        Ok(Action::Label { add, remove })
    }
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

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Bulk {
    /// 1 to 100 conversations.
    ids: Vec<String>,
    r#do: Deed,
}

/// What is done to each: the same as for one, with the same fields.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
enum Deed {
    Claim,
    Wake,
    Resolve,
    Reopen,
    Release(Release),
    Transfer(Transfer),
    Snooze(Snooze),
    Priority(Prioritise),
    Labels(Labels),
}

impl Deed {
    fn name(&self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Wake => "wake",
            Self::Resolve => "resolve",
            Self::Reopen => "reopen",
            Self::Release(_) => "release",
            Self::Transfer(_) => "transfer",
            Self::Snooze(_) => "snooze",
            Self::Priority(_) => "priority",
            Self::Labels(_) => "labels",
        }
    }

    fn action(&self) -> Result<Action, Problem> {
        match self {
            Self::Claim => Ok(Action::Claim),
            Self::Wake => Ok(Action::Wake),
            Self::Resolve => Ok(Action::Resolve),
            Self::Reopen => Ok(Action::Reopen),
            Self::Release(release) => Ok(release.action()),
            Self::Transfer(transfer) => transfer.action(),
            Self::Snooze(snooze) => snooze.action(),
            Self::Priority(to) => Ok(Action::Prioritise(to.priority)),
            Self::Labels(labels) => labels.action(),
        }
    }
}

/// What became of one of many.
#[derive(Debug, Serialize, ToSchema)]
struct Fate {
    id: String,
    ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Document>,
}

/// Do the same to many. Each is decided alone: one that is refused does not stop the others.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/bulk", tag = "console", request_body = Bulk, security(("session" = [])),
    responses(
        (status = 200, description = "One for each id, in their order", body = Vec<Fate>),
        (status = 413, description = "More than 100", body = Document), (status = 422, body = Document),
    )
)]
async fn bulk(
    State(console): State<Console>,
    Extension(caller): Extension<Caller>,
    staff: Staff,
    headers: HeaderMap,
    Body(bulk): Body<Bulk>,
) -> Result<Json<Vec<Fate>>, Problem> {
    if bulk.ids.len() > AT_ONCE {
        return Err(Code::TooLarge.into());
    }
    let language = headers.get(header::ACCEPT_LANGUAGE).and_then(|tag| tag.to_str().ok());
    let language = problem::preferred(language);
    let action = bulk.r#do.action()?;
    let mut fates = Vec::with_capacity(bulk.ids.len());
    for id in bulk.ids {
        let problem = act(&console, &staff, &id, action.clone()).await.err();
        fates.push(Fate { id, ok: problem.is_none(), problem: problem.map(|problem| problem.document(language)) });
    }
    let done: Vec<&str> = fates.iter().filter(|fate| fate.ok).map(|fate| fate.id.as_str()).collect();
    if !done.is_empty() {
        let (name, after) = (bulk.r#do.name(), json!({ "action": bulk.r#do.name(), "conversations": done }));
        let what = format!("{name} ({})", done.len());
        let who = Some(&staff.agent);
        ledger::record(&console.store, who, caller, "conversations.changed", what, (None, Some(after))).await?;
    }
    Ok(Json(fates))
}
