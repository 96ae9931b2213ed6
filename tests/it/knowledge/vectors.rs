//! Words first, vectors after; nothing is embedded twice, and nothing that the model cannot read.

use std::sync::Arc;

use async_trait::async_trait;
use frontdesk::clock;
use frontdesk::embed::hashed::Hashed;
use frontdesk::embed::{Embedder, Error, Model, Side, Vector};
use frontdesk::knowledge::catalogue::Status;
use frontdesk::model::time::Timestamp;
use frontdesk::text::language::Language::{En, Zh};

use super::{Library, SHOP, Watched, ask};

#[tokio::test]
async fn a_document_is_found_by_its_words_before_it_has_vectors() {
    let data = tempfile::tempdir().unwrap();
    let embedder = Watched::new("held/1", &[En, Zh]);
    let library = Library::open(data.path(), Some(embedder.clone())).await;
    embedder.calls.forget_permits(1000);
    library.upload("returns.md", "Shoes can be returned within 30 days.").await.unwrap();
    assert_eq!(library.worker.read_next().await.unwrap(), 1);
    assert_eq!(library.worker.publish_waiting().await.unwrap(), 1);

    let found = ask(&library.retriever, "return shoes").await;
    assert_eq!(found.passages.len(), 1);
    assert!(!found.dense_asked && found.dense_fault.unwrap().contains("longer than"), "the model is held back");
    assert_eq!(found.passages[0].scores.cosine, None);
    let progress = library.ingest.progress(SHOP, Timestamp(0)).await.unwrap();
    assert_eq!((progress.embedding, progress.vectors, progress.vectors_goal), (1, 0, 1));
    assert_eq!(library.documents().await[0].status, Status::Embedding);

    embedder.calls.add_permits(1000);
    library.worker.settle().await.unwrap();
    let found = ask(&library.retriever, "return shoes").await;
    assert!(found.dense_asked && found.passages[0].scores.cosine.unwrap() > 0.1);
    let progress = library.ingest.progress(SHOP, Timestamp(0)).await.unwrap();
    assert_eq!((progress.ready, progress.vectors, progress.vectors_goal), (1, 1, 1));
    assert!(progress.is_finished() && progress.bytes_read == progress.bytes);
    assert_eq!(library.ingest.progress(SHOP, clock::now().plus_ms(1000)).await.unwrap().documents(), 0);
}

#[tokio::test]
async fn what_did_not_change_is_not_embedded_again() {
    let data = tempfile::tempdir().unwrap();
    let embedder = Watched::new("counted/1", &[En, Zh]);
    let library = Library::open(data.path(), Some(embedder.clone())).await;
    let section = |number: usize, days: usize| format!("## Part {number}\n\nPart {number} takes {days} days.\n\n");
    let text = |changed: usize| (0..20).map(|n| section(n, if n == changed { 99 } else { n })).collect::<String>();

    library.add("guide.md", &text(100)).await;
    assert_eq!(embedder.taken().len(), 20);
    library.add("guide.md", &text(7)).await;
    let again = embedder.taken();
    assert_eq!(again.len(), 1, "{again:?}");
    assert!(again[0].contains("Part 7 takes 99 days."));
    // A copy, and a step back, cost nothing.
    library.add("copy of guide.md", &text(7)).await;
    library.ingest.rollback(SHOP, 1, clock::now()).await.unwrap();
    library.worker.settle().await.unwrap();
    assert_eq!(embedder.taken(), [] as [String; 0]);
    let held = library.index.held(SHOP).await.unwrap();
    assert_eq!((held.chunks, held.vectors), (21, 21));
    assert!(library.documents().await.iter().all(|document| document.status != Status::Embedding));
}

#[tokio::test]
async fn what_the_model_cannot_read_gets_no_vector_and_is_found_by_its_words() {
    let data = tempfile::tempdir().unwrap();
    let embedder = Watched::new("english/1", &[En]);
    let library = Library::open(data.path(), Some(embedder.clone())).await;
    library.add("zh.md", "## 退货\n\n自签收之日起七天内可以退货。\n").await;
    library.add("en.md", "## Returns\n\nReturns are free within 30 days.\n").await;
    assert_eq!(embedder.taken().len(), 1);
    let held = library.index.held(SHOP).await.unwrap();
    assert_eq!((held.chunks, held.vectors), (2, 1));
    let found = ask(&library.retriever, "怎么退货？").await;
    assert!(!found.dense_asked && found.dense_fault.is_none());
    assert_eq!(found.passages[0].passage.source, "zh.md");
    assert!(ask(&library.retriever, "Are returns free?").await.dense_asked);
    let documents = library.documents().await;
    assert!(documents.iter().all(|document| document.status == Status::Ready));
    assert_eq!(documents.iter().map(|document| document.vectors_goal).collect::<Vec<_>>(), [1, 0]);
}

#[tokio::test]
async fn another_model_embeds_everything_and_no_model_keeps_what_is_there() {
    let data = tempfile::tempdir().unwrap();
    let open = async |embedder| Library::open(data.path(), embedder).await;
    let first = Watched::new("first/1", &[En, Zh]);
    let library = open(Some(first.clone())).await;
    library.add("a.md", "The fee is 10 euros.").await;
    assert_eq!(first.taken().len(), 1);
    drop(library);

    // Without a model, words alone are asked; the vectors stay, and a new document waits for none.
    let library = open(None).await;
    library.add("b.md", "The fine is 20 euros.").await;
    let held = library.index.held(SHOP).await.unwrap();
    assert_eq!((held.chunks, held.vectors), (2, 1));
    assert!(!ask(&library.retriever, "fee").await.dense_asked);
    drop(library);

    let library = open(Some(first.clone())).await;
    library.worker.settle().await.unwrap();
    assert_eq!(first.taken().len(), 1, "only what came while there was no model");
    assert_eq!(library.index.held(SHOP).await.unwrap().vectors, 2);
    drop(library);

    let second = Watched::new("second/1", &[En, Zh]);
    let library = open(Some(second.clone())).await;
    assert_eq!(library.index.held(SHOP).await.unwrap().vectors, 0, "vectors of two models never mix");
    assert_eq!(library.find("euros").await.len(), 2, "found by words meanwhile");
    library.worker.settle().await.unwrap();
    assert_eq!(second.taken().len(), 2);
    assert_eq!(library.index.held(SHOP).await.unwrap().vectors, 2);
    drop(library);

    let library = Library::open(data.path(), Some(Arc::new(Hashed::default()))).await;
    library.worker.settle().await.unwrap();
    assert!(ask(&library.retriever, "fee").await.passages[0].scores.cosine.unwrap() > 0.1);
}

/// The twin of a provider that refuses texts with a word, or all of them.
#[derive(Debug)]
struct Squeamish {
    twin: Hashed,
    word: &'static str,
}

#[async_trait]
impl Embedder for Squeamish {
    fn model(&self) -> &Model {
        self.twin.model()
    }

    async fn embed(&self, texts: &[String], side: Side) -> Result<Vec<Vector>, Error> {
        if side == Side::Passage && texts.iter().any(|text| text.contains(self.word)) {
            return Err(Error::Refused("content filter".to_owned()));
        }
        self.twin.embed(texts, side).await
    }
}

#[tokio::test]
async fn a_passage_that_is_refused_alone_does_not_wait_for_ever() {
    let data = tempfile::tempdir().unwrap();
    let embedder = Arc::new(Squeamish { twin: Hashed::default(), word: "knife" });
    let library = Library::open(data.path(), Some(embedder)).await;
    library.add("knives.md", "A knife may not be sent by post.").await;
    library.add("mixed.md", "## Knives\n\nA knife may not be sent by post.\n\n## Forks\n\nA fork may.\n").await;
    for document in library.documents().await {
        assert_eq!((document.status, document.vectors), (Status::Ready, document.vectors_goal), "{}", document.name);
        let warnings: Vec<&str> = document.warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert!(warnings.len() == 1 && warnings[0].starts_with("1 passages were refused"), "{warnings:?}");
    }
    assert!(library.find("knife post").await[0].contains("may not be sent"), "it is found by its words");
}

#[tokio::test]
async fn a_provider_that_refuses_everything_is_waited_for() {
    let data = tempfile::tempdir().unwrap();
    let library = Library::open(data.path(), Some(Arc::new(Squeamish { twin: Hashed::default(), word: "" }))).await;
    library.upload("a.md", "The fee is 10 euros.").await.unwrap();
    assert!(library.worker.settle().await.is_err());
    let document = library.documents().await.remove(0);
    assert_eq!((document.status, document.warnings.len()), (Status::Embedding, 0));
}
