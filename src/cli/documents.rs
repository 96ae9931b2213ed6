//! `frontdesk documents`.

use serde_json::json;

use crate::app::{House, Roles, Seams};
use crate::cli::exit::Exit;
use crate::cli::failure;
use crate::cli::since::Since;
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::clock;
use crate::knowledge::catalogue::{self, Document, Status};
use crate::knowledge::ingest::purge::Purged;
use crate::model::id::{DocumentId, WorkspaceId};

const PAGE: usize = 500;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List documents with their state.
    List,
    /// Delete a document; it cannot be found from the next question on.
    Delete {
        /// Its id, or its name.
        document: String,
    },
    /// List published versions, newest first.
    Versions,
    /// Publish a new version with exactly the content of an old one.
    Rollback {
        /// The version to go back to.
        #[arg(value_name = "VERSION")]
        to: u64,
    },
    /// Remove deleted documents for good: files, text and vectors. Going back to an old version is without them then.
    Purge {
        /// Only what was deleted that long ago or before that day, such as 30d or 2026-01-31.
        #[arg(long, value_name = "WHEN")]
        deleted_before: Option<Since>,
    },
}

pub(super) async fn run(command: &Command, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    // Going back and purging may need the index written; beside a running house that one does it.
    let writes = matches!(command, Command::Rollback { .. } | Command::Purge { .. });
    let roles = if writes { Roles::INGEST } else { Roles::NONE };
    let house = match House::open(config.clone(), roles, Seams::default()).await {
        Err(error) if error.is::<crate::app::Occupied>() => House::open(config, Roles::NONE, Seams::default()).await?,
        opened => opened?,
    };
    house.start();
    match command {
        Command::List => list(&house, terminal).await?,
        Command::Versions => versions(&house, terminal).await?,
        Command::Delete { document } => {
            let id = named(&house, document).await?;
            let version = house.ingest.delete(WorkspaceId::DEFAULT, id, clock::now()).await?;
            published(version, terminal)?;
        }
        Command::Rollback { to } => {
            let version = house.ingest.rollback(WorkspaceId::DEFAULT, *to, clock::now()).await?;
            published(version, terminal)?;
        }
        Command::Purge { deleted_before } => {
            let now = clock::now();
            let before = deleted_before.map_or(now, |since| since.before(now));
            told(house.ingest.purge(WorkspaceId::DEFAULT, before).await?, terminal)?;
        }
    }
    house.close().await;
    Ok(Exit::Done)
}

async fn all(house: &House) -> anyhow::Result<Vec<Document>> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = catalogue::documents(&house.store, WorkspaceId::DEFAULT, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after.clone_from(&last.name);
        all.extend(page);
    }
}

async fn list(house: &House, terminal: &Terminal) -> anyhow::Result<()> {
    for document in all(house).await? {
        if terminal.json {
            terminal.print_json(&document)?;
            continue;
        }
        let reason = document.reason.as_ref().map_or("", |reason| terminal.choose(&reason.en, &reason.zh));
        let Document { id, name, revision, chunks, vectors, vectors_goal, .. } = &document;
        let (en, zh) = stand(document.status);
        terminal.print(terminal.choose(
            &format!(
                "{id}  {en:<9}  {chunks:>4} chunks  {vectors:>4}/{vectors_goal:<4} vectors  r{revision}  {name}  {reason}"
            ),
            &format!(
                "{id}  {zh:\u{3000}<4}  {chunks:>4} 个片段  {vectors:>4}/{vectors_goal:<4} 向量  r{revision}  {name}  {reason}"
            ),
        ))?;
    }
    Ok(())
}

/// Where a document is on its way; the English word is that of the API.
fn stand(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Queued => ("queued", "排队中"),
        Status::Reading => ("reading", "读取中"),
        Status::Cut => ("cut", "待发布"),
        Status::Embedding => ("embedding", "学习语义"),
        Status::Ready => ("ready", "可用"),
        Status::Failed => ("failed", "失败"),
        Status::Withdrawn => ("withdrawn", "已撤回"),
    }
}

async fn versions(house: &House, terminal: &Terminal) -> anyhow::Result<()> {
    let mut before = i64::MAX as u64;
    loop {
        let page = catalogue::versions(&house.store, WorkspaceId::DEFAULT, before, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        before = last.version;
        for row in page {
            let (version, at, cause, documents) = (row.version, row.at.rfc3339(), &row.cause, row.documents);
            if terminal.json {
                terminal.print_json(&json!({
                    "version": version, "at": at, "cause": cause, "restored": row.restored, "documents": documents,
                }))?;
            } else {
                let zh = match cause.as_str() {
                    "publish" => "发布",
                    "delete" => "删除",
                    "rollback" => "回滚",
                    other => other,
                };
                terminal.print(terminal.choose(
                    &format!("{version:>6}  {at}  {cause:<8}  {documents} documents"),
                    &format!("{version:>6}  {at}  {zh}  {documents} 份文档"),
                ))?;
            }
        }
    }
}

async fn named(house: &House, name: &str) -> anyhow::Result<DocumentId> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let document = all(house).await?.into_iter().find(|document| document.name == name);
    let missing = || {
        failure::told(
            format!("there is no document {name:?}; `frontdesk documents list` shows them"),
            format!("没有名为“{name}”的文档；可用 `frontdesk documents list` 查看"),
        )
    };
    Ok(document.ok_or_else(missing)?.id)
}

fn told(purged: Purged, terminal: &Terminal) -> anyhow::Result<()> {
    let Purged { documents, files } = purged;
    if terminal.json {
        return terminal.print_json(&json!({ "documents": documents, "files": files }));
    }
    terminal.say(
        format!("{documents} deleted documents are gone for good, with {files} files."),
        format!("已彻底清除 {documents} 个已删除的文档，共 {files} 个文件。"),
    );
    Ok(())
}

fn published(version: u64, terminal: &Terminal) -> anyhow::Result<()> {
    if terminal.json {
        return terminal.print_json(&json!({ "version": version }));
    }
    terminal.say(
        format!("Version {version} is published; it holds for the next question."),
        format!("版本 {version} 已发布，对下一个问题即刻生效。"),
    );
    Ok(())
}
