//! `frontdesk eval import`: suites out of what others have.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::eval::import::{self, Imported, beir, faq, intents, log, squad};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What it is.
    #[command(subcommand)]
    form: Form,
}

#[derive(Debug, clap::Subcommand)]
enum Form {
    /// A retrieval set: a folder with corpus.jsonl, queries.jsonl and qrels.jsonl (or qrels/test.tsv).
    Beir(Files),
    /// Question answering in SQuAD's JSON, also with questions that have no answer.
    Squad(Files),
    /// A CSV with text and intent.
    Intents(Intents),
    /// A CSV or JSON lines with question and answer.
    Faq(Faq),
    /// Conversations as JSON lines {id, messages: [{role, text}]}; each answer of an agent becomes a draft.
    Log(Files),
}

#[derive(Debug, clap::Args)]
struct Files {
    /// What is read.
    from: PathBuf,
    /// The suite that is written; its folder gets the documents, too.
    #[arg(value_name = "SUITE.jsonl")]
    into: PathBuf,
    /// No more cases than this, evenly spread over the source.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

#[derive(Debug, clap::Args)]
struct Intents {
    #[command(flatten)]
    files: Files,
    /// An intent that people must deal with.
    #[arg(long, value_name = "INTENT")]
    human: Vec<String>,
    /// An intent that nobody should answer.
    #[arg(long, value_name = "INTENT")]
    out_of_scope: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct Faq {
    #[command(flatten)]
    files: Files,
    /// Make a document of the answers, with this file name.
    #[arg(long, value_name = "NAME.md")]
    document: Option<String>,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> anyhow::Result<Exit> {
    let set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<String>>();
    let (files, mut imported) = match &arguments.form {
        Form::Beir(files) => (files, beir::read(&files.from)?),
        Form::Squad(files) => (files, squad::read(&text(&files.from)?)?),
        Form::Intents(form) => {
            let text = text(&form.files.from)?;
            let cases = intents::read(text.as_bytes(), &set(&form.human), &set(&form.out_of_scope))?;
            (&form.files, Imported { cases, documents: Vec::new() })
        }
        Form::Faq(form) => {
            (&form.files, faq::read(&form.files.from, &text(&form.files.from)?, form.document.as_deref())?)
        }
        Form::Log(files) => {
            (files, Imported { cases: log::read(&files.from, &text(&files.from)?)?, documents: Vec::new() })
        }
    };
    if let Some(limit) = files.limit.filter(|limit| *limit > 0 && *limit < imported.cases.len()) {
        let (all, mut at) = (imported.cases.len(), 0);
        imported.cases.retain(|_| {
            at += 1;
            at * limit / all > (at - 1) * limit / all
        });
    }
    let folder = files.into.parent().unwrap_or(Path::new(""));
    let name = files.into.file_stem().context("the suite needs a name")?.to_string_lossy();
    let written = import::write(&imported, folder, &name)?;
    let (cases, documents, path) = (imported.cases.len(), imported.documents.len(), written.display());
    terminal.say(
        format!("{cases} cases and {documents} documents: {path}. Look through them before you trust the figures."),
        format!("{cases} 个用例、{documents} 篇文档：{path}。采信数据之前请先人工过目。"),
    );
    let drafts = imported.cases.iter().filter(|case| case.unreviewed).count();
    if drafts > 0 {
        terminal.say(
            format!("{drafts} of them are drafts that no run takes: say what a right answer states or cites, and remove `unreviewed`."),
            format!("其中 {drafts} 个是草稿，运行时会略过：请写明正确回答须陈述或引用什么，再删去 `unreviewed`。"),
        );
    }
    Ok(Exit::Done)
}

fn text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}
