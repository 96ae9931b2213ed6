//! Documents of the world through the real child process: the bench where it is at hand, and our own hostile ones always.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use frontdesk::knowledge::document::{Prepared, Refusal};
use frontdesk::knowledge::extract::child::prepare_in_child;
use frontdesk::knowledge::extract::limits::Limits;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_frontdesk"))
}

async fn prepare(limits: &Limits, name: &str, bytes: &[u8]) -> Result<Prepared, Refusal> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    prepare_in_child(program(), limits, name, file.path()).await
}

#[tokio::test]
async fn a_document_is_read_and_cut_in_a_child() {
    let text = "# 退货\n\n## 多久能退款？\n\n三个工作日内退到原支付账户。\n\n## 运费\n\n由买家承担。\n";
    let prepared = prepare(&Limits::default(), "returns.md", text.as_bytes()).await.unwrap();
    assert_eq!(prepared.extracted.title.as_deref(), Some("退货"));
    assert_eq!(prepared.language.tag(), "zh-CN");
    let answer = prepared
        .chunks
        .iter()
        .find(|chunk| chunk.question.as_deref() == Some("多久能退款？"))
        .expect("the question is an entry");
    assert_eq!(&prepared.extracted.text[answer.place.clone()], "三个工作日内退到原支付账户。");
}

#[tokio::test]
async fn a_deadline_ends_a_child() {
    let limits = Limits { wall_seconds: 0, ..Limits::default() };
    assert_eq!(prepare(&limits, "a.txt", b"words").await, Err(Refusal::TimedOut));
}

#[tokio::test]
async fn a_child_that_computes_too_long_is_ended() {
    let limits = Limits { cpu_seconds: 1, ..Limits::default() };
    let endless = "All the words of a very long book, one after the other. ".repeat(1 << 20);
    assert_eq!(prepare(&limits, "a.txt", endless.as_bytes()).await, Err(Refusal::TimedOut));
}

#[tokio::test]
async fn a_child_that_takes_too_much_memory_is_ended() {
    let limits = Limits { memory_bytes: 256 << 20, ..Limits::default() };
    let lines = "ab\n\n".repeat(12 << 20);
    assert_eq!(prepare(&limits, "a.txt", lines.as_bytes()).await, Err(Refusal::OutOfMemory));
}

#[tokio::test]
async fn a_large_file_and_a_large_answer_are_refused() {
    let small = Limits { file_bytes: 10, ..Limits::default() };
    assert!(matches!(prepare(&small, "a.txt", b"more than ten bytes").await, Err(Refusal::TooLarge(_))));
    let silent = Limits { output_bytes: 100, ..Limits::default() };
    assert!(matches!(
        prepare(&silent, "a.txt", "A sentence. ".repeat(100).as_bytes()).await,
        Err(Refusal::TooLarge(_))
    ));
}

#[tokio::test]
async fn a_child_that_is_not_ours_or_not_there_is_no_fault_of_the_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for exe in ["/bin/true", "/bin/false", "/nowhere/at/all"] {
        let answer = prepare_in_child(Path::new(exe), &Limits::default(), "a.txt", file.path()).await;
        assert!(matches!(answer, Err(Refusal::ReaderFailed(_))), "{exe}: {answer:?}");
    }
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    gold: Option<String>,
    #[serde(default)]
    expect: Option<String>,
}

/// The bench lies beside the repository, or one folder higher.
fn bench() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["../shared/bench/documents", "../../shared/bench/documents"]
        .iter()
        .map(|place| root.join(place))
        .find(|place| place.join("manifest.jsonl").exists())
}

#[tokio::test]
async fn the_bench_is_read() {
    let Some(bench) = bench() else {
        println!("skipped: no document bench beside the repository");
        return;
    };
    let manifest = std::fs::read_to_string(bench.join("manifest.jsonl")).unwrap();
    let mut failures = Vec::new();
    println!("{:<44} {:>7} {:>6} {:>6} {:>6} {:>6}", "file", "bytes", "chunks", "raw", "bag", "order");
    for line in manifest.lines().filter(|line| !line.trim().is_empty()) {
        let entry: Entry = serde_json::from_str(line).unwrap();
        let file = bench.join(&entry.file);
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let answer = prepare_in_child(program(), &Limits::default(), &name, &file).await;
        let expected = entry.expect.as_deref().unwrap_or_default();
        match (&answer, expected.split(':').next()) {
            (Err(Refusal::Encrypted), Some("encrypted")) | (Err(Refusal::Empty), Some("empty")) => {
                println!("{name:<44} refused as expected")
            }
            (Ok(prepared), Some("")) if !prepared.chunks.is_empty() => {
                let text = &prepared.extracted.text;
                let gold = entry.gold.as_ref().map(|gold| std::fs::read_to_string(bench.join(gold)).unwrap());
                let Some(gold) = gold.map(|gold| bare(&gold)) else {
                    println!("{name:<44} {:>7} {:>6}", text.len(), prepared.chunks.len());
                    continue;
                };
                let (raw, plain) = (bare(text), bare(&plain(text)));
                let (raw, bag, order) = (bag(&raw, &gold), bag(&plain, &gold), indel(&plain, &gold));
                println!(
                    "{name:<44} {:>7} {:>6} {raw:>6.3} {bag:>6.3} {order:>6.3}",
                    text.len(),
                    prepared.chunks.len()
                );
                if bag < 0.95 {
                    failures.push(format!("{name}: similarity {bag:.3}"));
                }
            }
            (answer, _) => failures.push(format!(
                "{name}: expected {expected:?}, got {:?}",
                answer.as_ref().map(|prepared| prepared.chunks.len())
            )),
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// What a reader of the rendered Markdown sees.
fn plain(markdown: &str) -> String {
    use pulldown_cmark::{Event, Options, Parser};
    Parser::new_ext(markdown, Options::ENABLE_TABLES)
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                Some(text.into_string())
            }
            _ => None,
        })
        .collect()
}

fn bare(text: &str) -> Vec<char> {
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// Twice the characters in common by all characters of both.
fn bag(one: &[char], other: &[char]) -> f64 {
    let mut count: HashMap<char, i64> = HashMap::new();
    one.iter().for_each(|&c| *count.entry(c).or_default() += 1);
    let common = other
        .iter()
        .filter(|&&c| {
            count.get_mut(&c).is_some_and(|left| {
                *left -= 1;
                *left >= 0
            })
        })
        .count();
    2.0 * common as f64 / (one.len() + other.len()).max(1) as f64
}

/// Twice the longest common subsequence by all characters of both, so that order counts.
fn indel(one: &[char], other: &[char]) -> f64 {
    let mut row = vec![0_u32; other.len() + 1];
    for a in one {
        let mut diagonal = 0;
        for (column, b) in other.iter().enumerate() {
            let above = row[column + 1];
            row[column + 1] = if a == b { diagonal + 1 } else { above.max(row[column]) };
            diagonal = above;
        }
    }
    2.0 * f64::from(row[other.len()]) / (one.len() + other.len()).max(1) as f64
}
