//! The index is a projection: lost, damaged or old, it comes back as it was.

use std::path::Path;
use std::sync::Arc;

use frontdesk::embed::hashed::Hashed;
use frontdesk::index::Change;
use frontdesk::model::passage::Scored;
use frontdesk::text::language::Language::{En, Zh};

use super::{Library, SHOP, Watched, ask};
use Damage::{Behind, Deleted, Garbled, Thinned};

#[derive(Clone, Copy, Debug)]
enum Damage {
    Deleted,
    Garbled,
    /// Entries are missing, the version is right.
    Thinned,
    /// A copy from before the last publication.
    Behind,
}

async fn state(library: &Library) -> (Vec<Scored>, frontdesk::index::Held) {
    let mut passages = ask(&library.retriever, "What does article 7 cost?").await.passages;
    passages.truncate(1);
    (passages, library.index.held(SHOP).await.unwrap())
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn an_index_that_was_hurt_is_made_again() {
    for damage in [Deleted, Garbled, Thinned, Behind] {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("index");
        let embedder = Watched::new("counted/1", &[En, Zh]);
        let library = Library::open(data.path(), Some(embedder.clone())).await;
        for number in 0..20 {
            library.upload(&format!("{number}.md"), &format!("Article {number} costs {number}0 euros.")).await.unwrap();
        }
        library.worker.settle().await.unwrap();
        let before = state(&library).await;
        assert_eq!(before.0[0].passage.text, "Article 7 costs 70 euros.");
        assert!(before.0[0].scores.cosine.is_some());
        if let Thinned | Behind = damage {
            let chunk = before.0[0].passage.chunk.clone();
            let version = matches!(damage, Behind).then_some(0);
            let change = Change { workspace: SHOP, reset: false, add: vec![], remove: vec![chunk], version };
            library.index.apply(&change).await.unwrap();
        }
        drop(library);
        match damage {
            Deleted => std::fs::remove_dir_all(&folder).unwrap(),
            Garbled => {
                for file in files(&folder) {
                    std::fs::write(file, "not what it was").unwrap();
                }
            }
            Thinned | Behind => {}
        }
        embedder.taken();
        let library = Library::open(data.path(), Some(embedder.clone())).await;
        assert_eq!(state(&library).await, before, "{damage:?}");
        library.worker.settle().await.unwrap();
        assert_eq!(embedder.taken(), [] as [String; 0], "vectors come from the store");
    }
}

#[tokio::test]
async fn an_index_that_is_lost_under_an_open_house_is_whole_after_the_next_publication() {
    let data = tempfile::tempdir().unwrap();
    let library = Library::open(data.path(), Some(Arc::new(Hashed::default()))).await;
    library.add("a.md", "The fee is 10 euros.").await;
    let lost = Change { workspace: SHOP, reset: true, add: vec![], remove: vec![], version: Some(0) };
    library.index.apply(&lost).await.unwrap();
    library.add("b.md", "The fine is 20 euros.").await;
    assert_eq!(library.find("fee").await[0], "a.md: The fee is 10 euros.");
    let held = library.index.held(SHOP).await.unwrap();
    assert_eq!((held.version, held.chunks, held.vectors), (2, 2, 2));
}

#[tokio::test]
async fn an_index_that_is_right_is_left_alone() {
    let data = tempfile::tempdir().unwrap();
    let library = Library::open(data.path(), Some(Arc::new(Hashed::default()))).await;
    let id = library.add("a.md", "The fee is 10 euros.").await.document;
    library.add("b.md", "The fine is 20 euros.").await;
    library.ingest.delete(SHOP, id, frontdesk::clock::now()).await.unwrap();
    let files_before: std::collections::BTreeSet<_> = files(&data.path().join("index")).into_iter().collect();
    drop(library);
    let library = Library::open(data.path(), Some(Arc::new(Hashed::default()))).await;
    assert_eq!(library.find("fine").await, ["b.md: The fine is 20 euros."]);
    let files_after: std::collections::BTreeSet<_> = files(&data.path().join("index")).into_iter().collect();
    assert_eq!(files_before, files_after, "segments were not written again");
}
