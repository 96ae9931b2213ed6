//! Doing what an agent wants, and answering with the row that came of it.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::desk::actions::Action;
use crate::desk::shell::Acted;
use crate::http::desk::conversations::row;
use crate::http::desk::state::{Console, named, refused};
use crate::http::desk::wire::Row;
use crate::http::staff::Staff;
use crate::inbox;
use crate::problem::{Code, Problem};

/// The conversation after it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Done {
    pub(super) row: Row,
}

pub(super) async fn act(console: &Console, staff: &Staff, id: &str, action: Action) -> Result<Acted, Problem> {
    console.desk.act(&staff.agent, named(id)?, action).await.map_err(refused)
}

pub(super) async fn done(console: &Console, staff: &Staff, id: &str, action: Action) -> Result<Json<Done>, Problem> {
    let acted = act(console, staff, id, action).await?;
    Ok(Json(Done { row: row(console, acted.conversation.id).await? }))
}

/// A text as it is kept.
pub(super) fn clean(text: &str) -> Result<String, Problem> {
    inbox::clean(text).map_err(|error| match error {
        inbox::Error::TooLong => Code::MessageTooLong.into(),
        _ => Code::EmptyMessage.into(),
    })
}
