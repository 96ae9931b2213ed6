//! Colleagues, teams, and the customers whom the business knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Path, Query, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::bus::Hint;
use crate::channel::limit::Caller;
use crate::clock;
use crate::http::desk::state::{Console, named};
use crate::http::desk::wire::{Contact, Row, load};
use crate::http::ledger;
use crate::http::staff::Staff;
use crate::model::id::CustomerId;
use crate::model::time::Timestamp;
use crate::problem::{Body, Code, Document, Problem};
use crate::store::contacts::ContactRow;
use crate::store::listing::{View, Wanted};

/// Contacts of one page, and conversations of one contact.
const PAGE: usize = 50;
/// Longest name, address or number, in characters; longest notes; largest attributes, in bytes.
const LONGEST: usize = 200;
const LONGEST_NOTES: usize = 4000;
/// Longest name of an attribute.
const LONGEST_KEY: usize = 64;
const LARGEST: usize = 8 << 10;

pub(super) fn routes(console: Console) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(agents))
        .routes(routes!(teams))
        .routes(routes!(contacts))
        .routes(routes!(contact, change))
        .routes(routes!(conversations))
        .with_state(console)
}

/// A colleague.
#[derive(Debug, Serialize, ToSchema)]
struct Agent {
    id: String,
    name: String,
    email: String,
    role: &'static str,
    /// `online`, `busy`, `away` or `offline`.
    presence: &'static str,
    /// Conversations that they have now, of `capacity`.
    load: u64,
    capacity: u32,
    teams: Vec<String>,
    skills: Skills,
}

#[derive(Debug, Serialize, ToSchema)]
struct Skills {
    languages: Vec<String>,
    topics: Vec<String>,
}

/// List colleagues.
#[utoipa::path(
    get, path = "/api/v1/desk/agents", tag = "console", security(("session" = [])),
    responses((status = 200, body = Vec<Agent>), (status = 401, body = Document))
)]
async fn agents(State(console): State<Console>, staff: Staff) -> Result<Json<Vec<Agent>>, Problem> {
    let home = staff.agent.workspace;
    let rows = console.store.agents(home).await.map_err(Problem::internal)?;
    let tally = console.store.view_counts(home).await.map_err(Problem::internal)?;
    let now = clock::now();
    let here = rows.into_iter().filter(|agent| agent.disabled_at.is_none());
    let agents = here.map(|agent| Agent {
        id: agent.id.to_string(),
        role: agent.role.name(),
        presence: console.desk.presence(&agent, now).name(),
        load: load(&tally, agent.id),
        capacity: agent.capacity,
        teams: agent.teams.iter().map(ToString::to_string).collect(),
        name: agent.name,
        email: agent.email,
        skills: Skills { languages: agent.languages, topics: agent.topics },
    });
    Ok(Json(agents.collect()))
}

#[derive(Debug, Serialize, ToSchema)]
struct Team {
    id: String,
    name: String,
    members: Vec<String>,
}

/// List teams.
#[utoipa::path(
    get, path = "/api/v1/desk/teams", tag = "console", security(("session" = [])),
    responses((status = 200, body = Vec<Team>), (status = 401, body = Document))
)]
async fn teams(State(console): State<Console>, staff: Staff) -> Result<Json<Vec<Team>>, Problem> {
    let teams = console.store.teams(staff.agent.workspace).await.map_err(Problem::internal)?;
    let shown = teams.into_iter().map(|team| Team {
        id: team.id.to_string(),
        name: team.name,
        members: team.members.iter().map(ToString::to_string).collect(),
    });
    Ok(Json(shown.collect()))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
struct Search {
    /// Words of a name, an address, a number or an external id.
    q: String,
    /// The `next` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Contacts {
    items: Vec<Contact>,
    /// Goes into `cursor` for the next page; `null` at the end.
    next: Option<String>,
}

/// List customers, the last changed first.
#[utoipa::path(
    get, path = "/api/v1/desk/contacts", tag = "console", params(Search), security(("session" = [])),
    responses((status = 200, body = Contacts), (status = 401, body = Document))
)]
async fn contacts(
    State(console): State<Console>,
    staff: Staff,
    Query(search): Query<Search>,
) -> Result<Json<Contacts>, Problem> {
    let before = match search.cursor.as_deref() {
        Some(cursor) => Some(place(cursor).ok_or(Code::Unacceptable)?),
        None => None,
    };
    let words: String = search.q.trim().chars().take(LONGEST).collect();
    let found = console.store.contacts(staff.agent.workspace, &words, before, PAGE + 1).await;
    let mut rows = found.map_err(Problem::internal)?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| format!("{}.{}", row.updated_at.0, row.id));
    Ok(Json(Contacts { items: rows.into_iter().map(Contact::from).collect(), next }))
}

fn place(cursor: &str) -> Option<(Timestamp, CustomerId)> {
    let (at, id) = cursor.split_once('.')?;
    Some((Timestamp(at.parse().ok()?), id.parse().ok()?))
}

/// Customers of whom nothing is known have no row; those who wrote exist all the same.
async fn find(console: &Console, staff: &Staff, id: &str) -> Result<ContactRow, Problem> {
    let (home, id) = (staff.agent.workspace, named::<CustomerId>(id)?);
    if let Some(row) = console.store.contact(home, id).await.map_err(Problem::internal)? {
        return Ok(row);
    }
    let wanted = Wanted { customer: Some(id), ..Wanted::of(home, View::Any, 1) };
    let first = console.store.list(&wanted).await.map_err(Problem::internal)?.into_iter().next();
    let opened_at = Timestamp(first.ok_or(Code::NotFound)?.opened_at);
    Ok(ContactRow::unknown(home, id, opened_at))
}

/// Look at one customer.
#[utoipa::path(
    get, path = "/api/v1/desk/contacts/{id}", tag = "console", params(("id" = String, Path)),
    security(("session" = [])), responses((status = 200, body = Contact), (status = 404, body = Document))
)]
async fn contact(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Json<Contact>, Problem> {
    Ok(Json(Contact::from(find(&console, &staff, &id).await?)))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ContactChange)]
struct Change {
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    /// What is named is set, or removed by `null`; what is not named stays.
    #[schema(value_type = Option<Object>)]
    attributes: Option<BTreeMap<String, Option<Value>>>,
    notes: Option<String>,
}

/// Write down what was learnt about a customer.
#[utoipa::path(
    patch, path = "/api/v1/desk/contacts/{id}", tag = "console", params(("id" = String, Path)),
    request_body = Change, security(("session" = [])),
    responses((status = 200, body = Contact), (status = 404, body = Document), (status = 422, body = Document))
)]
async fn change(
    State(console): State<Console>,
    Extension(caller): Extension<Caller>,
    staff: Staff,
    Path(id): Path<String>,
    Body(change): Body<Change>,
) -> Result<Json<Contact>, Problem> {
    let mut row = find(&console, &staff, &id).await?;
    let before = serde_json::to_value(Contact::from(row.clone())).map_err(Problem::internal)?;
    for (value, field) in [(change.name, &mut row.name), (change.email, &mut row.email), (change.phone, &mut row.phone)]
    {
        if let Some(value) = value {
            *field = plain(&value, LONGEST)?;
        }
    }
    if let Some(notes) = change.notes {
        row.notes = plain(&notes, LONGEST_NOTES)?;
    }
    if let Some(attributes) = change.attributes {
        let mut kept: BTreeMap<String, Value> = serde_json::from_str(&row.attributes).unwrap_or_default();
        for (key, value) in attributes {
            match value {
                Some(value) => kept.insert(plain(&key, LONGEST_KEY)?, value),
                None => kept.remove(&key),
            };
        }
        row.attributes = serde_json::to_string(&kept).map_err(Problem::internal)?;
        if row.attributes.len() > LARGEST {
            return Err(Code::TooLarge.into());
        }
    }
    row.updated_at = clock::now();
    console.store.save_contact(&row).await.map_err(Problem::internal)?;
    let (workspace, contact) = (row.workspace, row.id);
    console.bus.publish(Arc::new(Hint::Contact { workspace, contact }));
    let after = serde_json::to_value(Contact::from(row.clone())).map_err(Problem::internal)?;
    let what = [&row.name, &row.email].into_iter().find(|text| !text.is_empty());
    let what = what.map_or_else(|| row.id.to_string(), Clone::clone);
    let changed = (differing(&before, &after), differing(&after, &before));
    ledger::record(&console.store, Some(&staff.agent), caller, "contact.changed", what, changed).await?;
    Ok(Json(Contact::from(row)))
}

/// Of one object what stands differently in the other.
fn differing(one: &Value, other: &Value) -> Option<Value> {
    let fields = one.as_object()?.iter().filter(|(key, value)| other.get(key) != Some(value));
    Some(fields.map(|(key, value)| (key.clone(), value.clone())).collect())
}

fn plain(text: &str, most: usize) -> Result<String, Problem> {
    let text = text.trim();
    if text.chars().count() > most || text.chars().any(|c| c.is_control() && c != '\n') {
        let en = format!("A field has at most {most} characters.");
        return Err(Problem::saying(Code::Unacceptable, en, format!("内容不能超过 {most} 个字符。")));
    }
    Ok(text.to_owned())
}

/// The conversations of a customer, newest first.
#[utoipa::path(
    get, path = "/api/v1/desk/contacts/{id}/conversations", tag = "console", params(("id" = String, Path)),
    security(("session" = [])), responses((status = 200, body = Vec<Row>), (status = 401, body = Document))
)]
async fn conversations(
    State(console): State<Console>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Json<Vec<Row>>, Problem> {
    let home = staff.agent.workspace;
    let wanted = Wanted { customer: Some(named(&id)?), ..Wanted::of(home, View::Any, PAGE) };
    let rows = console.store.list(&wanted).await.map_err(Problem::internal)?;
    Ok(Json(rows.into_iter().map(Row::from).collect()))
}
