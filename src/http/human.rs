//! The button that is always in reach: talk to a person.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::channel::web::state::Web;
use crate::model::event::{Priority, Reason, ReasonKind};
use crate::problem::{Code, Document, Problem};
use crate::switchboard::{HandOver, Switchboard};

#[derive(Clone, Debug)]
struct Doors {
    web: Web,
    switchboard: Switchboard,
}

pub(super) fn routes(web: Web, switchboard: Switchboard) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(ask)).with_state(Doors { web, switchboard })
}

/// What happens now.
#[derive(Debug, Serialize, ToSchema)]
struct Answer {
    /// For the customer, in their language; empty when a person has the conversation already.
    notice: String,
    /// Place in the queue, from 1.
    position: Option<u32>,
    /// About how long it takes, in seconds; nothing while nobody is there to answer.
    wait_s: Option<u32>,
    /// Whether it is business hours.
    open_now: bool,
}

/// Ask for a person. The bot stops at once; asking twice is harmless.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/human", tag = "conversations",
    params(("id" = String, Path)), security(("conversation" = [])),
    responses(
        (status = 202, description = "A person has been asked, or the notice says why not", body = Answer),
        (status = 401, body = Document),
    )
)]
async fn ask(
    State(doors): State<Doors>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let conversation = doors.web.authorised(&id, &headers)?;
    let reason = Reason { kind: ReasonKind::Asked, rule: None, priority: Priority::Normal };
    let received = match doors.switchboard.hand_over(conversation, reason).await {
        Ok(HandOver::Done(received) | HandOver::Declined(received)) => received,
        Ok(HandOver::Unknown) => return Err(Code::NotFound.into()),
        Err(error) => return Err(Problem::internal(format!("{error:#}"))),
    };
    let answer = Answer {
        notice: received.notice().to_owned(),
        position: received.standing.map(|standing| standing.position),
        wait_s: received.standing.and_then(|standing| standing.wait_s),
        open_now: received.open,
    };
    Ok((StatusCode::ACCEPTED, Json(answer)))
}
