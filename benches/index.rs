//! The embedded index at ten thousand chunks: what a question costs, and what adding costs. `cargo bench --bench index`.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run stops")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use frontdesk::index::embedded::{Access, Config, Embedded};
use frontdesk::index::{Change, Entry, Index};
use frontdesk::knowledge::rank;
use frontdesk::model::id::{ChunkName, WorkspaceId};
use tokio::runtime::Runtime;

const CHUNKS: usize = 10_000;
const DIMENSIONS: usize = 384;
const WORKSPACE: WorkspaceId = WorkspaceId::DEFAULT;

/// Numbers that are the same on every run (Knuth's multiplier).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// Words by Zipf's law: the n-th is 1/n as frequent as the first.
    fn word(&mut self) -> String {
        let share = self.roll() as f64 / f64::from(1_u32 << 31);
        format!("w{}", 20_000_f64.powf(share) as u64)
    }

    fn text(&mut self, words: usize) -> String {
        (0..words).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    fn vector(&mut self) -> Vec<f32> {
        let numbers: Vec<f32> = (0..DIMENSIONS).map(|_| self.roll() as f32 / (1_u32 << 30) as f32 - 1.0).collect();
        let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
        numbers.iter().map(|number| number / length).collect()
    }

    fn entry(&mut self, number: usize) -> Entry {
        let terms = frontdesk::text::terms::terms(&self.text(120));
        Entry { chunk: ChunkName::of(&[&number.to_string()]), terms, vector: Some(self.vector()) }
    }
}

fn add(entries: Vec<Entry>) -> Change {
    Change { workspace: WORKSPACE, reset: false, add: entries, remove: Vec::new(), version: Some(1) }
}

fn benches(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(7);
    let index = Embedded::open(&Config::default(), folder.path(), Access::Write);
    runtime.block_on(index.apply(&add((0..CHUNKS).map(|number| dice.entry(number)).collect()))).unwrap();

    let question = [(dice.text(10), 1.0)];
    let conversation: Vec<(String, f32)> = (0..8).map(|turn| (dice.text(20), 0.75_f32.powi(turn))).collect();
    let vector = dice.vector();
    let mut group = criterion.benchmark_group("search 10k");
    for (name, texts, vector) in [
        ("words of a question", &question[..], None),
        ("words and vector", &question[..], Some(vector.clone())),
        ("conversation of eight turns and vector", &conversation[..], Some(vector)),
    ] {
        let query = rank::query(WORKSPACE, texts, vector, 10);
        group.bench_function(name, |bench| bench.iter(|| runtime.block_on(index.search(&query)).unwrap()));
    }
    group.finish();

    criterion.bench_function("open 10k", |bench| {
        bench.iter(|| {
            runtime.block_on(Embedded::open(&Config::default(), folder.path(), Access::Write).held(WORKSPACE)).unwrap()
        });
    });

    let mut group = criterion.benchmark_group("apply");
    group.sample_size(20);
    for count in [1, 200, 2_000] {
        group.throughput(Throughput::Elements(count));
        group.bench_function(format!("{count} chunks"), |bench| {
            bench.iter_batched(
                || (tempfile::tempdir().unwrap(), add((0..count as usize).map(|number| dice.entry(number)).collect())),
                |(folder, change)| {
                    let index = Embedded::open(&Config::default(), folder.path(), Access::Write);
                    runtime.block_on(index.apply(&change)).unwrap();
                    folder
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(index, benches);
criterion_main!(index);
