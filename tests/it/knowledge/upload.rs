//! What is taken in, what is turned away, and what becomes of a file that gives nothing.

use std::sync::Arc;

use bytes::Bytes;
use frontdesk::clock;
use frontdesk::embed::hashed::Hashed;
use frontdesk::knowledge::catalogue::{self, Status};
use frontdesk::knowledge::document::Refusal;
use frontdesk::knowledge::ingest::worker::Reader;
use frontdesk::knowledge::ingest::{Config, UploadError};
use frontdesk::knowledge::lock::WriterLock;
use frontdesk::model::time::Timestamp;
use frontdesk::store::revisions::Lease;

use super::{Library, SHOP};

#[tokio::test]
async fn a_document_is_listed_with_its_state_and_its_text() {
    let data = tempfile::tempdir().unwrap();
    let library = Library::open(data.path(), Some(Arc::new(Hashed::default()))).await;
    let text = "## 运费\n\n满 99 元包邮。\n\n## 时间\n\n三天内送达。\n";
    let id = library.add("配送/说明.md", text).await.document;
    library.upload("later.md", "Not read yet.").await.unwrap();
    let documents = library.documents().await;
    let names: Vec<_> = documents.iter().map(|document| (document.name.as_str(), document.status)).collect();
    assert_eq!(names, [("later.md", Status::Queued), ("配送/说明.md", Status::Ready)]);
    assert_eq!((documents[1].chunks, documents[1].vectors, documents[1].bytes), (2, 2, text.len() as u64));
    assert_eq!(catalogue::text(&library.store, SHOP, id).await.unwrap().unwrap(), text);
    let found = super::ask(&library.retriever, "包邮").await;
    let passage = &found.passages[0].passage;
    assert_eq!(&text[passage.start..passage.end], passage.text);
    assert_eq!(passage.heading, ["运费"]);
    let page = catalogue::documents(&library.store, SHOP, "later.md", 10).await.unwrap();
    assert_eq!(page.len(), 1);
}

#[tokio::test]
async fn a_file_that_gives_nothing_says_why_and_can_be_tried_again() {
    let data = tempfile::tempdir().unwrap();
    let library = Library::open(data.path(), None).await;
    let broken = || futures::stream::iter([Ok(Bytes::from_static(b"\xff\xfe\xfd"))]);
    let first = library.ingest.upload(SHOP, "bad.md", broken(), clock::now()).await.unwrap();
    library.add("empty.md", "").await;
    let documents = library.documents().await;
    assert!(documents.iter().all(|document| document.status == Status::Failed && !document.searchable));
    let codes: Vec<_> = documents.iter().map(|document| document.reason.as_ref().unwrap().code.as_str()).collect();
    assert_eq!(codes, ["broken", "empty"]);
    assert!(documents[1].reason.as_ref().unwrap().zh.contains("没有文字"));

    let again = library.ingest.upload(SHOP, "bad.md", broken(), clock::now()).await.unwrap();
    assert_eq!((again.revision, again.unchanged), (first.revision, false), "the same revision is due again");
    library.worker.settle().await.unwrap();
    assert_eq!(library.documents().await[0].status, Status::Failed);
    library.add("bad.md", "Now it is good.").await;
    assert_eq!(library.documents().await[0].status, Status::Ready);
    // A bad replacement leaves what is there.
    library.ingest.upload(SHOP, "bad.md", broken(), clock::now()).await.unwrap();
    library.worker.settle().await.unwrap();
    let document = library.documents().await.remove(0);
    assert_eq!((document.status, document.searchable), (Status::Failed, true));
    assert_eq!(library.find("good").await, ["bad.md: Now it is good."]);
}

#[tokio::test]
async fn a_reader_that_fails_is_tried_again_and_given_up_in_the_end() {
    let data = tempfile::tempdir().unwrap();
    let reader: Reader = Arc::new(|_, _| {
        Box::pin(async { Err(Refusal::ReaderFailed("the reading process could not be started".into())) })
    });
    let library = Library::reading(data.path(), None, Config::default(), reader).await;
    let revision = library.upload("a.md", "The fee is 10 euros.").await.unwrap().revision;
    assert_eq!(library.worker.read_next().await.unwrap(), 1);
    let document = library.documents().await.remove(0);
    assert_eq!((document.status, document.reason), (Status::Queued, None), "it is no fault of the file");
    // As if others had tried as well, until this one is the last to do so.
    let holder = uuid::Uuid::from_u128(1);
    for _ in 0..6 {
        let now = clock::now().plus_ms(3_600_000);
        let taken = library.store.take_revision(now, Lease { holder, until: now.plus_ms(1) }).await.unwrap();
        assert_eq!(taken.unwrap().revision, revision);
        library.store.put_back_revision(revision, holder, Timestamp(0)).await.unwrap();
    }
    assert_eq!(library.worker.read_next().await.unwrap(), 1);
    let document = library.documents().await.remove(0);
    let reason = document.reason.unwrap();
    assert_eq!((document.status, reason.code.as_str()), (Status::Failed, "reader_failed"));
    assert!(reason.en.contains("this program failed") && reason.zh.contains("读取进程无法启动"), "{reason:?}");
}

#[tokio::test]
async fn bytes_that_nobody_names_go_when_they_are_a_day_old() {
    let data = tempfile::tempdir().unwrap();
    let library = Library::open(data.path(), None).await;
    library.add("a.md", "The fee is 10 euros.").await;
    let blobs = data.path().join("blobs");
    let (old, young) = ("0".repeat(64), "1".repeat(64));
    std::fs::write(blobs.join(&old), "an upload that died before its row").unwrap();
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    for entry in std::fs::read_dir(&blobs).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        std::fs::File::options().write(true).open(entry.path()).unwrap().set_modified(long_ago).unwrap();
    }
    std::fs::write(blobs.join(&young), "an upload that is under way").unwrap();
    library.worker.catch_up().await.unwrap();
    let left: Vec<_> = std::fs::read_dir(&blobs).unwrap().flatten().filter(|entry| entry.path().is_file()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(!blobs.join(old).exists() && blobs.join(young).exists());
}

#[tokio::test]
async fn a_file_that_vanished_from_the_disk_is_reported() {
    let data = tempfile::tempdir().unwrap();
    let library = Library::open(data.path(), None).await;
    library.upload("a.md", "Some text.").await.unwrap();
    for blob in std::fs::read_dir(data.path().join("blobs")).unwrap().flatten() {
        let _ = std::fs::remove_file(blob.path());
    }
    library.worker.settle().await.unwrap();
    assert_eq!(library.documents().await[0].reason.as_ref().unwrap().code, "missing");
}

#[tokio::test]
async fn what_cannot_be_taken_in_is_turned_away() {
    let data = tempfile::tempdir().unwrap();
    let config = Config { max_file_mib: 1, max_waiting: 2, ..Config::default() };
    let library = Library::with(data.path(), None, config).await;
    for name in ["", "  ", "a\nb", &"x".repeat(2000)] {
        assert!(matches!(library.upload(name, "text").await, Err(UploadError::BadName)), "{name:?}");
    }
    let large = "x".repeat(1024 * 1024 + 1);
    assert!(matches!(library.upload("large", &large).await, Err(UploadError::TooLarge { limit: 1_048_576 })));
    let cut = futures::stream::iter([Ok(Bytes::from_static(b"half")), Err(std::io::Error::other("gone"))]);
    let cut = library.ingest.upload(SHOP, "cut", cut, clock::now()).await;
    assert!(matches!(cut, Err(UploadError::BrokeOff(_))));
    assert_eq!(library.documents().await.len(), 0);

    library.upload("one", "1").await.unwrap();
    library.upload("two", "2").await.unwrap();
    assert!(matches!(library.upload("three", "3").await, Err(UploadError::QueueFull { waiting: 2 })));
    library.worker.settle().await.unwrap();
    library.upload("three", "3").await.unwrap();
}

#[tokio::test]
async fn many_files_become_few_versions() {
    let data = tempfile::tempdir().unwrap();
    let library = Library::open(data.path(), Some(Arc::new(Hashed::default()))).await;
    for number in 0..200 {
        library.upload(&format!("{number}.md"), &format!("Article {number} costs {number} euros.")).await.unwrap();
    }
    library.worker.settle().await.unwrap();
    let progress = library.ingest.progress(SHOP, Timestamp(0)).await.unwrap();
    assert_eq!((progress.ready, progress.chunks, progress.vectors), (200, 200, 200));
    assert_eq!(library.store.published(SHOP).await.unwrap().version, 1);
}

#[tokio::test]
async fn one_process_ingests_and_others_put_files_in_its_queue() {
    let data = tempfile::tempdir().unwrap();
    let library = Library::open(data.path(), None).await;
    assert!(WriterLock::try_take(data.path()).unwrap().is_none());
    let other = frontdesk::knowledge::ingest::Ingest::new(
        frontdesk::store::Store::open(data.path()).await.unwrap(),
        frontdesk::knowledge::blobs::Blobs::new(data.path()),
        Arc::new(frontdesk::bus::local::Local::default()),
        Config::default(),
    );
    other.upload(SHOP, "a.md", super::once("The fee is 10 euros."), clock::now()).await.unwrap();
    library.worker.settle().await.unwrap();
    assert!(other.progress(SHOP, Timestamp(0)).await.unwrap().is_finished());
    assert_eq!(library.find_elsewhere("fee").await, ["a.md: The fee is 10 euros."]);
}
