//! `frontdesk ingest`: documents in, with a look at how far they are.

use std::collections::HashSet;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::app::{House, Occupied, Roles, Seams};
use crate::cli::exit::Exit;
use crate::cli::failure::{self, told};
use crate::cli::files::{self, Found};
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::clock;
use crate::knowledge::catalogue::{self, Document, Status};
use crate::knowledge::ingest::UploadError;
use crate::knowledge::progress::{Progress, Rate};
use crate::model::id::{DocumentId, WorkspaceId};
use crate::model::time::Timestamp;

/// How often the queue is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// Without any progress for this long while another process ingests, we say that nobody seems to.
const SILENCE: Duration = Duration::from_secs(60);
/// How long a full queue is waited for before each new try.
const FULL: Duration = Duration::from_millis(500);

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files, or folders that are walked.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Return when the files are safe in the queue, without waiting until they can be found.
    #[arg(long)]
    no_wait: bool,
}

/// What became of the files.
#[derive(Debug, Default)]
struct Outcome {
    taken: usize,
    unchanged: usize,
    /// Name, and reason in both languages.
    refused: Vec<(String, String, String)>,
    /// The documents that the files are.
    documents: HashSet<DocumentId>,
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let mut found = Vec::new();
    for path in &arguments.paths {
        found.extend(files::below(path)?);
    }
    if found.is_empty() {
        return Err(told("there are no files in what was named", "指定的位置没有文件"));
    }
    if let Some([one, other]) = files::merge(&mut found) {
        let (name, one, other) = (&one.name, one.path.display(), other.path.display());
        terminal.say(
            format!("error: {one} and {other} would be one document, {name:?}; name the folder above them, and its folders are part of the names"),
            format!("错误：{one} 与 {other} 会成为同一份文档“{name}”；请改为指定它们的上级目录，名称中会包含子目录"),
        );
        return Ok(Exit::Usage);
    }
    // Beside a running house only rows are put into its queue; it reads them.
    let house = match House::open(config.clone(), Roles::INGEST, Seams::default()).await {
        Err(error) if error.is::<Occupied>() => House::open(config, Roles::NONE, Seams::default()).await?,
        opened => opened?,
    };
    if let Some(reason) = house.lexical_only() {
        terminal.say(format!("Note: {}.", reason.en), format!("提示：{}。", reason.zh));
    }
    house.start();
    let (began, since) = (Instant::now(), clock::now());
    let before = house.ingest.progress(WorkspaceId::DEFAULT, since).await?;
    let bars = Bars::new(terminal, &found);
    let mut outcome = Outcome::default();
    for file in &found {
        take(&house, file, &mut outcome).await?;
        bars.sent.inc(file.bytes);
    }
    bars.sent.finish_and_clear();
    if !arguments.no_wait && !outcome.documents.is_empty() {
        wait(&house, since, outcome.unchanged > 0, &bars, terminal).await?;
    }
    bars.clear();
    let progress = house.ingest.progress(WorkspaceId::DEFAULT, since).await?;
    let Became { searchable, failed } = became(&house, &outcome.documents).await?;
    // What was read belongs to the index before we go; the loops end when their round is done.
    house.close().await;
    let speed = (progress.since(&before, began.elapsed()), began.elapsed());
    report(&outcome, &progress, searchable, &failed, speed, terminal)?;
    let bad = outcome.refused.len() + failed.len();
    Ok(match bad {
        0 => Exit::Done,
        _ if bad < found.len() => Exit::Partial,
        _ => Exit::Failed,
    })
}

async fn take(house: &House, file: &Found, outcome: &mut Outcome) -> anyhow::Result<()> {
    loop {
        match files::upload(&house.ingest, file, clock::now()).await {
            Ok(uploaded) => {
                *if uploaded.unchanged { &mut outcome.unchanged } else { &mut outcome.taken } += 1;
                outcome.documents.insert(uploaded.document);
            }
            Err(UploadError::QueueFull { .. }) => {
                tokio::time::sleep(FULL).await;
                continue;
            }
            Err(error @ (UploadError::Store(_) | UploadError::Disk(_) | UploadError::DiskFull)) => {
                return Err(error).with_context(|| format!("{} cannot be taken in", file.path.display()));
            }
            Err(error) => {
                let (en, zh) = (error.to_string(), failure::upload(&error));
                outcome.refused.push((file.name.clone(), en.clone(), zh.unwrap_or(en)));
            }
        }
        return Ok(());
    }
}

/// Waits until the files can be found. What was `unchanged` may still be in the queue, where a command that was broken off left it.
async fn wait(
    house: &House,
    since: Timestamp,
    unchanged: bool,
    bars: &Bars,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    let (mut last, mut moved, mut told) = (Progress::default(), Instant::now(), false);
    loop {
        let mut progress = house.ingest.progress(WorkspaceId::DEFAULT, since).await?;
        let mut finished = progress.is_finished();
        if finished && unchanged {
            let all = house.ingest.progress(WorkspaceId::DEFAULT, Timestamp::default()).await?;
            finished = all.queued + all.reading + all.cut == 0;
            progress = if finished { progress } else { all };
        }
        bars.show(&progress);
        if finished {
            return Ok(());
        }
        if progress != last {
            (last, moved) = (progress, Instant::now());
        } else if moved.elapsed() > SILENCE && !told {
            told = true;
            terminal.say(
                "Nothing has moved for a minute. The process that holds the data folder may not be ingesting; Ctrl-C leaves the files in its queue.",
                "一分钟内没有进展。占用数据目录的进程可能没有在处理文档；按 Ctrl-C 退出后文件仍保留在队列中。",
            );
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What became of documents.
#[derive(Default)]
struct Became {
    searchable: usize,
    failed: Vec<Document>,
}

async fn became(house: &House, documents: &HashSet<DocumentId>) -> anyhow::Result<Became> {
    let (mut became, mut after) = (Became::default(), String::new());
    loop {
        let page = catalogue::documents(&house.store, WorkspaceId::DEFAULT, &after, 500).await?;
        let Some(last) = page.last() else { return Ok(became) };
        after.clone_from(&last.name);
        for document in page.into_iter().filter(|document| documents.contains(&document.id)) {
            became.searchable += usize::from(document.searchable);
            if document.status == Status::Failed {
                became.failed.push(document);
            }
        }
    }
}

fn report(
    outcome: &Outcome,
    progress: &Progress,
    searchable: usize,
    failed: &[Document],
    (rate, took): (Rate, Duration),
    terminal: &Terminal,
) -> anyhow::Result<()> {
    for (name, en, zh) in &outcome.refused {
        terminal.say(format!("refused  {name}: {en}"), format!("未接收  {name}：{zh}"));
    }
    for document in failed {
        let (en, zh) = document.reason.as_ref().map_or(("", ""), |reason| (reason.en.as_str(), reason.zh.as_str()));
        terminal.say(format!("failed   {}: {en}", document.name), format!("失败    {}：{zh}", document.name));
    }
    if terminal.json {
        let failed: Vec<_> = failed
            .iter()
            .map(|document| json!({ "name": document.name, "code": document.reason.as_ref().map(|reason| &reason.code) }))
            .collect();
        return terminal.print_json(&json!({
            "taken": outcome.taken, "unchanged": outcome.unchanged,
            "refused": outcome.refused.iter().map(|(name, why, _)| json!({ "name": name, "why": why })).collect::<Vec<_>>(),
            "failed": failed, "searchable": searchable, "chunks": progress.chunks,
            "vectors": progress.vectors, "vectors_goal": progress.vectors_goal, "bytes": progress.bytes,
            "seconds": took.as_secs_f64(), "megabytes_per_second": rate.megabytes,
            "chunks_per_second": rate.chunks, "vectors_per_second": rate.vectors,
        }));
    }
    let (taken, unchanged) = (outcome.taken, outcome.unchanged);
    let (chunks, vectors, seconds) = (progress.chunks, progress.vectors, took.as_secs_f64());
    let (megabytes, speed) = (rate.megabytes, rate.chunks);
    terminal.print(terminal.choose(
        &format!(
            "{taken} taken, {unchanged} unchanged, {} failed, {} refused; {searchable} can be found now.\n\
             {chunks} chunks, {vectors} vectors in {seconds:.1} s: {megabytes:.2} MB/s, {speed:.0} chunks/s",
            failed.len(),
            outcome.refused.len()
        ),
        &format!(
            "接收 {taken}，未变化 {unchanged}，失败 {}，未接收 {}；现在可检索 {searchable}。\n\
             {chunks} 个片段，{vectors} 个向量，用时 {seconds:.1} 秒：{megabytes:.2} MB/s，{speed:.0} 片段/秒",
            failed.len(),
            outcome.refused.len()
        ),
    ))
}

/// Progress bars, on a terminal only.
struct Bars {
    sent: ProgressBar,
    read: ProgressBar,
    embedded: ProgressBar,
}

impl Bars {
    fn new(terminal: &Terminal, found: &[Found]) -> Self {
        let watched = std::io::stderr().is_terminal() && !terminal.json;
        let target = if watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let all = MultiProgress::with_draw_target(target);
        let bar = |en, zh, template: &str| {
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            let name = terminal.choose(en, zh).to_owned();
            all.add(ProgressBar::new(0).with_style(style.progress_chars("━╸─")).with_message(name))
        };
        let sent = bar("received", "接收", "{msg:>10} {bar:32} {bytes}/{total_bytes} {bytes_per_sec}");
        sent.set_length(found.iter().map(|file| file.bytes).sum());
        let count =
            terminal.choose("{msg:>10} {bar:32} {pos}/{len} documents", "{msg:>10} {bar:32} {pos}/{len} 份文档");
        let read = bar("found", "可检索", count);
        let embedded = bar("vectors", "向量", "{msg:>10} {bar:32} {pos}/{len} {per_sec}");
        Self { sent, read, embedded }
    }

    fn show(&self, progress: &Progress) {
        self.read.set_length(progress.documents());
        self.read.set_position(progress.searchable() + progress.failed);
        if progress.vectors_goal > 0 {
            self.embedded.set_length(progress.vectors_goal);
            self.embedded.set_position(progress.vectors);
        }
    }

    fn clear(&self) {
        self.read.finish_and_clear();
        self.embedded.finish_and_clear();
    }
}
