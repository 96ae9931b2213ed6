//! `frontdesk doctor`: is everything there, and if not, what helps?

use std::path::Path;
use std::time::{Duration, Instant};

use futures::StreamExt;
use serde::Serialize;

use crate::app::{House, Roles, Seams};
use crate::cli::Globals;
use crate::cli::exit::Exit;
use crate::cli::replayed;
use crate::cli::since::Since;
use crate::cli::terminal::Terminal;
use crate::clock;
use crate::config::layers;
use crate::embed::config::Kind;
use crate::embed::manifest::Manifest;
use crate::embed::{self, Side};
use crate::eval::calibrate::drift::Standing;
use crate::eval::calibrate::traffic;
use crate::knowledge::extract::child;
use crate::knowledge::extract::limits::Limits;
use crate::knowledge::lock::WriterLock;
use crate::llm::{self, Llm, Message, Piece, Prompt, Role};
use crate::model::id::WorkspaceId;
use crate::model::time::Timestamp;
use crate::text::language::Language;

/// Less free space than this is a warning.
const ROOM: u64 = 1 << 30;
/// How long the model may take to say a word.
const PATIENCE: Duration = Duration::from_secs(20);
/// Decisions that are looked at for drift.
const WEEK_MS: i64 = 7 * 24 * 3_600_000;
/// A clock before this (2026-01-01) was never set.
const EPOCH: Timestamp = Timestamp(1_767_225_600_000);

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Do not ask the language model anything.
    #[arg(long)]
    offline: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    Note,
    Failed,
}

#[derive(Debug, Serialize)]
struct Finding {
    part: &'static str,
    state: State,
    says: String,
    /// The failure lies with the network or a model.
    #[serde(skip)]
    outside: bool,
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    let (data, embed, extract) = (config.data.clone(), config.embed.clone(), config.extract.clone());
    let mut findings = vec![finding("settings", State::Ok, "they fit together"), clock_is_set(), disk(&data)];
    findings.push(lock(&data));
    findings.push(reader(&data, &extract).await);
    match House::open(config, Roles::NONE, Seams::default()).await {
        Err(error) => findings.push(finding("house", State::Failed, format!("{error:#}"))),
        Ok(house) => {
            for check in house.readiness.checks().await {
                findings.push(match check.state {
                    Ok(says) => finding(check.name, State::Ok, says),
                    Err(missing) => finding(check.name, State::Failed, missing),
                });
            }
            findings.push(documents(&house).await);
            findings.push(embedder(&house, &embed, terminal).await);
            findings.extend(promises(&house).await);
            findings.push(match (house.llm.current(), arguments.offline) {
                (None, _) => {
                    finding("model", State::Note, "none is configured; answers are quotes ([llm] in frontdesk.toml)")
                }
                (Some(llm), true) => finding("model", State::Note, format!("{} was not asked", llm.name())),
                (Some(llm), false) => model(llm.as_ref()).await,
            });
        }
    }
    for finding in &findings {
        if terminal.json {
            terminal.print_json(finding)?;
            continue;
        }
        let mark = match finding.state {
            State::Ok => terminal.choose("ok", "正常"),
            State::Note => terminal.choose("note", "提示"),
            State::Failed => terminal.choose("FAILED", "失败"),
        };
        terminal.print(format!("{mark:<7} {:<10} {}", finding.part, finding.says))?;
    }
    let failed: Vec<_> = findings.iter().filter(|finding| finding.state == State::Failed).collect();
    Ok(match failed.as_slice() {
        [] => Exit::Done,
        failed if failed.iter().all(|finding| finding.outside) => Exit::Network,
        _ => Exit::Failed,
    })
}

fn finding(part: &'static str, state: State, says: impl Into<String>) -> Finding {
    Finding { part, state, says: says.into(), outside: false }
}

fn clock_is_set() -> Finding {
    let now = clock::now();
    if now < EPOCH {
        return finding(
            "clock",
            State::Failed,
            format!("it says {}; set it, or ids and limits go wrong", now.rfc3339()),
        );
    }
    finding("clock", State::Ok, now.rfc3339())
}

fn disk(data: &Path) -> Finding {
    if let Err(error) = std::fs::create_dir_all(data) {
        return finding("disk", State::Failed, format!("{} cannot be made: {error}", data.display()));
    }
    let probe = data.join(format!(".doctor-{}", std::process::id()));
    if let Err(error) = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe)) {
        return finding("disk", State::Failed, format!("{} cannot be written: {error}", data.display()));
    }
    match rustix::fs::statvfs(data) {
        Ok(space) => {
            let free = space.f_bavail.saturating_mul(space.f_frsize);
            let state = if free < ROOM { State::Note } else { State::Ok };
            finding("disk", state, format!("{} is writable, {} MiB free", data.display(), free >> 20))
        }
        Err(error) => finding("disk", State::Note, format!("free space is unknown: {error}")),
    }
}

fn lock(data: &Path) -> Finding {
    match WriterLock::try_take(data) {
        Ok(Some(_)) => finding("lock", State::Ok, "free: no process ingests into this data folder now"),
        Ok(None) => finding("lock", State::Ok, "held: a running process ingests into this data folder"),
        Err(error) => finding("lock", State::Failed, format!("cannot be taken: {error}")),
    }
}

/// Reads a small document in a child process, as the house does.
async fn reader(data: &Path, limits: &Limits) -> Finding {
    let tried = async {
        let file = data.join(format!(".doctor-{}.md", std::process::id()));
        tokio::fs::write(&file, "# Probe\n\nOne sentence.\n").await?;
        let prepared = child::prepare_in_child(&layers::program()?, limits, "probe.md", &file).await;
        tokio::fs::remove_file(&file).await?;
        anyhow::Ok(prepared?)
    };
    match tried.await {
        Ok(prepared) if !prepared.chunks.is_empty() => {
            finding("reader", State::Ok, "documents are read in a child process")
        }
        Ok(_) => finding("reader", State::Failed, "the child process read a document and found nothing in it"),
        Err(error) => finding("reader", State::Failed, format!("{error:#}")),
    }
}

async fn documents(house: &House) -> Finding {
    match house.ingest.progress(WorkspaceId::DEFAULT, Timestamp::default()).await {
        Ok(progress) if progress.documents() == 0 => {
            finding("documents", State::Note, "there are none; `frontdesk ingest FOLDER` takes some in")
        }
        Ok(progress) => {
            let state = if progress.failed > 0 { State::Note } else { State::Ok };
            let waiting = progress.documents() - progress.searchable() - progress.failed;
            let says = format!(
                "{} can be found, {waiting} wait, {} failed; {} chunks, {} of {} vectors",
                progress.searchable(),
                progress.failed,
                progress.chunks,
                progress.vectors,
                progress.vectors_goal
            );
            finding("documents", state, says)
        }
        Err(error) => finding("documents", State::Failed, error.to_string()),
    }
}

async fn embedder(house: &House, config: &embed::config::Config, terminal: &Terminal) -> Finding {
    let Some(embedder) = house.embedding.embedder() else {
        let why = house.lexical_only().map_or("", |reason| terminal.choose(&reason.en, &reason.zh));
        return finding("embedder", State::Note, why);
    };
    if matches!(config.kind, Kind::Auto | Kind::Local) {
        let folder = config.local.folder.clone();
        let verified = tokio::task::spawn_blocking(move || Manifest::read(&folder)?.verify(&folder)).await;
        if let Ok(Err(error)) = verified {
            return finding("embedder", State::Failed, format!("{error}; `make models` repairs it"));
        }
    }
    let began = Instant::now();
    let texts = ["How long do I have?".to_owned()];
    match embedder.embed(&texts, Side::Question).await {
        Ok(_) => {
            let model = embedder.model();
            let languages: Vec<_> = model.languages.iter().copied().map(Language::tag).collect();
            let took_ms = began.elapsed().as_millis();
            let says = format!(
                "{}, {} numbers, reads {}; a question takes {took_ms} ms",
                model.name,
                model.dimensions,
                languages.join(" and ")
            );
            finding("embedder", State::Ok, says)
        }
        Err(error) => Finding { outside: true, ..finding("embedder", State::Failed, error.to_string()) },
    }
}

/// What the calibration promises, and whether recent questions are still like those that it was proven on.
async fn promises(house: &House) -> Vec<Finding> {
    let calibration = house.dialogue.calibration();
    let version = &calibration.version;
    if calibration.claim.is_empty() {
        let says = format!("calibration {version} promises nothing; `frontdesk eval calibrate` makes one that does");
        return vec![finding("promise", State::Note, says)];
    }
    let turns = match replayed::turns(&house.store, Since::Ago { ms: WEEK_MS }).await {
        Ok(turns) => turns,
        Err(error) => return vec![finding("promise", State::Failed, format!("{error:#}"))],
    };
    let decisions: Vec<_> = turns.into_iter().map(|past| past.decision).collect();
    let mut findings = Vec::new();
    for (claim, drift) in traffic::drifts(&decisions, calibration, house.llm.current().is_some()) {
        let (language, mode) = (claim.language, claim.mode);
        let now = house.dialogue.made(WorkspaceId::DEFAULT, language).await.unwrap_or_default();
        let thresholds = calibration.thresholds(language, mode, claim.dense);
        let mut void = calibration.promise(&claim, thresholds, &now).void;
        if drift.standing == Standing::Void {
            void.push("drift".to_owned());
        }
        let (alpha, confidence) = (claim.alpha * 100.0, (1.0 - claim.delta) * 100.0);
        let coverage = claim.coverage * 100.0;
        let says = format!(
            "{language:?}/{mode:?}: at most {alpha:.1} % wrong with {confidence:.0} % confidence, {coverage:.0} % answered"
        );
        let (state, standing) = match (void.is_empty(), drift.standing) {
            (false, _) => (State::Note, format!("VOID, another: {}; calibrate again", void.join(", "))),
            (true, Standing::Watched) => (State::Note, "questions move a little".to_owned()),
            (true, Standing::TooFew) => {
                (State::Ok, format!("{} decisions in a week: too few to see drift", drift.recent))
            }
            (true, _) => (State::Ok, format!("holds for {} decisions of a week", drift.recent)),
        };
        findings.push(finding("promise", state, format!("{says} ({version}); {standing}")));
    }
    findings
}

/// Asks the model for one word.
async fn model(llm: &dyn Llm) -> Finding {
    let prompt = Prompt {
        version: "doctor".to_owned(),
        messages: vec![Message { role: Role::User, content: "Say: ok".to_owned() }],
        max_tokens: 16,
        temperature: 0.0,
        deadline: Some(PATIENCE),
    };
    let began = Instant::now();
    let asked = async {
        let mut pieces = llm.stream(&prompt).await?;
        while let Some(piece) = pieces.next().await {
            if let Piece::Done { .. } = piece? {
                return Ok(());
            }
        }
        Err(llm::Error::Cut)
    };
    match tokio::time::timeout(PATIENCE, asked).await.unwrap_or(Err(llm::Error::TimedOut)) {
        Ok(()) => {
            finding("model", State::Ok, format!("{} answered after {} ms", llm.name(), began.elapsed().as_millis()))
        }
        Err(error) => Finding { outside: true, ..finding("model", State::Failed, format!("{}: {error}", llm.name())) },
    }
}
