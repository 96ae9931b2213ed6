//! Every index behaves alike: one test, run on each adapter.

use std::path::Path;

use frontdesk::index::embedded::{Access, Config, Embedded};
use frontdesk::index::{Change, Entry, Error, Held, Index, Query, qdrant};
use frontdesk::model::id::{ChunkName, WorkspaceId};
use frontdesk::text::terms::terms;
use proptest::prelude::*;
use uuid::Uuid;

const SHOP: WorkspaceId = WorkspaceId(Uuid::from_u128(7));
const OTHER: WorkspaceId = WorkspaceId(Uuid::from_u128(8));

fn entry(name: &str, text: &str, vector: Option<[f32; 3]>) -> Entry {
    Entry { chunk: ChunkName::of(&[name]), terms: terms(text), vector: vector.map(|vector| vector.to_vec()) }
}

fn change(workspace: WorkspaceId, add: Vec<Entry>, remove: &[&str], version: u64) -> Change {
    let remove = remove.iter().map(|name| ChunkName::of(&[name])).collect();
    Change { workspace, reset: false, add, remove, version: Some(version) }
}

fn query(workspace: WorkspaceId, text: &str, vector: Option<[f32; 3]>) -> Query {
    let weighted = [(text.to_owned(), 1.0)];
    frontdesk::knowledge::rank::query(workspace, &weighted, vector.map(|vector| vector.to_vec()), 10)
}

/// Names found, best first.
async fn found(index: &dyn Index, query: &Query, names: &[&str]) -> Vec<String> {
    let hits = index.search(query).await.unwrap().hits;
    let known = |chunk: &ChunkName| names.iter().find(|name| ChunkName::of(&[name]) == *chunk).unwrap().to_string();
    hits.iter().map(|hit| known(&hit.chunk)).collect()
}

/// What the seam promises.
pub(crate) async fn behaves_like_an_index(index: &dyn Index) {
    let names = ["returns", "shipping", "tuihuo", "gift"];
    let add = vec![
        entry("returns", "You may return shoes within 30 days", Some([1.0, 0.0, 0.0])),
        entry("shipping", "Shipping of shoes takes 5 days", Some([0.0, 1.0, 0.0])),
        entry("tuihuo", "签收后七天内可以退货", None),
    ];
    let reset = Change { reset: true, ..change(SHOP, add.clone(), &[], 3) };
    index.apply(&reset).await.unwrap();
    assert_eq!(index.held(SHOP).await.unwrap(), Held { version: 3, chunks: 3, vectors: 2 });

    // Each leg alone, then both.
    assert_eq!(found(index, &query(SHOP, "how do I return my shoes?", None), &names).await[0], "returns");
    assert_eq!(found(index, &query(SHOP, "怎样退貨", None), &names).await, ["tuihuo"]);
    let near = query(SHOP, "unheard-of", Some([0.0, 0.8, 0.6]));
    assert_eq!(found(index, &near, &names).await[0], "shipping");
    let both = index.search(&query(SHOP, "return shoes", Some([0.6, 0.8, 0.0]))).await.unwrap();
    assert_eq!(both.hits.len(), 2, "{both:?}");
    for hit in &both.hits {
        assert!(hit.scores.bm25.is_some_and(|score| score > 0.0) && hit.scores.fused > 0.0, "{hit:?}");
        assert!(
            hit.scores.cosine.is_some_and(|cosine| (cosine - 0.6).abs() < 0.02 || (cosine - 0.8).abs() < 0.02),
            "{hit:?}"
        );
    }
    let lexical = index.search(&query(SHOP, "return", None)).await.unwrap();
    assert!(lexical.hits.iter().all(|hit| hit.scores.cosine.is_none()), "a leg that was not asked has no score");

    // Rare terms are worth more; unknown ones most.
    let idf = index.search(&query(SHOP, "shoes return zebra shoes", None)).await.unwrap().idf;
    let words: Vec<&str> = idf.iter().map(|(term, _)| term.as_str()).collect();
    assert_eq!(words, ["shoe", "return", "zebra"]);
    assert!(idf[0].1 < idf[1].1 && idf[1].1 < idf[2].1, "{idf:?}");

    // Repeating a change changes nothing; replacing an entry replaces its words and its vector.
    index.apply(&change(SHOP, add.clone(), &[], 3)).await.unwrap();
    assert_eq!(index.held(SHOP).await.unwrap(), Held { version: 3, chunks: 3, vectors: 2 });
    index.apply(&change(SHOP, vec![entry("tuihuo", "礼品卡不可退货", Some([0.0, 0.0, 1.0]))], &[], 4)).await.unwrap();
    assert_eq!(index.held(SHOP).await.unwrap(), Held { version: 4, chunks: 3, vectors: 3 });
    assert!(found(index, &query(SHOP, "签收", None), &names).await.is_empty());
    assert_eq!(found(index, &query(SHOP, "礼品", None), &names).await, ["tuihuo"]);

    // Workspaces do not see each other.
    index
        .apply(&Change { reset: true, ..change(OTHER, vec![entry("gift", "Gift cards for shoes", None)], &[], 1) })
        .await
        .unwrap();
    assert_eq!(found(index, &query(OTHER, "shoes", None), &names).await, ["gift"]);
    assert!(!found(index, &query(SHOP, "shoes gift", None), &names).await.contains(&"gift".to_owned()));

    // A removed chunk is gone for the very next question, on both legs.
    index.apply(&change(SHOP, vec![], &["returns", "unknown"], 5)).await.unwrap();
    assert_eq!(found(index, &query(SHOP, "return shoes", Some([1.0, 0.0, 0.0])), &names).await, ["shipping", "tuihuo"]);
    assert_eq!(index.held(SHOP).await.unwrap(), Held { version: 5, chunks: 2, vectors: 2 });

    // A change without a version leaves the number; vectors of another width are refused and leave everything.
    index.apply(&Change { version: None, ..change(SHOP, vec![], &["tuihuo"], 0) }).await.unwrap();
    assert_eq!(index.held(SHOP).await.unwrap(), Held { version: 5, chunks: 1, vectors: 1 });
    let narrow = Entry { vector: Some(vec![1.0, 0.0]), ..entry("gift", "narrow", None) };
    assert_eq!(index.apply(&change(SHOP, vec![narrow], &[], 6)).await, Err(Error::Mismatched { expected: 3, got: 2 }));
    assert_eq!(index.held(SHOP).await.unwrap().version, 5);

    // Nothing asked, nothing found; an unknown workspace is an empty one.
    assert!(found(index, &query(SHOP, "", None), &names).await.is_empty());
    assert!(found(index, &Query { limit: 0, ..query(SHOP, "shoes", None) }, &names).await.is_empty());
    index.apply(&Change { reset: true, ..change(OTHER, vec![], &[], 2) }).await.unwrap();
    assert_eq!(index.held(OTHER).await.unwrap(), Held { version: 2, chunks: 0, vectors: 0 });
    assert!(found(index, &query(OTHER, "shoes", Some([1.0, 0.0, 0.0])), &names).await.is_empty());
}

fn open(folder: &Path, access: Access) -> Embedded {
    Embedded::open(&Config::default(), folder, access)
}

#[tokio::test]
async fn embedded() {
    let folder = tempfile::tempdir().unwrap();
    behaves_like_an_index(&Embedded::in_memory(&Config::default())).await;
    behaves_like_an_index(&open(folder.path(), Access::Write)).await;
    // And it is all there after a restart.
    let index = open(folder.path(), Access::Write);
    assert_eq!(index.held(SHOP).await.unwrap(), Held { version: 5, chunks: 1, vectors: 1 });
    assert_eq!(found(&index, &query(SHOP, "shoes", Some([0.0, 1.0, 0.0])), &["shipping"]).await, ["shipping"]);
}

/// Against a real server, where there is one: `FRONTDESK_TEST_QDRANT=http://localhost:6334`.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test is told where the server is")]
async fn qdrant() {
    let Ok(url) = std::env::var("FRONTDESK_TEST_QDRANT") else {
        println!("skipped: FRONTDESK_TEST_QDRANT names no server");
        return;
    };
    let prefix = format!("test-{}-", Uuid::now_v7());
    let config = qdrant::Config { url, prefix, dimensions: 3, ..qdrant::Config::default() };
    let server = qdrant::Server::connect(&config).unwrap();
    behaves_like_an_index(&server).await;
    // A collection that somebody removed is no empty one.
    let lost = WorkspaceId(Uuid::from_u128(9));
    assert!(matches!(server.search(&query(lost, "shoes", None)).await, Err(Error::Unavailable(_))));
    assert_eq!(server.held(lost).await.unwrap(), Held::default());
}

#[tokio::test]
async fn a_qdrant_server_that_is_down_is_unavailable() {
    let config = qdrant::Config { url: "http://127.0.0.1:1".into(), ..qdrant::Config::default() };
    let server = qdrant::Server::connect(&config).unwrap();
    assert!(matches!(server.held(SHOP).await, Err(Error::Unavailable(_))));
    assert!(matches!(server.search(&query(SHOP, "shoes", None)).await, Err(Error::Unavailable(_))));
}

#[tokio::test]
async fn a_reader_stands_beside_the_writer() {
    let folder = tempfile::tempdir().unwrap();
    let reader = open(folder.path(), Access::Read);
    assert!(matches!(reader.held(SHOP).await, Err(Error::Unavailable(_))));
    let writer = open(folder.path(), Access::Write);
    writer.apply(&change(SHOP, vec![entry("a", "shoes", None)], &[], 1)).await.unwrap();
    assert_eq!(found(&reader, &query(SHOP, "shoes", None), &["a"]).await, ["a"]);
    writer.apply(&change(SHOP, vec![entry("b", "shoes and hats", None)], &["a"], 2)).await.unwrap();
    assert_eq!(found(&reader, &query(SHOP, "shoes", None), &["a", "b"]).await, ["b"]);
    assert_eq!(reader.held(SHOP).await.unwrap().version, 2);
    assert!(matches!(reader.apply(&change(SHOP, vec![], &["b"], 3)).await, Err(Error::Unavailable(_))));
}

#[tokio::test]
async fn a_damaged_index_is_begun_anew_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), Access::Write)
        .apply(&change(SHOP, vec![entry("a", "shoes", Some([1.0, 0.0, 0.0]))], &[], 9))
        .await
        .unwrap();
    let shard = folder.path().join(SHOP.to_string());
    let store = std::fs::read_dir(&shard)
        .unwrap()
        .map(|file| file.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "store"));
    let mut bytes = std::fs::read(store.as_ref().unwrap()).unwrap();
    bytes[3] ^= 0xFF;
    std::fs::write(store.unwrap(), bytes).unwrap();
    let index = open(folder.path(), Access::Write);
    assert_eq!(index.held(SHOP).await.unwrap(), Held::default());
    index.apply(&change(SHOP, vec![entry("a", "shoes", None)], &[], 9)).await.unwrap();
    assert_eq!(found(&index, &query(SHOP, "shoes", None), &["a"]).await, ["a"]);
}

/// Not a test of its own: the process that the next one kills.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test's child is told its folder")]
async fn writes_until_killed() {
    let Ok(folder) = std::env::var("FRONTDESK_TEST_KILLED_FOLDER") else { return };
    let index = open(Path::new(&folder), Access::Write);
    let mut version = index.held(SHOP).await.unwrap().version;
    loop {
        version += 1;
        let text = format!("shoes number {version}");
        let add = vec![entry(&version.to_string(), &text, Some([1.0, 0.0, 0.0]))];
        index.apply(&change(SHOP, add, &[], version)).await.unwrap();
        println!("held {version}");
    }
}

#[test]
fn a_killed_writer_leaves_a_whole_state() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut last = 0;
    for round in 1..=8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "index::writes_until_killed", "--nocapture"])
            .env("FRONTDESK_TEST_KILLED_FOLDER", folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let acknowledged =
            lines.filter_map(|line| line.strip_prefix("held ").map(|number| number.parse::<u64>().unwrap()));
        last = acknowledged.take(round * 2).last().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let held = runtime.block_on(open(folder.path(), Access::Write).held(SHOP)).unwrap();
        assert!(held.version >= last, "round {round}: acknowledged {last}, held {held:?}");
        assert_eq!(held, Held { version: held.version, chunks: held.version, vectors: held.version });
    }
    assert!(last > 8);
}

fn step() -> impl Strategy<Value = (usize, Option<String>)> {
    (0_usize..12, prop::option::of("(shoes|return|days|退货|运费|gift| ){1,12}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// However a state was reached, it gives the same answers with the same scores.
    #[test]
    fn history_leaves_no_trace(steps in prop::collection::vec(prop::collection::vec(step(), 1..4), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (grown, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (grown, fresh) = (open(grown.path(), Access::Write), open(fresh.path(), Access::Write));
        let mut state = std::collections::BTreeMap::new();
        for (version, step) in (1..).zip(&steps) {
            let mut next = change(SHOP, vec![], &[], version);
            for (number, text) in step {
                match text {
                    Some(text) => {
                        let made = entry(&number.to_string(), text, Some([1.0, 0.1 * *number as f32, 0.0]));
                        next.remove.retain(|name| *name != made.chunk);
                        next.add.push(made.clone());
                        state.insert(*number, made);
                    }
                    None => {
                        let name = ChunkName::of(&[&number.to_string()]);
                        next.add.retain(|entry| entry.chunk != name);
                        next.remove.push(name);
                        state.remove(number);
                    }
                }
            }
            runtime.block_on(grown.apply(&next)).unwrap();
        }
        runtime.block_on(fresh.apply(&change(SHOP, state.values().cloned().collect(), &[], 1))).unwrap();
        for text in ["return shoes", "退货运费 days", "gift gift"] {
            let query = query(SHOP, text, Some([0.6, 0.8, 0.0]));
            let (grown, fresh) = (runtime.block_on(grown.search(&query)).unwrap(), runtime.block_on(fresh.search(&query)).unwrap());
            prop_assert_eq!(grown, fresh);
        }
        prop_assert_eq!(runtime.block_on(grown.held(SHOP)).unwrap().chunks as usize, state.len());
    }
}
