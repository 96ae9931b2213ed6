//! `frontdesk kb`: the knowledge base as a person keeps it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::cli::exit::Exit;
use crate::cli::replayed;
use crate::cli::scratch::{self, Ready, Source};
use crate::cli::since::Since;
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::clock;
use crate::eval::ask::{Asker, Setup};
use crate::eval::record::End;
use crate::eval::suite::{self, Prices};
use crate::knowledge::lint::reach::{self, Asked};
use crate::knowledge::lint::{self, Finding, Kind, Severity};
use crate::knowledge::past;
use crate::model::decision::Action;
use crate::model::id::WorkspaceId;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Look for contradictions, stale dates, duplicates, documents that no question reaches and questions that none answers.
    Lint(Lint),
}

#[derive(Debug, clap::Args)]
pub struct Lint {
    /// A folder of documents; without it, what is published in the data folder.
    folder: Option<PathBuf>,
    /// Ask the questions of these suites, to see what they reach.
    #[arg(long, value_name = "SUITE")]
    suite: Vec<PathBuf>,
    /// Look at what customers asked since then, in the data folder.
    #[arg(long, value_name = "WHEN", conflicts_with = "folder")]
    since: Option<Since>,
    /// Years after which a page that says when it was revised is old.
    #[arg(long, value_name = "YEARS", default_value_t = 2)]
    stale_years: u32,
    /// Fail (exit code 6) on notes too, not only on contradictions and dates that have passed.
    #[arg(long)]
    strict: bool,
}

pub(super) async fn run(command: &Command, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let Command::Lint(arguments) = command;
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let source = arguments.folder.clone().map_or(Source::Data(None), |folder| Source::Folders(vec![folder]));
    let ready = scratch::open(config, &source, terminal).await?;
    let version = ready.knowledge.version;
    let passages = past::passages(&ready.house.store, WorkspaceId::DEFAULT, version).await?;
    let mut findings = lint::lint(&passages, today(), arguments.stale_years);
    let mut asked = Vec::new();
    if let Some(since) = arguments.since {
        asked.extend(from_traffic(&ready, since).await?);
    }
    if !arguments.suite.is_empty() {
        asked.extend(from_suites(&ready, &arguments.suite).await?);
    }
    let documents: BTreeSet<String> = passages.iter().map(|passage| passage.source.clone()).collect();
    findings.extend(reach::find(&documents, &asked));
    let count = documents.len();
    ready.house.close().await;
    for finding in &findings {
        print(finding, terminal)?;
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let notes = findings.len() - errors;
    terminal.say(
        format!("{count} documents: {errors} errors, {notes} notes"),
        format!("{count} 份文档：{errors} 个错误，{notes} 条提示"),
    );
    Ok(if errors > 0 || (arguments.strict && notes > 0) { Exit::BelowGate } else { Exit::Done })
}

/// `yyyymmdd`, in UTC.
fn today() -> u32 {
    clock::now().rfc3339()[..10].replace('-', "").parse().unwrap_or(u32::MAX)
}

async fn from_traffic(ready: &Ready, since: Since) -> anyhow::Result<Vec<Asked>> {
    let turns = replayed::turns(&ready.house.store, since).await?;
    let looked = turns.into_iter().filter(|past| past.decision.rule.is_none() && past.decision.knowledge > 0);
    Ok(looked
        .map(|past| Asked {
            question: past.question().to_owned(),
            reached: past
                .decision
                .considered
                .iter()
                .filter_map(|one| ready.names.get(&one.document).cloned())
                .collect(),
            unanswered: matches!(past.decision.action, Action::Offer | Action::Escalate),
        })
        .collect())
}

async fn from_suites(ready: &Ready, paths: &[PathBuf]) -> anyhow::Result<Vec<Asked>> {
    let setup = Setup {
        retriever: ready.retriever.clone(),
        config: ready.house.config.dialogue.clone(),
        policy: ready.house.dialogue.policy(),
        // Whether documents hold an answer is seen without a model.
        llm: None,
        names: ready.names.clone(),
        prices: Prices::default(),
        judges: 0,
    };
    let asker = Asker::new(&setup)?;
    let mut asked = Vec::new();
    for suite in suite::read(paths)? {
        for case in &suite.cases {
            let End::Answered(outcome) = asker.ask(case).await else { continue };
            if outcome.decision.rule.is_none() && outcome.decision.knowledge > 0 {
                asked.push(Asked {
                    question: case.question().to_owned(),
                    unanswered: case.is_answerable() && outcome.decision.action != Action::Answer,
                    reached: outcome.found,
                });
            }
        }
    }
    Ok(asked)
}

fn print(finding: &Finding, terminal: &Terminal) -> anyhow::Result<()> {
    if terminal.json {
        return terminal.print_json(finding);
    }
    let kind = match finding.kind {
        Kind::Contradiction => terminal.choose("contradiction", "矛盾"),
        Kind::StaleDate => terminal.choose("stale date", "过期日期"),
        Kind::Duplicate => terminal.choose("duplicate", "重复"),
        Kind::Orphan => terminal.choose("orphan", "孤立文档"),
        Kind::Unanswered => terminal.choose("unanswered", "无答案"),
    };
    let mark = match finding.severity {
        Severity::Error => terminal.choose("ERROR", "错误"),
        Severity::Note => terminal.choose("note", "提示"),
    };
    terminal.print(format!("{mark}  {kind}: {}", terminal.choose(&finding.en, &finding.zh)))?;
    for place in &finding.places {
        let above: Vec<&str> = std::iter::once(place.document.as_str())
            .chain(place.heading.iter().map(String::as_str))
            .filter(|part| !part.is_empty())
            .collect();
        let quote = if place.quote.is_empty() { String::new() } else { format!("  “{}”", place.quote) };
        terminal.print(format!("       {}{quote}", above.join(" › ")))?;
    }
    Ok(())
}
