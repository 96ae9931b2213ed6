//! The button that is always in reach: talk to a person.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::channel::web::Web;
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

/// Ask for a person. The bot stops at once; asking twice is harmless.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/human", tag = "conversations",
    params(("id" = String, Path)), security(("conversation" = [])),
    responses(
        (status = 202, description = "A person has been asked"),
        (status = 401, body = Document),
    )
)]
async fn ask(State(doors): State<Doors>, Path(id): Path<String>, headers: HeaderMap) -> Result<StatusCode, Problem> {
    let conversation = doors.web.authorised(&id, &headers)?;
    let reason = Reason { kind: ReasonKind::Asked, rule: None, priority: Priority::Normal };
    match doors.switchboard.hand_over(conversation, reason).await {
        Ok(HandOver::Done | HandOver::Already) => Ok(StatusCode::ACCEPTED),
        Ok(HandOver::Unknown) => Err(Code::NotFound.into()),
        Err(error) => Err(Problem::internal(format!("{error:#}"))),
    }
}
