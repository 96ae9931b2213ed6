//! The local embedding model, for real: runs where `make models` has set one up.

use std::path::Path;
use std::sync::Arc;

use frontdesk::embed::fastembed::{Config, Fastembed};
use frontdesk::embed::manifest::Manifest;
use frontdesk::embed::{Embedder, Side, Vector};

/// `None` where no model is set up; everything else about a model that is there must work.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn local() -> Option<Fastembed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    if !folder.join("model.toml").exists() {
        eprintln!("skipped: no local model; run `make models`");
        return None;
    }
    Manifest::read(&folder).unwrap().verify(&folder).unwrap();
    Some(Fastembed::load(&Config { folder, threads: 1, ..Config::default() }).unwrap())
}

fn cosine(one: &Vector, other: &Vector) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

#[tokio::test]
async fn meaning_is_nearer_than_words() {
    let Some(local) = local() else { return };
    let question = local.embed(&["Can I send it back?".into()], Side::Question).await.unwrap();
    let passages =
        ["Goods may be returned within 30 days.", "Our head office is in the old harbour."].map(String::from);
    let passages = local.embed(&passages, Side::Passage).await.unwrap();
    assert_eq!(question[0].len(), local.model().dimensions);
    assert!(cosine(&question[0], &passages[0]) > cosine(&question[0], &passages[1]) + 0.1);
}

#[tokio::test]
async fn a_vector_does_not_depend_on_its_neighbours() {
    let Some(local) = local() else { return };
    let text = "Shipping to islands takes two more days.".to_owned();
    let alone = local.embed(std::slice::from_ref(&text), Side::Passage).await.unwrap();
    let long = "a much longer text about something else, again and again. ".repeat(40);
    let among = local.embed(&[long, text, String::new()], Side::Passage).await.unwrap();
    assert_eq!(alone[0], among[1]);
    let length = cosine(&among[0], &among[0]);
    assert!((length - 1.0).abs() < 1e-4, "not a unit vector: {length}");
}

#[tokio::test]
async fn a_question_is_answered_in_the_middle_of_an_ingest() {
    let Some(local) = local() else { return };
    let local = Arc::new(local);
    let passages: Vec<String> =
        (0..40).map(|n| format!("Passage {n}: {}", "warranty and repair ".repeat(30))).collect();
    let ingest = tokio::spawn({
        let local = Arc::clone(&local);
        async move { local.embed(&passages, Side::Passage).await.map(|vectors| vectors.len()) }
    });
    tokio::task::yield_now().await;
    local.embed(&["Is it under warranty?".into()], Side::Question).await.unwrap();
    assert!(!ingest.is_finished(), "the question waited behind the whole batch");
    assert_eq!(ingest.await.unwrap().unwrap(), 40);
}

#[tokio::test]
async fn more_calls_than_may_wait_are_refused_at_once() {
    let Some(_) = local() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let local = Fastembed::load(&Config { folder, threads: 1, waiting: 1 }).unwrap();
    let texts = ["one".to_owned()];
    let calls = futures::future::join_all((0..10).map(|_| local.embed(&texts, Side::Question))).await;
    let refused: Vec<String> = calls.iter().filter_map(|call| call.as_ref().err().map(ToString::to_string)).collect();
    assert!(calls[0].is_ok());
    assert!(!refused.is_empty() && refused.iter().all(|reason| reason.contains("waiting")), "{refused:?}");
}
