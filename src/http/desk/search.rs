//! One search over everything that an agent can open: conversations, customers, passages.

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::desk::state::Console;
use crate::http::desk::wire::{Contact, Row};
use crate::http::staff::Staff;
use crate::problem::{Document, Problem};
use crate::store::listing::{View, Wanted};

/// Results of each kind.
const EACH: usize = 8;
/// Longest search, in characters.
const WORDS: usize = 200;

pub(super) fn routes(console: Console) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(search)).with_state(console)
}

#[derive(Debug, Deserialize, IntoParams)]
struct Words {
    /// What is looked for.
    #[serde(default)]
    q: String,
}

#[derive(Debug, Default, Serialize, ToSchema)]
struct Found {
    conversations: Vec<Row>,
    contacts: Vec<Contact>,
    passages: Vec<Hit>,
}

/// A passage of a published document.
#[derive(Debug, Serialize, ToSchema)]
struct Hit {
    chunk: String,
    document: String,
    title: String,
    source: String,
    heading: Vec<String>,
    /// For an entry of a question-and-answer list: the question.
    question: Option<String>,
    /// Markdown.
    text: String,
    scores: Scores,
    /// From 1.
    rank: usize,
    /// Words of the search that stand in it.
    terms: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Scores {
    bm25: Option<f32>,
    cosine: Option<f32>,
    fused: f32,
}

/// Search conversations, customers and published passages.
#[utoipa::path(
    get, path = "/api/v1/desk/search", tag = "console", params(Words), security(("session" = [])),
    responses((status = 200, body = Found), (status = 401, body = Document))
)]
async fn search(
    State(console): State<Console>,
    staff: Staff,
    Query(words): Query<Words>,
) -> Result<Json<Found>, Problem> {
    // What nobody can type is no word.
    let words: String = words.q.chars().filter(|c| !c.is_control()).take(WORDS).collect();
    if words.trim().is_empty() {
        return Ok(Json(Found::default()));
    }
    let (words, home) = (words.trim().to_owned(), staff.agent.workspace);
    let wanted = Wanted { words: Some(words.clone()), ..Wanted::of(home, View::Any, EACH) };
    let (conversations, contacts, passages) = tokio::join!(
        console.store.list(&wanted),
        console.store.contacts(home, &words, None, EACH),
        console.retriever.explain(home, &words, EACH),
    );
    let (_, passages) = passages.map_err(Problem::internal)?;
    let passages = passages.into_iter().map(|found| {
        let (passage, scores) = (found.scored.passage, found.scored.scores);
        Hit {
            chunk: passage.chunk.to_string(),
            document: passage.document.to_string(),
            title: passage.title,
            source: passage.source,
            heading: passage.heading,
            question: passage.question,
            text: passage.text,
            scores: Scores { bm25: scores.bm25, cosine: scores.cosine, fused: scores.fused },
            rank: found.rank,
            terms: found.matched,
        }
    });
    Ok(Json(Found {
        passages: passages.collect(),
        conversations: conversations.map_err(Problem::internal)?.into_iter().map(Row::from).collect(),
        contacts: contacts.map_err(Problem::internal)?.into_iter().map(Contact::from).collect(),
    }))
}
