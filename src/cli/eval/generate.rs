//! `frontdesk eval generate`: drafts cases from documents, for a person to look at.

use std::path::PathBuf;

use anyhow::Context;

use crate::cli::exit::Exit;
use crate::cli::scratch::{self, Source};
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::eval::{by_model, draft};
use crate::knowledge::past;
use crate::model::id::WorkspaceId;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A folder of documents; without it, what is published in the data folder.
    #[arg(long, value_name = "DIR")]
    knowledge: Option<PathBuf>,
    /// Write the cases here instead of to the terminal; the file must not exist.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Cases for each document, at most.
    #[arg(long, value_name = "COUNT", default_value_t = 8)]
    per_document: usize,
    /// Let the configured model ask the questions.
    #[arg(long)]
    by_model: bool,
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let source = arguments.knowledge.clone().map_or(Source::Data(None), |folder| Source::Folders(vec![folder]));
    let ready = scratch::open(config, &source, terminal).await?;
    let (store, llm) = (ready.house.store.clone(), ready.house.llm.current());
    let version = ready.knowledge.version;
    let passages = past::passages(&store, WorkspaceId::DEFAULT, version).await?;
    let cases = if arguments.by_model {
        let llm = llm.context("there is no model: name one under [llm.openai], or leave --by-model out")?;
        by_model::draft(&passages, arguments.per_document, llm.as_ref()).await?
    } else {
        draft::draft(&passages, arguments.per_document)
    };
    ready.house.close().await;
    super::write_cases(&cases, arguments.out.as_deref(), terminal)?;
    let count = cases.len();
    terminal.say(
        format!(
            "{count} drafts from {} passages. Each is marked unreviewed until you have looked at it.",
            passages.len()
        ),
        format!("根据 {} 个段落起草了 {count} 条用例。人工核对之前，均标记为 unreviewed。", passages.len()),
    );
    Ok(Exit::Done)
}
