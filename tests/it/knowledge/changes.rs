//! Replacing, deleting and rolling back hold for the very next question, here and in another process.

use std::sync::Arc;

use frontdesk::clock;
use frontdesk::embed::hashed::Hashed;
use frontdesk::knowledge::catalogue::{self, Status};
use frontdesk::knowledge::ingest::purge::Purged;
use frontdesk::knowledge::ingest::{ChangeError, Config};
use frontdesk::model::id::DocumentId;
use frontdesk::model::time::Timestamp;
use frontdesk::store::indexed::Indexed;
use tokio_util::sync::CancellationToken;

use super::{Library, SHOP, ask, elsewhere};

async fn library(data: &tempfile::TempDir) -> Library {
    Library::open(data.path(), Some(Arc::new(Hashed::default()))).await
}

/// What is found must be the same in both processes.
async fn found(library: &Library, question: &str) -> Vec<String> {
    let here = library.find(question).await;
    assert_eq!(here, library.find_elsewhere(question).await);
    here
}

#[tokio::test]
async fn a_question_right_after_a_change_sees_the_change() {
    let data = tempfile::tempdir().unwrap();
    let library = library(&data).await;
    assert!(found(&library, "How long can I return shoes?").await.is_empty());

    let returns = library.add("returns.md", "Shoes can be returned within 30 days.").await.document;
    library.add("shipping.md", "Shipping takes five days.").await;
    assert_eq!(found(&library, "return shoes").await[0], "returns.md: Shoes can be returned within 30 days.");

    let again = library.add("returns.md", "Shoes can be returned within 14 days.").await;
    assert_eq!(again.document, returns);
    assert_eq!(found(&library, "return shoes").await[0], "returns.md: Shoes can be returned within 14 days.");
    assert!(!found(&library, "return shoes").await.iter().any(|line| line.contains("30 days")));

    let version = library.ingest.delete(SHOP, returns, clock::now()).await.unwrap();
    assert_eq!(version, 4);
    assert!(!found(&library, "return shoes").await.iter().any(|line| line.contains("returns.md")));
    assert_eq!(catalogue::document(&library.store, SHOP, returns).await.unwrap(), None);
    assert!(matches!(library.ingest.delete(SHOP, returns, clock::now()).await, Err(ChangeError::NoSuchDocument)));

    // Back to before the replacement: version 5 has the content of version 2.
    assert_eq!(library.ingest.rollback(SHOP, 2, clock::now()).await.unwrap(), 5);
    assert_eq!(found(&library, "return shoes").await[0], "returns.md: Shoes can be returned within 30 days.");
    assert_eq!(found(&library, "shipping").await[0], "shipping.md: Shipping takes five days.");

    assert_eq!(library.ingest.rollback(SHOP, 1, clock::now()).await.unwrap(), 6);
    assert!(!found(&library, "shipping").await.iter().any(|line| line.contains("shipping.md")));
    let withdrawn = library.documents().await.into_iter().find(|document| document.name == "shipping.md").unwrap();
    assert_eq!((withdrawn.status, withdrawn.searchable), (Status::Withdrawn, false));

    assert_eq!(library.ingest.rollback(SHOP, 0, clock::now()).await.unwrap(), 7);
    assert!(found(&library, "return shoes").await.is_empty());
    assert!(matches!(library.ingest.rollback(SHOP, 99, clock::now()).await, Err(ChangeError::NoSuchVersion(99))));

    let causes: Vec<String> = catalogue::versions(&library.store, SHOP, u64::MAX, 10)
        .await
        .unwrap()
        .iter()
        .map(|row| format!("{} {} {:?} {}", row.version, row.cause, row.restored, row.documents))
        .collect();
    insta::assert_snapshot!(causes.join("\n"), @r"
    7 rollback Some(0) 0
    6 rollback Some(1) 1
    5 rollback Some(2) 2
    4 delete None 1
    3 publish None 2
    2 publish None 2
    1 publish None 1
    ");
}

#[tokio::test]
async fn an_old_version_can_still_be_asked() {
    let data = tempfile::tempdir().unwrap();
    let library = library(&data).await;
    library.add("a.md", "The fee is 10 euros.").await;
    library.add("a.md", "The fee is 20 euros.").await;
    let mut question = frontdesk::knowledge::retrieve::Ask {
        lexical: vec![("fee".into(), 1.0)],
        limit: 3,
        version: Some(1),
        ..Default::default()
    };
    let old = library.retriever.retrieve(SHOP, &question).await.unwrap();
    assert_eq!((old.version, old.passages[0].passage.text.as_str()), (1, "The fee is 10 euros."));
    assert_eq!(old.passages.len(), 1);
    question.version = None;
    let new = library.retriever.retrieve(SHOP, &question).await.unwrap();
    assert_eq!((new.version, new.passages[0].passage.text.as_str()), (2, "The fee is 20 euros."));
}

#[tokio::test]
async fn an_upload_that_is_deleted_before_it_is_read_never_appears() {
    let data = tempfile::tempdir().unwrap();
    let library = library(&data).await;
    let uploaded = library.upload("secret.md", "The secret word is xyzzy.").await.unwrap();
    library.ingest.delete(SHOP, uploaded.document, clock::now()).await.unwrap();
    library.worker.settle().await.unwrap();
    assert!(found(&library, "secret word xyzzy").await.is_empty());
    // The name can come back.
    let again = library.add("secret.md", "The secret word is xyzzy.").await;
    assert_eq!((again.document, again.unchanged), (uploaded.document, false));
    assert_eq!(found(&library, "secret word xyzzy").await.len(), 1);
}

#[tokio::test]
async fn going_back_to_older_content_is_a_change() {
    let data = tempfile::tempdir().unwrap();
    let library = library(&data).await;
    library.add("a.md", "The fee is 10 euros.").await;
    library.add("a.md", "The fee is 20 euros.").await;
    assert!(library.upload("a.md", "The fee is 20 euros.").await.unwrap().unchanged);
    assert!(!library.add("a.md", "The fee is 10 euros.").await.unchanged);
    assert_eq!(found(&library, "fee").await, ["a.md: The fee is 10 euros."]);
    // A rollback hides the newest revision: its content is no longer "the same".
    library.ingest.rollback(SHOP, 2, clock::now()).await.unwrap();
    assert_eq!(found(&library, "fee").await, ["a.md: The fee is 20 euros."]);
    assert!(!library.add("a.md", "The fee is 10 euros.").await.unchanged);
    assert_eq!(found(&library, "fee").await, ["a.md: The fee is 10 euros."]);
}

#[tokio::test]
async fn of_two_revisions_that_were_read_together_the_newer_is_seen() {
    let data = tempfile::tempdir().unwrap();
    let library = library(&data).await;
    library.upload("a.md", "The fee is 10 euros.").await.unwrap();
    library.upload("a.md", "The fee is 20 euros.").await.unwrap();
    library.worker.settle().await.unwrap();
    assert_eq!(found(&library, "fee").await, ["a.md: The fee is 20 euros."]);
    assert_eq!(library.store.published(SHOP).await.unwrap().version, 1);
}

#[tokio::test]
async fn a_retriever_that_is_open_sees_what_another_process_does() {
    let data = tempfile::tempdir().unwrap();
    let library = library(&data).await;
    let other = elsewhere(data.path()).await;
    assert!(ask(&other, "fee").await.passages.is_empty());
    let id = library.add("a.md", "The fee is 10 euros.").await.document;
    assert_eq!(ask(&other, "fee").await.passages.len(), 1);
    library.add("a.md", "The fee is 20 euros.").await;
    assert_eq!(ask(&other, "fee").await.passages[0].passage.text, "The fee is 20 euros.");
    library.ingest.delete(SHOP, id, clock::now()).await.unwrap();
    assert!(ask(&other, "fee").await.passages.is_empty());
}

#[tokio::test]
async fn a_rollback_brings_back_what_the_index_has_forgotten() {
    let data = tempfile::tempdir().unwrap();
    let library = Library::with(data.path(), Some(Arc::new(Hashed::default())), Config::default()).await;
    let old = library.add("a.md", "The fee is 10 euros.").await;
    library.add("a.md", "The fee is 20 euros.").await;
    // As if much had been hidden since: the index gives up what nobody sees, and only that.
    let visible = library.store.seen_in(SHOP, 2).await.unwrap()[0].revision;
    library.store.give_up_in_index(&[old.revision, visible]).await.unwrap();
    library.worker.settle().await.unwrap();
    assert_eq!(library.store.not_indexed(&[old.revision, visible]).await.unwrap(), [old.revision]);
    assert_eq!(library.index.held(SHOP).await.unwrap().chunks, 1);
    assert_eq!(library.store.mark_indexed(&[old.revision], [Indexed::Yes; 2], Indexed::Drop).await.unwrap(), 0);

    let stop = CancellationToken::new();
    let working = tokio::spawn(Arc::clone(&library.worker).run(stop.clone()));
    library.ingest.rollback(SHOP, 1, clock::now()).await.unwrap();
    assert_eq!(found(&library, "fee").await, ["a.md: The fee is 10 euros."]);
    stop.cancel();
    working.await.unwrap();
    let unknown = DocumentId(uuid::Uuid::from_u128(404));
    assert!(matches!(library.ingest.delete(SHOP, unknown, clock::now()).await, Err(ChangeError::NoSuchDocument)));
}

#[tokio::test]
async fn what_is_purged_is_nowhere_any_more() {
    let data = tempfile::tempdir().unwrap();
    let library = library(&data).await;
    let shared = "## Terms\n\nAll prices include taxes.\n";
    let gone = library.add("gone.md", &format!("## Code\n\nThe secret word is xyzzy.\n\n{shared}")).await;
    library.add("stays.md", shared).await;
    let (kept, again) =
        (library.add("kept.md", "Parking is free.").await, library.add("again.md", "We open at nine.").await);
    library.add("copy of kept.md", "Parking is free.").await;
    for document in [gone.document, kept.document, again.document] {
        library.ingest.delete(SHOP, document, clock::now()).await.unwrap();
    }
    library.add("again.md", "We open at nine.").await;
    let blobs =
        || std::fs::read_dir(data.path().join("blobs")).unwrap().flatten().filter(|file| file.path().is_file()).count();
    let (files, chunks) = (blobs(), library.index.held(SHOP).await.unwrap().chunks);
    let before = library.store.published(SHOP).await.unwrap().version;

    let stop = CancellationToken::new();
    let working = tokio::spawn(Arc::clone(&library.worker).run(stop.clone()));
    assert_eq!(
        library.ingest.purge(SHOP, Timestamp(0)).await.unwrap(),
        Purged::default(),
        "nothing was deleted by then"
    );
    let purged = library.ingest.purge(SHOP, clock::now()).await.unwrap();
    assert_eq!(
        purged,
        Purged { documents: 2, files: 1 },
        "the copy needs its file, and what came back is no deleted document"
    );
    stop.cancel();
    working.await.unwrap();

    assert_eq!((blobs(), library.index.held(SHOP).await.unwrap().chunks), (files - 1, chunks - 1));
    for file in ["frontdesk.db", "frontdesk.db-wal"] {
        let bytes = std::fs::read(data.path().join(file)).unwrap_or_default();
        assert!(!bytes.windows(5).any(|window| window == b"xyzzy"), "{file}: freed pages are overwritten");
    }
    assert_eq!(found(&library, "taxes").await[0], "stays.md: All prices include taxes.");
    assert_eq!(found(&library, "open").await[0], "again.md: We open at nine.");
    assert_eq!(found(&library, "parking").await[0], "copy of kept.md: Parking is free.");
    // Going back brings what is still there.
    assert!(library.ingest.rollback(SHOP, 1, clock::now()).await.unwrap() > before);
    assert!(!found(&library, "secret word xyzzy").await.iter().any(|line| line.contains("gone.md")));
    assert!(!library.add("gone.md", "The fee is 10 euros.").await.unchanged, "the name is free again");
    assert_eq!(found(&library, "fee").await[0], "gone.md: The fee is 10 euros.");
}
