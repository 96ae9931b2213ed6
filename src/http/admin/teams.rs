//! Teams: who belongs to them, and what routing sends there.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::words::{Words, list, text};
use crate::app::House;
use crate::clock;
use crate::http::ledger::Ledger;
use crate::model::id::{AgentId, TeamId, WorkspaceId};
use crate::problem::{Body, Code, Document, Problem};
use crate::store::Store;
use crate::store::teams::TeamRow;

const HOME: WorkspaceId = WorkspaceId::DEFAULT;
/// Teams of one business, and members of one team.
const MOST: usize = 200;

pub(super) fn routes(house: &House) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(all, add)).routes(routes!(change, remove)).with_state(house.store.clone())
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminTeam)]
struct Team {
    id: String,
    name: String,
    members: Vec<String>,
    topics: Vec<String>,
    languages: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = TeamText)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    members: Vec<AgentId>,
    /// Rules, labels and words that routing sends here.
    #[serde(default)]
    topics: Vec<String>,
    #[serde(default)]
    languages: Vec<String>,
}

/// List teams by name.
#[utoipa::path(
    get, path = "/api/v1/admin/teams", tag = "admin", security(("admin" = [])),
    responses((status = 200, body = Vec<Team>))
)]
async fn all(State(store): State<Store>) -> Result<Json<Vec<Team>>, Problem> {
    Ok(Json(store.teams(HOME).await.map_err(Problem::internal)?.into_iter().map(shown).collect()))
}

/// Make a team.
#[utoipa::path(
    post, path = "/api/v1/admin/teams", tag = "admin", security(("admin" = [])), request_body = Wanted,
    responses((status = 201, body = Team), (status = 422, body = Document))
)]
async fn add(
    State(store): State<Store>,
    ledger: Ledger,
    Body(wanted): Body<Wanted>,
) -> Result<impl IntoResponse, Problem> {
    if store.teams(HOME).await.map_err(Problem::internal)?.len() >= MOST {
        let (en, zh) = (format!("A house has at most {MOST} teams."), format!("最多 {MOST} 个团队。"));
        return Err(Problem::saying(Code::Invalid, en, zh));
    }
    let team = keep(&store, clock::id(), clock::now(), wanted).await?;
    ledger.changed("team.added", &team.name, None::<()>, Some(&team));
    Ok((StatusCode::CREATED, Json(team)))
}

/// Change a team.
#[utoipa::path(
    put, path = "/api/v1/admin/teams/{id}", tag = "admin", params(("id" = String, Path)), security(("admin" = [])),
    request_body = Wanted,
    responses((status = 200, body = Team), (status = 404, body = Document), (status = 422, body = Document))
)]
async fn change(
    State(store): State<Store>,
    Path(id): Path<String>,
    ledger: Ledger,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Team>, Problem> {
    let before = known(&store, &id).await?;
    let after = keep(&store, before.id, before.created_at, wanted).await?;
    ledger.changed("team.changed", &after.name, Some(shown(before)), Some(&after));
    Ok(Json(after))
}

/// Dissolve a team. What waits for it is anybody's from then on.
#[utoipa::path(
    delete, path = "/api/v1/admin/teams/{id}", tag = "admin", params(("id" = String, Path)), security(("admin" = [])),
    responses((status = 204), (status = 404, body = Document))
)]
async fn remove(State(store): State<Store>, Path(id): Path<String>, ledger: Ledger) -> Result<StatusCode, Problem> {
    let team = known(&store, &id).await?;
    if !store.delete_team(HOME, team.id).await.map_err(Problem::internal)? {
        return Err(Code::NotFound.into());
    }
    ledger.changed("team.removed", team.name.clone(), Some(shown(team)), None::<()>);
    Ok(StatusCode::NO_CONTENT)
}

async fn keep(
    store: &Store,
    id: TeamId,
    created_at: crate::model::time::Timestamp,
    wanted: Wanted,
) -> Result<Team, Problem> {
    let mut words = Words::default();
    words.expect(wanted.members.len() <= MOST, "members", "At most 200 members.", "最多 200 名成员。");
    let team = TeamRow {
        id,
        workspace: HOME,
        name: text(&mut words, "name", &wanted.name, 60),
        topics: list(&mut words, "topics", wanted.topics, 50),
        languages: list(&mut words, "languages", wanted.languages, 20),
        created_at,
        members: wanted.members,
    };
    words.sound()?;
    if !store.save_team(&team).await.map_err(Problem::internal)? {
        let mut taken = Words::default();
        taken.expect(false, "name", "Another team has this name.", "已有同名团队。");
        taken.sound()?;
    }
    // Members that do not exist were left out.
    let kept = store.teams(HOME).await.map_err(Problem::internal)?.into_iter().find(|kept| kept.id == id);
    kept.map(shown).ok_or_else(|| Code::NotFound.into())
}

async fn known(store: &Store, id: &str) -> Result<TeamRow, Problem> {
    let id: TeamId = id.parse().map_err(|_| Code::NotFound)?;
    let found = store.teams(HOME).await.map_err(Problem::internal)?.into_iter().find(|team| team.id == id);
    found.ok_or_else(|| Code::NotFound.into())
}

fn shown(team: TeamRow) -> Team {
    Team {
        id: team.id.to_string(),
        name: team.name,
        members: team.members.iter().map(ToString::to_string).collect(),
        topics: team.topics,
        languages: team.languages,
    }
}
