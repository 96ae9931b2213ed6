//! What agents keep at hand: canned replies and saved views. One's own are one's own; shared ones are everybody's to use, and
//! their maker's or an administrator's to change.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clock;
use crate::http::desk::state::{Console, named};
use crate::http::staff::Staff;
use crate::model::id::{AgentId, CannedId, ViewId};
use crate::model::staff::Role;
use crate::problem::{Body, Code, Document, Problem};
use crate::store::canned::CannedRow;
use crate::store::views::ViewRow;

/// Canned replies and views that one agent can use.
const MOST: usize = 500;
/// Longest shortcut, title and name, in characters; longest text; largest filter, in bytes.
const SHORTCUT: usize = 40;
const TITLE: usize = 120;
const TEXT: usize = 4000;
const FILTER: usize = 4 << 10;

pub(super) fn routes(console: Console) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_canned, add_canned))
        .routes(routes!(change_canned, delete_canned))
        .routes(routes!(list_views, add_view))
        .routes(routes!(delete_view))
        .with_state(console)
}

/// A canned reply. `{{contact.name}}`, `{{agent.name}}` and `{{conversation.id}}` in its text are filled in by the console.
#[derive(Debug, Serialize, ToSchema)]
struct Canned {
    id: String,
    shortcut: String,
    title: String,
    text: String,
    language: Option<String>,
    shared: bool,
    /// Whether the caller may change it.
    mine: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CannedText {
    shortcut: String,
    title: String,
    text: String,
    /// `en` or `zh`, when it is for one of them.
    language: Option<String>,
    #[serde(default)]
    shared: bool,
}

fn may_change(staff: &Staff, owner: AgentId, shared: bool) -> bool {
    owner == staff.agent.id || (shared && staff.agent.role >= Role::Admin)
}

fn shown(staff: &Staff, row: CannedRow) -> Canned {
    let mine = may_change(staff, row.agent, row.shared);
    let (shortcut, title, text) = (row.shortcut, row.title, row.body);
    Canned { id: row.id.to_string(), shortcut, title, text, language: row.language, shared: row.shared, mine }
}

/// List canned replies by shortcut: one's own and the shared ones.
#[utoipa::path(
    get, path = "/api/v1/desk/canned", tag = "console", security(("session" = [])),
    responses((status = 200, body = Vec<Canned>), (status = 401, body = Document))
)]
async fn list_canned(State(console): State<Console>, staff: Staff) -> Result<Json<Vec<Canned>>, Problem> {
    let rows = console.store.canned(staff.agent.workspace, staff.agent.id, MOST).await.map_err(Problem::internal)?;
    Ok(Json(rows.into_iter().map(|row| shown(&staff, row)).collect()))
}

/// Keep a canned reply.
#[utoipa::path(
    post, path = "/api/v1/desk/canned", tag = "console", request_body = CannedText, security(("session" = [])),
    responses((status = 201, body = Canned), (status = 422, body = Document))
)]
async fn add_canned(
    State(console): State<Console>,
    staff: Staff,
    Body(canned): Body<CannedText>,
) -> Result<impl IntoResponse, Problem> {
    let (home, agent) = (staff.agent.workspace, staff.agent.id);
    room(console.store.canned(home, agent, MOST).await.map_err(Problem::internal)?.len())?;
    let row = written(
        &canned,
        &CannedRow {
            id: clock::id(),
            workspace: home,
            agent,
            shared: false,
            shortcut: String::new(),
            title: String::new(),
            body: String::new(),
            language: None,
            created_at: clock::now(),
        },
    )?;
    console.store.save_canned(&row).await.map_err(Problem::internal)?;
    Ok((StatusCode::CREATED, Json(shown(&staff, row))))
}

/// Change a canned reply.
#[utoipa::path(
    put, path = "/api/v1/desk/canned/{id}", tag = "console", params(("id" = String, Path)), request_body = CannedText,
    security(("session" = [])), responses((status = 200, body = Canned), (status = 404, body = Document))
)]
async fn change_canned(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
    Body(canned): Body<CannedText>,
) -> Result<Json<Canned>, Problem> {
    let row = written(&canned, &changeable(&console, &staff, &id).await?)?;
    console.store.save_canned(&row).await.map_err(Problem::internal)?;
    Ok(Json(shown(&staff, row)))
}

/// Delete a canned reply.
#[utoipa::path(
    delete, path = "/api/v1/desk/canned/{id}", tag = "console", params(("id" = String, Path)),
    security(("session" = [])), responses((status = 204), (status = 404, body = Document))
)]
async fn delete_canned(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let row = changeable(&console, &staff, &id).await?;
    console.store.delete_canned(row.workspace, row.id).await.map_err(Problem::internal)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What belongs to others looks as if it did not exist, unless it is shared.
async fn changeable(console: &Console, staff: &Staff, id: &str) -> Result<CannedRow, Problem> {
    let found = console.store.canned_one(staff.agent.workspace, named::<CannedId>(id)?).await;
    let row = found.map_err(Problem::internal)?.ok_or(Code::NotFound)?;
    match (may_change(staff, row.agent, row.shared), row.shared) {
        (true, _) => Ok(row),
        (false, true) => Err(Code::Forbidden.into()),
        (false, false) => Err(Code::NotFound.into()),
    }
}

fn written(canned: &CannedText, row: &CannedRow) -> Result<CannedRow, Problem> {
    let language = canned.language.clone().filter(|language| !language.is_empty());
    if language.as_deref().is_some_and(|language| !["en", "zh"].contains(&language)) {
        return Err(Problem::saying(Code::Unacceptable, "The language is en or zh.", "语言只能是 en 或 zh。"));
    }
    let shortcut = short(&canned.shortcut, SHORTCUT)?;
    if shortcut.contains(char::is_whitespace) {
        return Err(Problem::saying(Code::Unacceptable, "A shortcut has no spaces.", "快捷短语不能包含空格。"));
    }
    let (title, body) = (short(&canned.title, TITLE)?, short(&canned.text, TEXT)?);
    Ok(CannedRow { shared: canned.shared, shortcut, title, body, language, ..row.clone() })
}

fn short(text: &str, most: usize) -> Result<String, Problem> {
    let text = text.trim();
    let plain = !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
    if !text.is_empty() && text.chars().count() <= most && plain {
        return Ok(text.to_owned());
    }
    let en = format!("A field has 1 to {most} characters.");
    Err(Problem::saying(Code::Unacceptable, en, format!("内容需为 1 到 {most} 个字符。")))
}

fn room(used: usize) -> Result<(), Problem> {
    if used < MOST {
        return Ok(());
    }
    let en = "Delete what you do not need before you add more.";
    Err(Problem::saying(Code::Unacceptable, en, "数量已达上限，请先删除不需要的内容。"))
}

/// A saved view of the list of conversations.
#[derive(Debug, Serialize, ToSchema)]
struct SavedView {
    id: String,
    name: String,
    shared: bool,
    /// The query of the list.
    #[schema(value_type = Object)]
    filter: Value,
    /// Whether the caller may delete it.
    mine: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewView {
    name: String,
    #[serde(default)]
    shared: bool,
    #[schema(value_type = Object)]
    filter: Map<String, Value>,
}

/// List saved views: one's own and the shared ones.
#[utoipa::path(
    get, path = "/api/v1/desk/views", tag = "console", security(("session" = [])),
    responses((status = 200, body = Vec<SavedView>), (status = 401, body = Document))
)]
async fn list_views(State(console): State<Console>, staff: Staff) -> Result<Json<Vec<SavedView>>, Problem> {
    let rows = console.store.views(staff.agent.workspace, staff.agent.id, MOST).await.map_err(Problem::internal)?;
    Ok(Json(rows.into_iter().map(|row| seen(&staff, row)).collect()))
}

fn seen(staff: &Staff, row: ViewRow) -> SavedView {
    let mine = may_change(staff, row.agent, row.shared);
    let filter = serde_json::from_str(&row.filter).unwrap_or_default();
    SavedView { id: row.id.to_string(), name: row.name, shared: row.shared, filter, mine }
}

/// Keep a view.
#[utoipa::path(
    post, path = "/api/v1/desk/views", tag = "console", request_body = NewView, security(("session" = [])),
    responses((status = 201, body = SavedView), (status = 422, body = Document))
)]
async fn add_view(
    State(console): State<Console>,
    staff: Staff,
    Body(view): Body<NewView>,
) -> Result<impl IntoResponse, Problem> {
    let (home, agent) = (staff.agent.workspace, staff.agent.id);
    room(console.store.views(home, agent, MOST).await.map_err(Problem::internal)?.len())?;
    let filter = Value::Object(view.filter).to_string();
    if filter.len() > FILTER {
        return Err(Code::TooLarge.into());
    }
    let (id, name, created_at) = (clock::id(), short(&view.name, TITLE)?, clock::now());
    let row = ViewRow { id, workspace: home, agent, shared: view.shared, name, filter, created_at };
    console.store.insert_view(&row).await.map_err(Problem::internal)?;
    Ok((StatusCode::CREATED, Json(seen(&staff, row))))
}

/// Delete a view.
#[utoipa::path(
    delete, path = "/api/v1/desk/views/{id}", tag = "console", params(("id" = String, Path)),
    security(("session" = [])), responses((status = 204), (status = 404, body = Document))
)]
async fn delete_view(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = named::<ViewId>(&id)?;
    let found = console.store.view(staff.agent.workspace, id).await.map_err(Problem::internal)?;
    let row = found.ok_or(Code::NotFound)?;
    match (may_change(&staff, row.agent, row.shared), row.shared) {
        (true, _) => console.store.delete_view(row.workspace, id).await.map_err(Problem::internal)?,
        (false, true) => return Err(Code::Forbidden.into()),
        (false, false) => return Err(Code::NotFound.into()),
    }
    Ok(StatusCode::NO_CONTENT)
}
