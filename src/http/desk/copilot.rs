//! Help for agents: drafts, other words, translations, summaries. Nothing of it is said to a customer; what an agent made of a draft
//! is kept, because calibration learns from it, and so is a newer summary of what was handed over, for whoever looks next.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::channel::limit::{Limiter, Rate};
use crate::clock;
use crate::copilot::edit::{Edited, How, LONGEST};
use crate::copilot::{Copilot, Error, watch};
use crate::desk::actions::Action;
use crate::http::desk::acting::{act, clean};
use crate::http::desk::state::Console;
use crate::http::staff::Staff;
use crate::model::conversation::Conversation;
use crate::model::decision::Mode;
use crate::model::event::DraftOutcome;
use crate::model::id::AgentId;
use crate::model::passage::Citation;
use crate::problem::{Body, Code, Document, Problem};
use crate::text::language::Language;

/// How often one agent may ask: each time a model may be paid.
const RATE: Rate = Rate { burst: 20, per_minute: 30 };
const LONGEST_INSTRUCTION: usize = 1_000;

#[derive(Clone, Debug)]
struct Helper {
    copilot: Copilot,
    console: Console,
    asking: Arc<Limiter<AgentId>>,
}

pub(super) fn routes(copilot: Copilot, console: Console) -> OpenApiRouter {
    let helper = Helper { copilot, console, asking: Arc::new(Limiter::new(RATE)) };
    OpenApiRouter::new()
        .routes(routes!(draft))
        .routes(routes!(judge))
        .routes(routes!(rewrite))
        .routes(routes!(translate))
        .routes(routes!(summarise))
        .with_state(helper)
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DraftWish)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// What the reply should also deal with, in the agent's words.
    #[serde(default)]
    instruction: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Draft)]
struct Drafted {
    /// Empty when the documents give nothing to say.
    text: String,
    #[schema(value_type = Vec<Object>)]
    citations: Vec<Citation>,
    /// `model`, `quote`, or `none` when there is no text.
    mode: &'static str,
    /// The stable word of the decision.
    because: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DraftJudgement)]
#[serde(deny_unknown_fields)]
struct Judgement {
    /// `accepted`, `edited` or `rejected`.
    #[schema(value_type = String)]
    outcome: DraftOutcome,
    /// The text as it was proposed.
    draft: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RewriteWish)]
#[serde(deny_unknown_fields)]
struct Rewrite {
    text: String,
    how: Manner,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[schema(as = RewriteManner)]
#[serde(rename_all = "snake_case")]
enum Manner {
    Shorter,
    Friendlier,
    Formal,
    Fix,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = TranslateWish)]
#[serde(deny_unknown_fields)]
struct Translate {
    text: String,
    to: Target,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[schema(as = TranslateTarget)]
#[serde(rename_all = "snake_case")]
enum Target {
    En,
    Zh,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EditedText)]
struct Changed {
    text: String,
    /// Numbers, dates, amounts and names that stand in only one of both texts: look there first.
    differs: Vec<String>,
}

/// Propose a reply to what the customer last asked. Works without a model: then it quotes.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/draft", tag = "console", params(("id" = String, Path)),
    request_body = Wish, security(("session" = [])),
    responses((status = 200, body = Drafted), (status = 404, body = Document), (status = 429, body = Document))
)]
async fn draft(
    State(helper): State<Helper>,
    staff: Staff,
    Path(id): Path<String>,
    Body(wish): Body<Wish>,
) -> Result<Json<Drafted>, Problem> {
    let conversation = helper.asked(&staff, &id).await?;
    let instruction = wish.instruction.as_deref();
    if instruction.is_some_and(|instruction| instruction.chars().count() > LONGEST_INSTRUCTION) {
        return Err(Code::MessageTooLong.into());
    }
    let draft = helper.copilot.draft(&conversation, instruction).await;
    let mode = match draft.mode {
        Some(Mode::Model) => "model",
        Some(Mode::Quote) => "quote",
        Some(Mode::Fixed) | None => "none",
    };
    Ok(Json(Drafted { text: draft.text, citations: draft.citations, mode, because: draft.because }))
}

/// Tell what became of a draft.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/drafts", tag = "console", params(("id" = String, Path)),
    request_body = Judgement, security(("session" = [])),
    responses((status = 204), (status = 404, body = Document))
)]
async fn judge(
    State(helper): State<Helper>,
    staff: Staff,
    Path(id): Path<String>,
    Body(judgement): Body<Judgement>,
) -> Result<StatusCode, Problem> {
    let draft = clean(&judgement.draft)?;
    act(&helper.console, &staff, &id, Action::JudgeDraft { outcome: judgement.outcome, draft }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say the agent's text in other words.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/rewrite", tag = "console", params(("id" = String, Path)),
    request_body = Rewrite, security(("session" = [])),
    responses((status = 200, body = Changed), (status = 422, description = "Also where no model is set up", body = Document))
)]
async fn rewrite(
    State(helper): State<Helper>,
    staff: Staff,
    Path(id): Path<String>,
    Body(wish): Body<Rewrite>,
) -> Result<Json<Changed>, Problem> {
    helper.asked(&staff, &id).await?;
    let how = match wish.how {
        Manner::Shorter => How::Shorter,
        Manner::Friendlier => How::Friendlier,
        Manner::Formal => How::Formal,
        Manner::Fix => How::Fix,
    };
    changed(helper.copilot.rewrite(fitting(&wish.text)?, how).await)
}

/// Translate a text of either side.
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/translate", tag = "console", params(("id" = String, Path)),
    request_body = Translate, security(("session" = [])),
    responses((status = 200, body = Changed), (status = 422, description = "Also where no model is set up", body = Document))
)]
async fn translate(
    State(helper): State<Helper>,
    staff: Staff,
    Path(id): Path<String>,
    Body(wish): Body<Translate>,
) -> Result<Json<Changed>, Problem> {
    helper.asked(&staff, &id).await?;
    let to = match wish.to {
        Target::En => Language::En,
        Target::Zh => Language::Zh,
    };
    changed(helper.copilot.translate(fitting(&wish.text)?, to).await)
}

/// Sum the conversation up as it is now. Works without a model: then it is read off the log. Where the conversation was handed over and
/// is open, the summary takes the place of the one that stands there (event `summarised`).
#[utoipa::path(
    post, path = "/api/v1/desk/conversations/{id}/summarise", tag = "console", params(("id" = String, Path)),
    security(("session" = [])),
    responses((status = 200, description = "As in the conversation's escalation", body = Object), (status = 404, body = Document))
)]
async fn summarise(State(helper): State<Helper>, staff: Staff, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let conversation = helper.asked(&staff, &id).await?;
    let summary = helper.copilot.summarise(&conversation).await;
    if let Some(escalation) = &conversation.escalation {
        let kept = watch::keep(&helper.console.journal, conversation.id, escalation.seq, &summary).await;
        kept.map_err(Problem::internal)?;
    }
    let mut shown = serde_json::to_value(&summary).map_err(Problem::internal)?;
    // The log leaves an empty one out.
    shown["proposed_reply"] = json!(summary.proposed_reply);
    Ok(Json(shown))
}

impl Helper {
    /// The conversation, for somebody who does not ask too often.
    async fn asked(&self, staff: &Staff, id: &str) -> Result<Arc<Conversation>, Problem> {
        self.asking.take(staff.agent.id, clock::now()).map_err(Problem::too_many)?;
        self.console.conversation(staff, id).await
    }
}

fn fitting(text: &str) -> Result<&str, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Code::EmptyMessage.into());
    }
    if text.chars().count() > LONGEST { Err(Code::MessageTooLong.into()) } else { Ok(text) }
}

fn changed(edited: Result<Edited, Error>) -> Result<Json<Changed>, Problem> {
    match edited {
        Ok(Edited { text, differs }) => Ok(Json(Changed { text, differs })),
        Err(Error::NoModel) => Err(Code::NoModel.into()),
        Err(Error::Model(error)) => {
            tracing::warn!(%error, "the model could not help an agent");
            Err(Code::ModelFailed.into())
        }
    }
}
