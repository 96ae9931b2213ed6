//! Retrieval in conversations, asked as `dialogue::window` asks:
//! `cargo bench --bench turns -- CONVERSATIONS PASSAGES [MODELS]`, where MODELS is the folder of a local embedding model.
//!
//! Conversations are JSON lines `{turns: [{user, history: [{role, text}], gold_doc, gold_passages}]}`, passages
//! `{id, doc, title, text}`.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::collections::HashMap;
use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result};
use frontdesk::dialogue::window;
use frontdesk::embed::{self, Embedder, Side};
use frontdesk::eval::metric::{mrr, recall};
use frontdesk::index::embedded::{Config, Embedded};
use frontdesk::index::{Change, Index};
use frontdesk::knowledge::document::Chunk;
use frontdesk::knowledge::rank;
use frontdesk::model::conversation::{Conversation, Message};
use frontdesk::model::event::Party;
use frontdesk::model::id::{ChunkName, ConversationId, WorkspaceId};
use frontdesk::model::time::Timestamp;
use frontdesk::text::language;
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
struct Passage {
    id: String,
    doc: String,
    title: String,
    text: String,
}

#[derive(Deserialize)]
struct Dialogue {
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    user: String,
    history: Vec<Said>,
    gold_doc: String,
    gold_passages: Vec<String>,
}

#[derive(Deserialize)]
struct Said {
    role: String,
    text: String,
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let [conversations, passages, rest @ ..] = args.as_slice() else {
        println!("skipped: name the files of conversations and passages to measure turns");
        return Ok(());
    };
    let embedder = rest.first().map(|folder| model(folder)).transpose()?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(measure(&lines(conversations)?, &lines(passages)?, embedder))
}

fn model(folder: &str) -> Result<Arc<dyn Embedder>> {
    let mut config = embed::config::Config { kind: embed::config::Kind::Local, ..embed::config::Config::default() };
    config.local.folder = folder.into();
    config.build()?.embedder().context("there is no local model")
}

fn lines<T: DeserializeOwned>(path: &str) -> Result<Vec<T>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    text.lines().map(|line| serde_json::from_str(line).with_context(|| path.to_owned())).collect()
}

async fn measure(dialogues: &[Dialogue], passages: &[Passage], embedder: Option<Arc<dyn Embedder>>) -> Result<()> {
    let index = Embedded::in_memory(&Config::default());
    let mut names: HashMap<ChunkName, &Passage> = HashMap::new();
    let mut add = Vec::new();
    for passage in passages {
        let chunk = chunk(passage);
        names.insert(chunk.name.clone(), passage);
        let text = rank::text_to_embed(&passage.title, &chunk);
        add.push(rank::entry(&passage.title, &chunk, vector(embedder.as_ref(), text, Side::Passage).await?));
    }
    index
        .apply(&Change { workspace: WorkspaceId::DEFAULT, reset: false, add, remove: Vec::new(), version: Some(1) })
        .await?;
    let mut sums = [0.0; 5];
    let mut count = 0.0;
    for turn in dialogues.iter().flat_map(|dialogue| &dialogue.turns) {
        let window = window::look(&conversation(turn)).context("a turn without a question")?;
        let ask = window::ask(&window, 10);
        let vector = vector(embedder.as_ref(), ask.dense, Side::Question).await?;
        let found = index.search(&rank::query(WorkspaceId::DEFAULT, &ask.lexical, vector, 10)).await?;
        let hits: Vec<&Passage> = found.hits.iter().map(|hit| names[&hit.chunk]).collect();
        let grades: Vec<f64> =
            hits.iter().map(|hit| f64::from(u8::from(turn.gold_passages.contains(&hit.id)))).collect();
        let document = hits.first().is_some_and(|hit| hit.doc == turn.gold_doc);
        let scores = [
            f64::from(u8::from(document)),
            recall::recall(&grades, 1),
            recall::recall(&grades, 5),
            recall::recall(&grades, 10),
        ];
        for (sum, score) in sums.iter_mut().zip(scores.into_iter().chain([mrr::reciprocal_rank(&grades, 10)])) {
            *sum += score;
        }
        count += 1.0;
    }
    for (name, sum) in ["document first", "passage recall@1", "recall@5", "recall@10", "mrr@10"].iter().zip(sums) {
        println!("{name:18}{:6.1} %", 100.0 * sum / f64::max(count, 1.0));
    }
    Ok(())
}

/// The conversation up to a turn: what the customer said since the business last spoke is the question.
fn conversation(turn: &Turn) -> Conversation {
    let mut conversation = Conversation::unborn(ConversationId::from(uuid::Uuid::nil()));
    let said = turn.history.iter().map(|said| (said.role == "user", &said.text)).chain([(true, &turn.user)]);
    for (seq, (by_customer, text)) in (1..).zip(said) {
        if !by_customer {
            conversation.answered_through = seq;
        }
        let from = if by_customer { Party::Customer } else { Party::Bot };
        let (at, text) = (Timestamp::default(), text.clone());
        let message = Message {
            seq,
            at,
            from,
            text,
            client_id: None,
            citations: Vec::new(),
            attachments: Vec::new(),
            offers_human: false,
            delivered: true,
        };
        conversation.messages.push(Arc::new(message));
    }
    conversation
}

async fn vector(embedder: Option<&Arc<dyn Embedder>>, text: String, side: Side) -> Result<Option<Vec<f32>>> {
    match embedder {
        Some(embedder) => Ok(embedder.embed(&[text], side).await?.pop()),
        None => Ok(None),
    }
}

fn chunk(passage: &Passage) -> Chunk {
    Chunk {
        name: ChunkName::of(&[&passage.id]),
        ordinal: 0,
        heading: Vec::new(),
        question: None,
        text: passage.text.clone(),
        place: 0..passage.text.len(),
        tokens: 0,
        language: language::detect(&passage.text),
    }
}
