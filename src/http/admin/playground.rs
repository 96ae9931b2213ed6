//! The playground: what a customer would be told, and why, on the production path. Nothing is kept.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::House;
use crate::clock;
use crate::dialogue::{Dialogue, Reply, draft};
use crate::http::ledger::Ledger;
use crate::knowledge::chunk;
use crate::knowledge::retrieve::{Ask, Explained, Retriever};
use crate::model::decision::{Action, Mode};
use crate::model::id::WorkspaceId;
use crate::model::passage::Citation;
use crate::problem::{Body, Code, Document, Problem};
use crate::text::language;

const LONGEST: usize = 4000;
const MOST: usize = 50;

#[derive(Clone, Debug)]
struct Playground {
    dialogue: Arc<Dialogue>,
    retriever: Arc<Retriever>,
}

pub(super) fn routes(house: &House) -> OpenApiRouter {
    let (dialogue, retriever) = (Arc::clone(&house.dialogue), Arc::clone(&house.retriever));
    OpenApiRouter::new().routes(routes!(play)).with_state(Playground { dialogue, retriever })
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PlaygroundQuestion)]
#[serde(deny_unknown_fields)]
struct Question {
    question: String,
    /// The language is found out from the question; what is given here is not looked at.
    #[serde(rename = "language")]
    _language: Option<String>,
    /// How `hits` are searched. Decision and answer are always those of production.
    #[serde(default)]
    mode: Search,
    /// Hits, at most 50.
    #[serde(default = "ten")]
    limit: usize,
}

fn ten() -> usize {
    10
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = PlaygroundMode)]
#[serde(rename_all = "snake_case")]
enum Search {
    #[default]
    Hybrid,
    Words,
    Vectors,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaygroundResult)]
struct Played {
    /// What was looked for.
    query: String,
    hits: Vec<Hit>,
    /// False when no embedding model read the question, so that only words were compared.
    by_meaning: bool,
    /// The whole decision as it is recorded, with `confidence`.
    #[schema(value_type = Object)]
    decision: Value,
    /// Nothing unless the bot answers.
    answer: Option<Answer>,
    /// What the customer is told, whatever it is.
    reply: String,
    took_ms: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaygroundAnswer)]
struct Answer {
    text: String,
    #[schema(value_type = Vec<Object>)]
    citations: Vec<Citation>,
    /// `model` or `quote`.
    mode: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaygroundHit)]
struct Hit {
    chunk: String,
    document: String,
    title: String,
    source: String,
    heading: Vec<String>,
    question: Option<String>,
    text: String,
    tokens: usize,
    scores: Scores,
    /// From 1.
    rank: usize,
    /// Words of the question that stand in it.
    terms: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaygroundScores)]
struct Scores {
    bm25: Option<f32>,
    cosine: Option<f32>,
    fused: f32,
}

/// Ask a question as a customer would, and see what was found and why it is answered or not.
#[utoipa::path(
    post, path = "/api/v1/admin/playground", tag = "admin", security(("admin" = [])), request_body = Question,
    responses((status = 200, body = Played), (status = 422, body = Document))
)]
async fn play(
    State(playground): State<Playground>,
    ledger: Ledger,
    Body(asked): Body<Question>,
) -> Result<Json<Played>, Problem> {
    ledger.nothing();
    let question = asked.question.trim();
    if question.is_empty() {
        return Err(Code::EmptyMessage.into());
    }
    if question.chars().count() > LONGEST {
        return Err(Code::MessageTooLong.into());
    }
    let began = Instant::now();
    let workspace = WorkspaceId::DEFAULT;
    let words = asked.mode != Search::Vectors;
    let meaning = asked.mode != Search::Words;
    let ask = Ask {
        lexical: if words { vec![(question.to_owned(), 1.0)] } else { Vec::new() },
        dense: if meaning { question.to_owned() } else { String::new() },
        language: language::detect(question),
        limit: asked.limit.clamp(1, MOST),
        version: None,
    };
    let found = playground.retriever.explain_ask(workspace, &ask).await;
    let (retrieved, explained) = found.map_err(Problem::internal)?;
    let conversation = draft::of_question(clock::id(), workspace, question, clock::now());
    // Nobody watches the sentences come.
    let (shown, _) = mpsc::channel(1);
    let outcome = playground.dialogue.respond(&conversation, clock::id(), clock::now(), &shown).await;
    let (text, citations) = match outcome.reply {
        Reply::Say { text, citations, .. } => (text, citations),
        Reply::Escalate { say, .. } => (say, Vec::new()),
    };
    let mode = match outcome.decision.mode {
        Mode::Model => "model",
        Mode::Quote => "quote",
        Mode::Fixed => "fixed",
    };
    let answers = outcome.decision.action == Action::Answer;
    let mut decision = serde_json::to_value(&outcome.decision).map_err(Problem::internal)?;
    decision["confidence"] = json!(outcome.decision.evidence.confidence);
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Json(Played {
        query: outcome.decision.query,
        hits: explained.into_iter().map(hit).collect(),
        by_meaning: retrieved.dense_asked,
        decision,
        answer: answers.then(|| Answer { text: text.clone(), citations, mode }),
        reply: text,
        took_ms,
    }))
}

fn hit(explained: Explained) -> Hit {
    let passage = explained.scored.passage;
    let scores = explained.scored.scores;
    Hit {
        chunk: passage.chunk.to_string(),
        document: passage.document.to_string(),
        title: passage.title,
        source: passage.source,
        heading: passage.heading,
        question: passage.question,
        tokens: chunk::tokens(&passage.text),
        text: passage.text,
        scores: Scores { bm25: scores.bm25, cosine: scores.cosine, fused: scores.fused },
        rank: explained.rank,
        terms: explained.matched,
    }
}
