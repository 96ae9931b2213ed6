//! `frontdesk doctor`: is everything there, and if not, what helps?

use std::path::Path;
use std::time::{Duration, Instant};

use futures::StreamExt;
use serde::Serialize;
use serde_json::json;

use crate::app::{House, Roles, Seams};
use crate::cli::Globals;
use crate::cli::exit::Exit;
use crate::cli::failure;
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

#[derive(Debug)]
struct Finding {
    part: &'static str,
    state: State,
    en: String,
    zh: String,
    /// The failure lies with the network or a model.
    outside: bool,
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    let (data, embed, extract) = (config.data.clone(), config.embed.clone(), config.extract.clone());
    let mut findings =
        vec![finding("settings", State::Ok, "they fit together", "彼此一致"), clock_is_set(), disk(&data)];
    findings.push(lock(&data));
    findings.push(reader(&data, &extract).await);
    match House::open(config, Roles::NONE, Seams::default()).await {
        Err(error) => {
            findings.push(untranslated("house", State::Failed, failure::chinese(&error), format!("{error:#}")))
        }
        Ok(house) => {
            for check in house.readiness.checks().await {
                findings.push(match check.state {
                    Ok(says) => untranslated(check.name, State::Ok, in_order(&says), says),
                    Err(missing) => untranslated(check.name, State::Failed, None, missing),
                });
            }
            findings.push(documents(&house).await);
            findings.push(embedder(&house, &embed).await);
            findings.extend(promises(&house).await);
            findings.push(match (house.llm.current(), arguments.offline) {
                (None, _) => finding(
                    "model",
                    State::Note,
                    "none is configured; answers are quotes ([llm] in frontdesk.toml)",
                    "未配置，回答直接引用文档原文（frontdesk.toml 的 [llm]）",
                ),
                (Some(llm), true) => {
                    let name = llm.name();
                    finding("model", State::Note, format!("{name} was not asked"), format!("未测试 {name}"))
                }
                (Some(llm), false) => model(llm.as_ref()).await,
            });
        }
    }
    for finding in &findings {
        let says = terminal.choose(&finding.en, &finding.zh);
        if terminal.json {
            terminal.print_json(&json!({ "part": finding.part, "state": finding.state, "says": says }))?;
            continue;
        }
        let mark = match finding.state {
            State::Ok => terminal.choose("ok", "正常"),
            State::Note => terminal.choose("note", "提示"),
            State::Failed => terminal.choose("FAILED", "失败"),
        };
        let part = terminal.choose(finding.part, in_chinese(finding.part));
        // A Chinese character is as wide as two letters, and the space that it is filled up with is one.
        terminal.print(match terminal.language {
            Language::En => format!("{mark:<7} {part:<10} {says}"),
            Language::Zh => format!("{mark}  {part:\u{3000}<4}  {says}"),
        })?;
    }
    let failed: Vec<_> = findings.iter().filter(|finding| finding.state == State::Failed).collect();
    Ok(match failed.as_slice() {
        [] => Exit::Done,
        failed if failed.iter().all(|finding| finding.outside) => Exit::Network,
        _ => Exit::Failed,
    })
}

fn finding(part: &'static str, state: State, en: impl Into<String>, zh: impl Into<String>) -> Finding {
    Finding { part, state, en: en.into(), zh: zh.into(), outside: false }
}

/// What came from below in English, with its Chinese where there is one.
fn untranslated(part: &'static str, state: State, zh: Option<String>, en: String) -> Finding {
    finding(part, state, en.clone(), zh.unwrap_or(en))
}

fn in_chinese(part: &'static str) -> &'static str {
    match part {
        "settings" => "配置",
        "clock" => "时钟",
        "disk" => "磁盘",
        "lock" => "占用",
        "reader" => "读取",
        "house" => "系统",
        "database" => "数据库",
        "index" => "索引",
        "documents" => "文档",
        "embedder" => "向量模型",
        "promise" => "承诺",
        "model" => "语言模型",
        other => other,
    }
}

/// A part that is ready, as the house says it.
fn in_order(says: &str) -> Option<String> {
    match says {
        "open" => Some("可用".to_owned()),
        "empty" => Some("为空".to_owned()),
        _ => says.strip_prefix("version ").map(|version| format!("版本 {version}")),
    }
}

fn clock_is_set() -> Finding {
    let now = clock::now();
    if now < EPOCH {
        return finding(
            "clock",
            State::Failed,
            format!("it says {}; set it, or ids and limits go wrong", now.rfc3339()),
            format!("显示为 {}；请校准，否则编号和限额会出错", now.rfc3339()),
        );
    }
    finding("clock", State::Ok, now.rfc3339(), now.rfc3339())
}

fn disk(data: &Path) -> Finding {
    let place = data.display();
    if let Err(error) = std::fs::create_dir_all(data) {
        return finding(
            "disk",
            State::Failed,
            format!("{place} cannot be made: {error}"),
            format!("无法创建 {place}：{error}"),
        );
    }
    let probe = data.join(format!(".doctor-{}", std::process::id()));
    if let Err(error) = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe)) {
        return finding(
            "disk",
            State::Failed,
            format!("{place} cannot be written: {error}"),
            format!("无法写入 {place}：{error}"),
        );
    }
    match rustix::fs::statvfs(data) {
        Ok(space) => {
            let free = space.f_bavail.saturating_mul(space.f_frsize);
            let (state, free) = (if free < ROOM { State::Note } else { State::Ok }, free >> 20);
            finding(
                "disk",
                state,
                format!("{place} is writable, {free} MiB free"),
                format!("{place} 可写，剩余 {free} MiB"),
            )
        }
        Err(error) => {
            finding("disk", State::Note, format!("free space is unknown: {error}"), format!("剩余空间未知：{error}"))
        }
    }
}

fn lock(data: &Path) -> Finding {
    match WriterLock::try_take(data) {
        Ok(Some(_)) => finding(
            "lock",
            State::Ok,
            "free: no process ingests into this data folder now",
            "空闲：目前没有进程在处理此数据目录的文档",
        ),
        Ok(None) => finding(
            "lock",
            State::Ok,
            "held: a running process ingests into this data folder",
            "已占用：有进程正在处理此数据目录的文档",
        ),
        Err(error) => finding("lock", State::Failed, format!("cannot be taken: {error}"), format!("无法占用：{error}")),
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
            finding("reader", State::Ok, "documents are read in a child process", "在子进程中读取文档")
        }
        Ok(_) => finding(
            "reader",
            State::Failed,
            "the child process read a document and found nothing in it",
            "子进程读取了文档，但没有得到内容",
        ),
        Err(error) => untranslated("reader", State::Failed, None, format!("{error:#}")),
    }
}

async fn documents(house: &House) -> Finding {
    match house.ingest.progress(WorkspaceId::DEFAULT, Timestamp::default()).await {
        Ok(progress) if progress.documents() == 0 => {
            let zh = "还没有文档；可用 `frontdesk ingest 目录` 导入";
            finding("documents", State::Note, "there are none; `frontdesk ingest FOLDER` takes some in", zh)
        }
        Ok(progress) => {
            let state = if progress.failed > 0 { State::Note } else { State::Ok };
            let waiting = progress.documents() - progress.searchable() - progress.failed;
            let (found, failed, chunks) = (progress.searchable(), progress.failed, progress.chunks);
            let (vectors, goal) = (progress.vectors, progress.vectors_goal);
            let en = format!(
                "{found} can be found, {waiting} wait, {failed} failed; {chunks} chunks, {vectors} of {goal} vectors"
            );
            let zh = format!("可检索 {found}，等待 {waiting}，失败 {failed}；{chunks} 个片段，向量 {vectors}/{goal}");
            finding("documents", state, en, zh)
        }
        Err(error) => untranslated("documents", State::Failed, None, error.to_string()),
    }
}

async fn embedder(house: &House, config: &embed::config::Config) -> Finding {
    let Some(embedder) = house.embedding.embedder() else {
        let why = house.lexical_only().map_or(("", ""), |reason| (&reason.en, &reason.zh));
        return finding("embedder", State::Note, why.0, why.1);
    };
    if matches!(config.kind, Kind::Auto | Kind::Local) {
        let folder = config.local.folder.clone();
        let verified = tokio::task::spawn_blocking(move || Manifest::read(&folder)?.verify(&folder)).await;
        if let Ok(Err(error)) = verified {
            let (en, zh) =
                (format!("{error}; `make models` repairs it"), format!("{error}；运行 `make models` 可修复"));
            return finding("embedder", State::Failed, en, zh);
        }
    }
    let began = Instant::now();
    let texts = ["How long do I have?".to_owned()];
    match embedder.embed(&texts, Side::Question).await {
        Ok(_) => {
            let model = embedder.model();
            let languages: Vec<_> = model.languages.iter().copied().map(Language::tag).collect();
            let took_ms = began.elapsed().as_millis();
            let (name, width) = (&model.name, model.dimensions);
            let en = languages.join(" and ");
            let en = format!("{name}, {width} numbers, reads {en}; a question takes {took_ms} ms");
            let zh = languages.join("、");
            let zh = format!("{name}，{width} 维，支持 {zh}；处理一个问题需 {took_ms} 毫秒");
            finding("embedder", State::Ok, en, zh)
        }
        Err(error) => Finding { outside: true, ..untranslated("embedder", State::Failed, None, error.to_string()) },
    }
}

/// What the calibration promises, and whether recent questions are still like those that it was proven on.
async fn promises(house: &House) -> Vec<Finding> {
    let calibration = house.dialogue.calibration();
    let version = &calibration.version;
    if calibration.claim.is_empty() {
        let en = format!("calibration {version} promises nothing; `frontdesk eval calibrate` makes one that does");
        let zh = format!("校准 {version} 没有作出承诺；可用 `frontdesk eval calibrate` 生成");
        return vec![finding("promise", State::Note, en, zh)];
    }
    let turns = match replayed::turns(&house.store, Since::Ago { ms: WEEK_MS }).await {
        Ok(turns) => turns,
        Err(error) => return vec![untranslated("promise", State::Failed, None, format!("{error:#}"))],
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
        let recent = drift.recent;
        let (state, en, zh) = match (void.is_empty(), drift.standing) {
            (false, _) => (
                State::Note,
                format!("VOID, another: {}; calibrate again", void.join(", ")),
                format!("失效，已改变：{}；请重新校准", void.join("、")),
            ),
            (true, Standing::Watched) => (State::Note, "questions move a little".to_owned(), "问题略有偏移".to_owned()),
            (true, Standing::TooFew) => (
                State::Ok,
                format!("{recent} decisions in a week: too few to see drift"),
                format!("一周内 {recent} 次决策，太少，看不出偏移"),
            ),
            (true, _) => {
                (State::Ok, format!("holds for {recent} decisions of a week"), format!("对一周内 {recent} 次决策有效"))
            }
        };
        let en = format!(
            "{language:?}/{mode:?}: at most {alpha:.1} % wrong with {confidence:.0} % confidence, {coverage:.0} % answered \
             ({version}); {en}"
        );
        let zh = format!(
            "{language:?}/{mode:?}：以 {confidence:.0} % 的置信度，答错至多 {alpha:.1} %，作答 {coverage:.0} %（{version}）；{zh}"
        );
        findings.push(finding("promise", state, en, zh));
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
            let (name, took_ms) = (llm.name(), began.elapsed().as_millis());
            let zh = format!("{name} 在 {took_ms} 毫秒后作答");
            finding("model", State::Ok, format!("{name} answered after {took_ms} ms"), zh)
        }
        Err(error) => {
            let says = format!("{}: {error}", llm.name());
            Finding { outside: true, ..untranslated("model", State::Failed, None, says) }
        }
    }
}
