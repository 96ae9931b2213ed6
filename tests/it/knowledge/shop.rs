//! The sample shop's help centre, in all its formats, read in child processes: questions find the right document.

use std::path::Path;
use std::sync::Arc;

use frontdesk::clock;
use frontdesk::embed::hashed::Hashed;
use frontdesk::knowledge::extract::child::prepare_in_child;
use frontdesk::knowledge::extract::limits::Limits;
use frontdesk::knowledge::ingest::Config;
use frontdesk::knowledge::ingest::worker::Reader;
use frontdesk::model::time::Timestamp;
use tokio_util::io::ReaderStream;
use tokio_util::sync::CancellationToken;

use super::{Library, SHOP, ask};

fn child() -> Reader {
    Arc::new(|name, file| {
        Box::pin(async move {
            prepare_in_child(Path::new(env!("CARGO_BIN_EXE_frontdesk")), &Limits::default(), &name, &file).await
        })
    })
}

#[tokio::test]
async fn the_help_centre_is_found_whatever_its_format() {
    let data = tempfile::tempdir().unwrap();
    let library = Library::reading(data.path(), Some(Arc::new(Hashed::default())), Config::default(), child()).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        let content = ReaderStream::new(tokio::fs::File::open(entry.path()).await.unwrap());
        library.ingest.upload(SHOP, &name, content, clock::now()).await.unwrap();
        count += 1;
    }
    let stop = CancellationToken::new();
    let working = tokio::spawn(Arc::clone(&library.worker).run(stop.clone()));
    while !library.ingest.progress(SHOP, Timestamp(0)).await.unwrap().is_finished() {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    working.await.unwrap();
    let progress = library.ingest.progress(SHOP, Timestamp(0)).await.unwrap();
    assert_eq!((progress.ready, progress.failed), (count, 0), "{:?}", library.documents().await);
    assert_eq!(progress.vectors, progress.vectors_goal);

    for (question, source) in [
        ("How many days do I have to return something in mainland China?", "returns.md"),
        ("Above what value is a signature needed?", "shipping.html"),
        ("Does the warranty pass to a second owner in mainland China?", "warranty.docx"),
        ("Can you declare my order as a gift with a lower value?", "customs.pdf"),
        ("Is there a student discount?", "faq.csv"),
        ("帐篷能租吗，多少钱一天？", "常见问题.xlsx"),
        ("100 积分能抵多少钱？", "会员权益.pdf"),
        ("大件商品上门取件费是多少？", "大件送装服务.pptx"),
    ] {
        let found = ask(&library.retriever, question).await;
        let sources: Vec<&str> = found.passages.iter().map(|scored| scored.passage.source.as_str()).collect();
        assert!(sources.contains(&source), "{question}: {sources:?}");
    }
    let (retrieved, explained) =
        library.retriever.explain(SHOP, "How long can I try a mattress before I return it?", 10).await.unwrap();
    assert_eq!(explained.iter().map(|one| one.rank).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    assert_eq!(retrieved.passages.len(), 10);
    for one in &explained {
        let text = one.scored.passage.text.to_lowercase();
        assert!(!text.contains("mattress") || one.matched.iter().any(|term| term == "mattress"), "{one:?}");
    }
    assert!(explained.iter().any(|one| one.matched.iter().any(|term| term == "mattress")));
}
