//! What a turn costs: the processor time of the real server for one turn (accept, due, respond, verify, commit, SSE), beside that of a
//! bare streaming relay of the same tokens; then memory at rest and the time from start to ready.
//!
//! `cargo bench --bench turn`. The server and the relay are processes of their own, so that only their time is counted; the model server
//! (the one of the tests) and the customers live in this process. Turns are measured without embedding, memory and start with it,
//! where `make models` has set a model up. `cargo bench --bench turn -- turns` measures the turns alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::customer::{Customer, Heard};
use crate::fake_model::{Asked, FakeModel, Reply, say};
use crate::process::Process;

mod customer;
#[expect(clippy::unwrap_used, reason = "a helper of a test stops the test")]
#[path = "../../tests/it/fake_model.rs"]
#[expect(dead_code, reason = "the faults are for the tests")]
mod fake_model;
mod process;
mod relay;

const CONVERSATIONS: usize = 60;
const TURNS: usize = 5;
/// Turns under way at the same time.
const AT_ONCE: usize = 8;
const QUESTIONS: [&str; TURNS] = [
    "How many days do I have to return a tent?",
    "Who pays for the way back if I changed my mind?",
    "Can I pick up my order in a showroom?",
    "Do you offer gift wrapping, and what does it cost?",
    "Do you have a student discount?",
];

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "relay", upstream] => runtime.block_on(relay::serve(upstream)),
        _ => runtime.block_on(measure(arguments.iter().any(|argument| argument == "turns"))),
    }
}

async fn measure(turns_alone: bool) -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider().install_default().expect("nothing else has installed one");
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    if turns_alone {
        Process::house(&data, &[("embed.kind", "none")]).await?.filled().await?;
    } else {
        rest(&data).await?;
    }
    turns(&data).await
}

/// Memory at rest, and the time from start to ready. Leaves a filled folder.
#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
async fn rest(data: &Path) -> anyhow::Result<()> {
    // Filled once; every later start finds an index.
    let house = Process::house(data, &[("embed.kind", "auto")]).await?;
    house.filled().await?;
    house.ask_once("How long is the warranty?").await?;
    house.at_rest().await;
    println!(
        "memory at rest after ingest and a question {:>9.1} MB (peak {:.1} MB)",
        house.resident_mb(),
        house.peak_mb()
    );
    drop(house);
    let house = Process::house(data, &[("embed.kind", "auto")]).await?;
    println!("start to ready, with an index              {:>9.0} ms", house.ready_after.as_secs_f64() * 1000.0);
    house.ask_once("How long is the warranty?").await?;
    house.at_rest().await;
    println!(
        "memory at rest after a start and a question{:>9.1} MB (peak {:.1} MB)",
        house.resident_mb(),
        house.peak_mb()
    );
    Ok(())
}

/// Processor time of turns, beside that of a relay.
#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
async fn turns(data: &Path) -> anyhow::Result<()> {
    let model = FakeModel::start(|_, body| quote_passages(body)).await;
    println!("processor time of one turn, {} turns, {AT_ONCE} at a time", CONVERSATIONS * TURNS);
    let none = ("embed.kind", "none");
    let model_settings =
        [none, ("llm.kind", "openai"), ("llm.openai.model", "fake"), ("llm.openai.base_url", model.base_url.as_str())];
    let house = Process::house(data, &model_settings).await?;
    converse(&house, 1).await?;
    let before = model.calls();
    let written = converse(&house, TURNS).await?;
    let asked = model.asked().split_off(before);
    report("written by the model, verified", &written);
    println!("  model calls a turn {:.2}, chunks an answer {:.0}", per(asked.len(), written.turns), chunks(&asked));
    drop(house);

    let house = Process::house(data, &[none, ("llm.kind", "none")]).await?;
    converse(&house, 1).await?;
    report("quoted, no model", &converse(&house, TURNS).await?);
    drop(house);

    for (path, name) in [("tokens", "relay that reads each token"), ("bytes", "relay that copies bytes")] {
        let relay = Process::relay(&model.base_url).await?;
        replay(&relay, path, &asked[..asked.len().min(AT_ONCE * 4)]).await?;
        let start = relay.processor_ms();
        replay(&relay, path, &asked).await?;
        let each = (relay.processor_ms() - start) / asked.len() as f64;
        println!("{name:<36}{each:>9.3} ms");
        let turns_of_model = written.modes.get("model").copied().unwrap_or_default();
        if turns_of_model == written.turns {
            println!("  a turn costs {:+.3} ms beside it", written.processor_ms / written.turns as f64 - each);
        }
    }
    Ok(())
}

/// What some turns cost.
struct Cost {
    turns: usize,
    processor_ms: f64,
    /// Of it, in the kernel.
    kernel_ms: f64,
    modes: BTreeMap<String, usize>,
}

/// Lets customers ask the questions, each in a conversation of its own; what was open before is not counted.
async fn converse(house: &Process, turns: usize) -> anyhow::Result<Cost> {
    let opened = join_all((0..CONVERSATIONS).map(|_| Customer::open(&house.base_url))).await;
    let customers = opened.into_iter().collect::<anyhow::Result<Vec<Customer>>>()?;
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let (start, kernel) = (house.processor_ms(), house.kernel_ms());
    let talks = customers.into_iter().map(|mut customer| {
        let places = Arc::clone(&places);
        tokio::spawn(async move {
            let mut heard = Vec::new();
            for question in &QUESTIONS[..turns] {
                let _place = places.acquire().await?;
                let reply = customer.ask(question).await?;
                let over = reply == Heard::Escalated;
                heard.push(reply);
                if over {
                    break;
                }
            }
            anyhow::Ok(heard)
        })
    });
    let mut modes: BTreeMap<String, usize> = BTreeMap::new();
    for talk in join_all(talks).await {
        for heard in talk?? {
            *modes.entry(heard.name()).or_default() += 1;
        }
    }
    let (processor_ms, kernel_ms) = (house.processor_ms() - start, house.kernel_ms() - kernel);
    Ok(Cost { turns: modes.values().sum(), processor_ms, kernel_ms, modes })
}

/// Sends the same requests through the relay.
async fn replay(relay: &Process, path: &str, asked: &[Asked]) -> anyhow::Result<()> {
    let client = customer::client()?;
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let calls = asked.iter().map(|asked| {
        let (client, places, body) = (client.clone(), Arc::clone(&places), asked.body.clone());
        let url = format!("{}/{path}", relay.base_url);
        tokio::spawn(async move {
            let _place = places.acquire().await?;
            let answer = client.post(url).json(&body).send().await?.error_for_status()?.text().await?;
            anyhow::ensure!(answer.contains("event: end") || answer.contains("[DONE]"), "a relayed answer was cut");
            anyhow::Ok(())
        })
    });
    for call in join_all(calls).await {
        call??;
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn report(name: &str, cost: &Cost) {
    let each = |all: f64| all / cost.turns as f64;
    let (all, kernel) = (each(cost.processor_ms), each(cost.kernel_ms));
    println!("{name:<36}{all:>9.3} ms, {kernel:.3} of it in the kernel  {:?}", cost.modes);
}

fn per(count: usize, turns: usize) -> f64 {
    count as f64 / turns as f64
}

fn chunks(asked: &[Asked]) -> f64 {
    let parts = asked.iter().map(|asked| match quote_passages(&asked.body) {
        Reply::Stream(parts) => parts.len(),
        _ => 0,
    });
    per(parts.sum(), asked.len())
}

/// A model that answers well: the first sentences of the first two passages in the prompt, word for word, each with its number.
fn quote_passages(body: &Value) -> Reply {
    let prompt = body["messages"].as_array().and_then(|messages| messages.last());
    let prompt = prompt.and_then(|message| message["content"].as_str()).unwrap_or_default();
    let sentences: Vec<String> = prompt.split(" passage [").skip(1).take(2).filter_map(first_sentence).collect();
    say(&if sentences.is_empty() { "NO_ANSWER".to_owned() } else { sentences.join(" ") })
}

/// `3] from “…” \n text … fence end` → `First sentence [3].`
fn first_sentence(passage: &str) -> Option<String> {
    let number = passage.split_once(']')?.0;
    let text = passage.split_once('\n')?.1;
    let text = text.split_once("Answer: ").map_or(text, |(_, answer)| answer);
    let lines = text.lines().take_while(|line| !line.ends_with(" end"));
    let prose = lines.map(str::trim).find(|line| line.len() > 40 && !line.starts_with(['|', '#', '-', '>']))?;
    let sentence = prose.split_inclusive(". ").next()?.trim().trim_end_matches('.');
    Some(format!("{sentence} [{number}]."))
}

/// Settings as the command line takes them.
fn settings(pairs: &[(&str, &str)]) -> Vec<String> {
    pairs.iter().flat_map(|(key, value)| ["--set".to_owned(), format!("{key}={}", json!(value))]).collect()
}

/// How long anything here may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(120);
