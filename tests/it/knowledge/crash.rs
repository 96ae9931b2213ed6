//! `kill -9` while a process takes in, reads, publishes, replaces and deletes: nothing that was acknowledged is lost or doubled.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;

use frontdesk::clock;
use frontdesk::embed::hashed::Hashed;
use frontdesk::knowledge::catalogue::{self, Status};
use frontdesk::knowledge::ingest::Config;
use frontdesk::knowledge::retrieve::Ask;
use frontdesk::model::time::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{Library, SHOP};

/// Names the data folder and the first number for the child.
const FOLDER: &str = "FRONTDESK_TEST_CRASH_FOLDER";
const KILLS: u64 = 100;
const NAMES: u64 = 40;

/// What a name should hold: the content of an operation, or nothing.
type Content = Option<u64>;

/// Contents that a name may have: the last acknowledged one, and those of operations that were begun after it.
type Possible = BTreeMap<String, Vec<Content>>;

fn text(name: &str, number: u64) -> String {
    let sections =
        (0..4).map(|part| format!("## Part {part}\n\nPart {part} of {name} is about edition {number}x{part}.\n\n"));
    sections.chain([format!("## Common\n\nAll editions of {name} share this sentence.\n")]).collect()
}

#[test]
fn a_killed_process_loses_and_doubles_nothing() {
    let data = tempfile::tempdir().unwrap();
    let mut possible = Possible::new();
    let mut operations = 0;
    for kill in 0..KILLS {
        operations = live_and_die(data.path(), kill, operations, &mut possible);
    }
    assert!(operations > KILLS, "only {operations} operations in {KILLS} lives");
    tokio::runtime::Runtime::new().unwrap().block_on(check(data.path(), &possible));
}

/// Starts a process, lets it say some lines, and kills it.
fn live_and_die(data: &std::path::Path, kill: u64, mut operations: u64, possible: &mut Possible) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "knowledge::crash::the_process_that_is_killed", "--nocapture", "--test-threads=1"])
        .env(FOLDER, format!("{} {}", operations + 1, data.display()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // Not the same moment each time, and sometimes before anything was done.
    let patience = kill.wrapping_mul(2_654_435_761) % 48;
    let mut said = 0;
    let mut killed = false;
    while let Some(Ok(line)) = lines.next() {
        let mut words = line.split_whitespace();
        let content = |word: &str| word.parse::<u64>().ok();
        match (words.next(), words.next(), words.next()) {
            (Some("begin"), Some(name), Some(number)) => {
                operations += 1;
                possible.entry(name.to_owned()).or_insert_with(|| vec![None]).push(content(number));
            }
            (Some("done"), Some(name), Some(number)) => {
                possible.insert(name.to_owned(), vec![content(number)]);
            }
            (Some("alive"), ..) => {}
            _ => continue,
        }
        said += 1;
        if said > patience && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(killed, "the process ended by itself");
    operations
}

async fn check(data: &std::path::Path, possible: &Possible) {
    let library = Library::open(data, Some(Arc::new(Hashed::default()))).await;
    library.worker.settle().await.unwrap();
    let progress = library.ingest.progress(SHOP, Timestamp(0)).await.unwrap();
    assert!(progress.is_finished() && progress.failed == 0, "{progress:?}");
    let documents = library.documents().await;
    let mut chunks = 0;
    for (name, contents) in possible {
        let of_name: Vec<_> = documents.iter().filter(|document| document.name == *name).collect();
        assert!(of_name.len() <= 1, "{name} is doubled");
        let Some(document) = of_name.first() else {
            assert!(contents.contains(&None), "{name} is lost: {contents:?}");
            continue;
        };
        assert_eq!((document.status, document.vectors), (Status::Ready, document.vectors_goal), "{name}");
        let held = catalogue::text(&library.store, SHOP, document.id).await.unwrap().unwrap();
        let number = contents.iter().flatten().find(|number| text(name, **number) == held);
        assert!(number.is_some(), "{name} holds none of {contents:?}:\n{held}");
        chunks += document.chunks;
    }
    assert_eq!(chunks, library.retrievable().await, "a question finds each chunk once");
    let expected = library.store.expected_in_index(SHOP, "hashed/256").await.unwrap();
    let index = library.index.held(SHOP).await.unwrap();
    assert_eq!(index.chunks, expected.chunks, "the index is not the store");
    // Vectors are written to the index first: one of a revision that was hidden before it was known stays there, to no harm.
    assert!((expected.vectors..=index.chunks).contains(&index.vectors), "{index:?} is not the store's {expected:?}");
    assert_eq!(expected.chunks, expected.chunks_at_most, "nothing is under way");
    assert_eq!(
        std::fs::read_dir(data.join("blobs")).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir()).count(),
        1
    );
}

impl Library {
    /// How many different chunks are found by a word that each of them has.
    async fn retrievable(&self) -> u64 {
        let lexical = vec![("edition".to_owned(), 1.0)];
        let all = Ask { lexical, limit: 10_000, ..Ask::default() };
        let found = self.retriever.retrieve(SHOP, &all).await.unwrap();
        let places: BTreeSet<_> = found.passages.iter().map(|scored| &scored.passage.chunk).collect();
        assert_eq!(places.len(), found.passages.len());
        places.len() as u64
    }
}

/// Not a test of its own: the process that the test above starts and kills.
#[test]
fn the_process_that_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "a test has no config.rs")]
    let Ok(order) = std::env::var(FOLDER) else { return };
    let (first, folder) = order.split_once(' ').unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(live(std::path::Path::new(folder), first.parse().unwrap()));
}

async fn live(data: &std::path::Path, first: u64) {
    say("alive", "", "");
    let config = Config { readers: 2, publish_gap_ms: 20, embed_batch: 8, ..Config::default() };
    let library = Library::with(data, Some(Arc::new(Hashed::default())), config).await;
    say("alive", "", "");
    tokio::spawn(Arc::clone(&library.worker).run(CancellationToken::new()));
    for number in first.. {
        let name = format!("doc-{}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % NAMES);
        let known = library.store.document_named(SHOP, &name).await.unwrap();
        if let (Some(document), true) = (known, number % 5 == 0) {
            say("begin", &name, "-");
            library.ingest.delete(SHOP, document, clock::now()).await.unwrap();
            say("done", &name, "-");
        } else {
            say("begin", &name, &number.to_string());
            library.upload(&name, &text(&name, number)).await.unwrap();
            say("done", &name, &number.to_string());
        }
    }
}

/// One write for each line, so that a line is there whole or not at all.
fn say(what: &str, name: &str, number: &str) {
    std::io::stdout().write_all(format!("\n{what} {name} {number}\n").as_bytes()).unwrap();
}
