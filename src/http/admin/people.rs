//! Accounts: who answers, with which role, in which teams. Nobody gives a role above their own or changes somebody above them,
//! and an owner is always left.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::words::{Words, list, text};
use crate::app::House;
use crate::clock;
use crate::desk::accounts::{self, Accounts, CAPACITY, Newcomer};
use crate::http::ledger::Ledger;
use crate::http::staff::Staff;
use crate::model::id::{AgentId, TeamId, WorkspaceId};
use crate::model::staff::Role;
use crate::problem::{Body, Code, Document, Problem, Wrong};
use crate::store::Store;
use crate::store::agents::AgentRow;

const HOME: WorkspaceId = WorkspaceId::DEFAULT;
/// Accounts of one business, those of people who left included.
const MOST: usize = 2_000;

#[derive(Clone, Debug)]
struct Office {
    accounts: Accounts,
    store: Store,
    /// One change after the other: two owners who leave at once would leave nobody.
    changing: Arc<Mutex<()>>,
}

pub(super) fn routes(house: &House) -> OpenApiRouter {
    let office = Office { accounts: house.accounts.clone(), store: house.store.clone(), changing: Arc::default() };
    OpenApiRouter::new()
        .routes(routes!(all, add))
        .routes(routes!(change, remove))
        .routes(routes!(password))
        .with_state(office)
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminAgent)]
struct Agent {
    id: String,
    name: String,
    email: String,
    /// `owner`, `admin`, `agent` or `qa`.
    role: &'static str,
    capacity: u32,
    teams: Vec<String>,
    skills: Skills,
    /// The password was not chosen by its owner yet.
    must_change_password: bool,
    created_at: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = AgentSkills)]
#[serde(default, deny_unknown_fields)]
struct Skills {
    /// Such as `en` and `zh`.
    languages: Vec<String>,
    topics: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewAgent)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
    email: String,
    #[schema(value_type = String)]
    role: Role,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    teams: Vec<TeamId>,
    #[serde(default)]
    skills: Skills,
    capacity: Option<u32>,
}

/// What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AgentChange)]
#[serde(deny_unknown_fields)]
struct Change {
    name: Option<String>,
    email: Option<String>,
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    #[schema(value_type = Option<Vec<String>>)]
    teams: Option<Vec<TeamId>>,
    skills: Option<Skills>,
    capacity: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgentMade)]
struct Made {
    agent: Agent,
    /// Shown this once.
    password: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgentPassword)]
struct Password {
    /// Shown this once.
    password: String,
}

/// List who may sign in.
#[utoipa::path(
    get, path = "/api/v1/admin/agents", tag = "admin", security(("admin" = [])),
    responses((status = 200, body = Vec<Agent>))
)]
async fn all(State(office): State<Office>) -> Result<Json<Vec<Agent>>, Problem> {
    Ok(Json(office.active().await?.into_iter().map(shown).collect()))
}

/// Make an account. The password is shown once.
#[utoipa::path(
    post, path = "/api/v1/admin/agents", tag = "admin", security(("admin" = [])), request_body = Wanted,
    responses((status = 201, body = Made), (status = 403, body = Document), (status = 422, body = Document))
)]
async fn add(
    State(office): State<Office>,
    staff: Option<Extension<Staff>>,
    ledger: Ledger,
    Body(wanted): Body<Wanted>,
) -> Result<impl IntoResponse, Problem> {
    let _one_at_a_time = office.changing.lock().await;
    at_least(staff.as_deref(), wanted.role)?;
    let mut words = Words::default();
    let newcomer = Newcomer {
        name: text(&mut words, "name", &wanted.name, 80),
        email: wanted.email,
        role: wanted.role,
        capacity: capacity(&mut words, wanted.capacity.unwrap_or(CAPACITY)),
        languages: list(&mut words, "skills.languages", wanted.skills.languages, 20),
        topics: list(&mut words, "skills.topics", wanted.skills.topics, 50),
    };
    words.sound()?;
    if office.store.agents(HOME).await.map_err(Problem::internal)?.len() >= MOST {
        let (en, zh) = (format!("A house has at most {MOST} accounts."), format!("最多 {MOST} 个账户。"));
        return Err(Problem::saying(Code::Invalid, en, zh));
    }
    let (id, password) = office.accounts.create(HOME, newcomer, clock::now()).await.map_err(refused)?;
    office.store.set_teams_of(HOME, id, &wanted.teams).await.map_err(Problem::internal)?;
    let agent = shown(office.known(id).await?);
    ledger.changed("agent.added", &agent.name, None::<()>, Some(&agent));
    Ok((StatusCode::CREATED, Json(Made { agent, password })))
}

/// Change an account.
#[utoipa::path(
    patch, path = "/api/v1/admin/agents/{id}", tag = "admin", params(("id" = String, Path)), security(("admin" = [])),
    request_body = Change,
    responses((status = 200, body = Agent), (status = 403, body = Document), (status = 404, body = Document),
        (status = 422, body = Document))
)]
async fn change(
    State(office): State<Office>,
    Path(id): Path<String>,
    staff: Option<Extension<Staff>>,
    ledger: Ledger,
    Body(wanted): Body<Change>,
) -> Result<Json<Agent>, Problem> {
    let _one_at_a_time = office.changing.lock().await;
    let before = office.named(&id).await?;
    at_least(staff.as_deref(), before.role.max(wanted.role.unwrap_or(before.role)))?;
    let mut words = Words::default();
    let mut after = before.clone();
    if let Some(name) = &wanted.name {
        after.name = text(&mut words, "name", name, 80);
    }
    if let Some(email) = &wanted.email {
        after.email = accounts::address(email).map_err(refused)?;
    }
    if let Some(skills) = wanted.skills {
        after.languages = list(&mut words, "skills.languages", skills.languages, 20);
        after.topics = list(&mut words, "skills.topics", skills.topics, 50);
    }
    after.capacity = capacity(&mut words, wanted.capacity.unwrap_or(before.capacity));
    after.role = wanted.role.unwrap_or(before.role);
    words.sound()?;
    if before.role == Role::Owner && after.role != Role::Owner {
        office.another_owner(before.id).await?;
    }
    if !office.store.update_agent(&after).await.map_err(Problem::internal)? {
        return Err(refused(accounts::Error::EmailTaken));
    }
    if let Some(teams) = wanted.teams {
        office.store.set_teams_of(HOME, before.id, &teams).await.map_err(Problem::internal)?;
    }
    let after = shown(office.known(before.id).await?);
    ledger.changed("agent.changed", &after.name, Some(shown(before)), Some(&after));
    Ok(Json(after))
}

/// Close an account. What its owner said stays under their name; their sessions end.
#[utoipa::path(
    delete, path = "/api/v1/admin/agents/{id}", tag = "admin", params(("id" = String, Path)), security(("admin" = [])),
    responses((status = 204), (status = 403, body = Document), (status = 404, body = Document))
)]
async fn remove(
    State(office): State<Office>,
    Path(id): Path<String>,
    staff: Option<Extension<Staff>>,
    ledger: Ledger,
) -> Result<StatusCode, Problem> {
    let _one_at_a_time = office.changing.lock().await;
    let mut agent = office.named(&id).await?;
    at_least(staff.as_deref(), agent.role)?;
    if agent.role == Role::Owner {
        office.another_owner(agent.id).await?;
    }
    agent.disabled_at = Some(clock::now());
    office.store.update_agent(&agent).await.map_err(Problem::internal)?;
    office.store.set_teams_of(HOME, agent.id, &[]).await.map_err(Problem::internal)?;
    ledger.changed("agent.removed", agent.name.clone(), Some(shown(agent)), None::<()>);
    Ok(StatusCode::NO_CONTENT)
}

/// Give an account a new password. It is shown once, and the account's sessions end.
#[utoipa::path(
    post, path = "/api/v1/admin/agents/{id}/password", tag = "admin", params(("id" = String, Path)),
    security(("admin" = [])),
    responses((status = 200, body = Password), (status = 403, body = Document), (status = 404, body = Document))
)]
async fn password(
    State(office): State<Office>,
    Path(id): Path<String>,
    staff: Option<Extension<Staff>>,
    ledger: Ledger,
) -> Result<Json<Password>, Problem> {
    let agent = office.named(&id).await?;
    at_least(staff.as_deref(), agent.role)?;
    let password = office.accounts.reset_password(HOME, agent.id).await.map_err(refused)?;
    ledger.note("agent.password_reset", agent.name);
    Ok(Json(Password { password }))
}

impl Office {
    async fn active(&self) -> Result<Vec<AgentRow>, Problem> {
        let mut agents = self.store.agents(HOME).await.map_err(Problem::internal)?;
        agents.retain(|agent| agent.disabled_at.is_none());
        Ok(agents)
    }

    async fn named(&self, id: &str) -> Result<AgentRow, Problem> {
        self.known(id.parse().map_err(|_| Code::NotFound)?).await
    }

    async fn known(&self, id: AgentId) -> Result<AgentRow, Problem> {
        let found = self.store.agent(HOME, id).await.map_err(Problem::internal)?;
        found.filter(|agent| agent.disabled_at.is_none()).ok_or_else(|| Code::NotFound.into())
    }

    async fn another_owner(&self, leaving: AgentId) -> Result<(), Problem> {
        let owner = |agent: &AgentRow| agent.role == Role::Owner && agent.id != leaving;
        if self.active().await?.iter().any(owner) {
            return Ok(());
        }
        let en = "This is the last owner. Make somebody else an owner first.";
        Err(Problem::saying(Code::Invalid, en, "这是最后一位所有者，请先将其他人设为所有者。"))
    }
}

/// Whoever holds the administrator's token is the operator and stands above everybody.
fn at_least(staff: Option<&Staff>, role: Role) -> Result<(), Problem> {
    match staff {
        Some(staff) if staff.agent.role < role => Err(Code::Forbidden.into()),
        _ => Ok(()),
    }
}

fn capacity(words: &mut Words, capacity: u32) -> u32 {
    words.expect((1..=100).contains(&capacity), "capacity", "1 to 100 conversations.", "1 到 100 个会话。");
    capacity
}

fn refused(error: accounts::Error) -> Problem {
    let wrong = |en: &str, zh: &str| {
        Problem::invalid(vec![Wrong { at: "email".to_owned(), en: en.to_owned(), zh: zh.to_owned() }])
    };
    match error {
        accounts::Error::BadEmail => wrong("This is no e-mail address.", "这不是有效的邮箱地址。"),
        accounts::Error::EmailTaken => wrong(
            "Somebody has this address, perhaps an account that was closed.",
            "该邮箱已被使用，也可能属于已停用的账户。",
        ),
        accounts::Error::NoSuchAgent => Code::NotFound.into(),
        other => Problem::internal(other),
    }
}

fn shown(agent: AgentRow) -> Agent {
    Agent {
        id: agent.id.to_string(),
        name: agent.name,
        email: agent.email,
        role: agent.role.name(),
        capacity: agent.capacity,
        teams: agent.teams.iter().map(ToString::to_string).collect(),
        skills: Skills { languages: agent.languages, topics: agent.topics },
        must_change_password: agent.must_change,
        created_at: agent.created_at.rfc3339(),
    }
}
