//! The house that is measured: a scratch one, filled with a folder of documents by the product's own ingestion, or a version of
//! the data folder.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;

use crate::app::{House, Roles, Seams};
use crate::cli::files;
use crate::cli::terminal::Terminal;
use crate::clock;
use crate::config::Config;
use crate::eval::record::Knowledge;
use crate::eval::replay;
use crate::knowledge::catalogue::{self, Status};
use crate::knowledge::past;
use crate::knowledge::retrieve::Retriever;
use crate::llm::config::Kind;
use crate::model::id::{DocumentId, WorkspaceId};

/// How often the queue is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Whose documents are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Folders(Vec<PathBuf>),
    /// The data folder, in this version or the published one.
    Data(Option<u64>),
}

/// A house with documents that can be found.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) house: House,
    pub(super) retriever: Arc<Retriever>,
    /// File names of the documents.
    pub(super) names: HashMap<DocumentId, String>,
    pub(super) knowledge: Knowledge,
    /// Goes with us.
    _folder: Option<TempDir>,
}

/// With `--offline` nothing outside this machine is asked: models answer from recordings.
pub(super) fn offline(config: &mut Config) {
    let has_model = match config.llm.kind {
        Kind::None => false,
        Kind::Auto => !config.llm.openai.model.is_empty(),
        Kind::Openai | Kind::Cassette => true,
    };
    config.llm.kind = if has_model { Kind::Cassette } else { Kind::None };
    config.llm.cassette.record = false;
    if config.embed.kind == crate::embed::config::Kind::Openai {
        config.embed.kind = crate::embed::config::Kind::None;
    }
}

pub(super) async fn open(mut config: Config, source: &Source, terminal: &Terminal) -> anyhow::Result<Ready> {
    // Several cases at a time make one another wait, which no customer would: a turn that falls back to words for that measures
    // this machine.
    config.retrieve.embed_deadline_ms = config.retrieve.embed_deadline_ms.max(replay::PATIENT_MS);
    match source {
        Source::Folders(folders) => {
            let scratch = tempfile::tempdir().context("a scratch folder cannot be made")?;
            scratch.path().clone_into(&mut config.data);
            let house = House::open(config, Roles::INGEST, Seams::default()).await?;
            fill(&house, folders, terminal).await?;
            let name = |folder: &PathBuf| folder.file_name().map(|name| name.to_string_lossy().into_owned());
            let name = folders.iter().filter_map(name).collect::<Vec<_>>().join(" + ");
            ready(house, name, None, Some(scratch)).await
        }
        Source::Data(version) => {
            let house = House::open(config, Roles::NONE, Seams::default()).await?;
            ready(house, "data folder".to_owned(), *version, None).await
        }
    }
}

async fn ready(house: House, source: String, version: Option<u64>, folder: Option<TempDir>) -> anyhow::Result<Ready> {
    let published = house.store.published(WorkspaceId::DEFAULT).await?.version;
    if published == 0 {
        anyhow::bail!("there are no published documents to ask");
    }
    let version = version.unwrap_or(published);
    if version > published {
        anyhow::bail!("the knowledge has {published} versions, there is no version {version}");
    }
    let mut names = HashMap::new();
    let retriever = if version == published {
        let mut after = String::new();
        loop {
            let page = catalogue::documents(&house.store, WorkspaceId::DEFAULT, &after, 500).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.name);
            names.extend(page.into_iter().map(|document| (document.id, document.name)));
        }
        Arc::clone(&house.retriever)
    } else {
        // What has been deleted since has a name only there.
        let passages = past::passages(&house.store, WorkspaceId::DEFAULT, version).await?;
        names.extend(passages.into_iter().map(|passage| (passage.document, passage.source)));
        let (store, config) = (&house.store, &house.config.retrieve);
        let embedder = house.embedding.embedder();
        Arc::new(replay::retriever(store, embedder, config, WorkspaceId::DEFAULT, version).await?)
    };
    let sha256 = retriever.fingerprint(WorkspaceId::DEFAULT, version).await?;
    let documents = names.len() as u64;
    Ok(Ready { house, retriever, names, knowledge: Knowledge { source, version, documents, sha256 }, _folder: folder })
}

/// Takes the folders in and waits until everything can be found.
async fn fill(house: &House, folders: &[PathBuf], terminal: &Terminal) -> anyhow::Result<()> {
    let mut found = Vec::new();
    for folder in folders {
        let inside = files::below(folder)?;
        if inside.is_empty() {
            anyhow::bail!("there are no documents in {}", folder.display());
        }
        found.extend(inside);
    }
    house.start();
    let since = clock::now();
    for file in &found {
        loop {
            match files::upload(&house.ingest, file, clock::now()).await {
                Ok(_) => break,
                Err(crate::knowledge::ingest::UploadError::QueueFull { .. }) => tokio::time::sleep(LOOK).await,
                Err(error) => {
                    terminal.say(format!("refused  {}: {error}", file.name), format!("未接收  {}：{error}", file.name));
                    break;
                }
            }
        }
    }
    while !house.ingest.progress(WorkspaceId::DEFAULT, since).await?.is_finished() {
        tokio::time::sleep(LOOK).await;
    }
    // A document that cannot be read is something to be measured, too.
    for document in catalogue::documents(&house.store, WorkspaceId::DEFAULT, "", 500).await? {
        if document.status == Status::Failed {
            let (en, zh) = document.reason.map_or_else(Default::default, |reason| (reason.en, reason.zh));
            terminal.say(format!("failed   {}: {en}", document.name), format!("失败    {}：{zh}", document.name));
        }
    }
    Ok(())
}
