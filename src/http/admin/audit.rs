//! The list of changes.

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::House;
use crate::model::id::WorkspaceId;
use crate::problem::Problem;
use crate::store::Store;
use crate::store::audit::Kept;

/// Entries of one page.
const PAGE: usize = 100;

pub(super) fn routes(house: &House) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list)).with_state(house.store.clone())
}

#[derive(Debug, Deserialize, IntoParams)]
struct Paging {
    /// `next` of the page before.
    cursor: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditPage)]
struct Page {
    /// Newest first.
    items: Vec<Item>,
    next: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditItem)]
struct Item {
    id: u64,
    /// RFC 3339.
    at: String,
    /// Nothing when the administrator's token was used.
    who: Option<Who>,
    ip: String,
    /// A stable word, such as `inbox.changed`.
    action: String,
    what: String,
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditWho)]
struct Who {
    id: String,
    name: String,
}

/// List what was changed, by whom.
#[utoipa::path(
    get, path = "/api/v1/admin/audit", tag = "admin", params(Paging), security(("admin" = [])),
    responses((status = 200, body = Page))
)]
async fn list(State(store): State<Store>, Query(paging): Query<Paging>) -> Result<Json<Page>, Problem> {
    let before = paging.cursor.unwrap_or(u64::MAX);
    let mut kept = store.audit(WorkspaceId::DEFAULT, before, PAGE + 1).await.map_err(Problem::internal)?;
    let more = kept.len() > PAGE;
    kept.truncate(PAGE);
    let next = kept.last().filter(|_| more).map(|last| last.id);
    Ok(Json(Page { items: kept.into_iter().map(item).collect(), next }))
}

fn item(kept: Kept) -> Item {
    let entry = kept.entry;
    Item {
        id: kept.id,
        at: entry.at.rfc3339(),
        who: entry.who.map(|id| Who { id: id.to_string(), name: entry.who_name }),
        ip: entry.ip,
        action: entry.action,
        what: entry.what,
        before: entry.before,
        after: entry.after,
    }
}
