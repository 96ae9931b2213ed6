//! `frontdesk eval rescore`: the figures of a stored run, computed anew, also of one that was made in parts. No model is asked.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use crate::cli::eval::finish::Output;
use crate::cli::eval::{Kind, kind};
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::eval::case::Case;
use crate::eval::record::{Line, Log, Run};
use crate::eval::score::score;
use crate::eval::suite;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The log of a run, or those of all its parts (--shard); then suites with corrected expectations, if any.
    #[arg(required = true, value_name = "LOG|SUITE")]
    paths: Vec<PathBuf>,
    /// Write one log with the new verdicts.
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> anyhow::Result<Exit> {
    let (mut logs, mut suites) = (Vec::new(), Vec::new());
    for path in &arguments.paths {
        match kind(path)? {
            Kind::Log => logs.push(path.clone()),
            Kind::Suite => suites.push(path.clone()),
            Kind::Labels => anyhow::bail!("{} holds labels, which cannot be scored", path.display()),
        }
    }
    anyhow::ensure!(!logs.is_empty(), "there is no log of a run among the files");
    let suites = if suites.is_empty() { Vec::new() } else { suite::read(&suites)? };
    let corrected: HashMap<&str, &Case> =
        suites.iter().flat_map(|suite| &suite.cases).map(|case| (case.id.as_str(), case)).collect();
    let scratch = tempfile::NamedTempFile::new()?;
    let into = arguments.into.as_deref().unwrap_or(scratch.path());
    {
        let run = merged(&logs)?;
        let mut out = BufWriter::new(std::fs::File::create(into)?);
        let mut put = |line: &Line| -> anyhow::Result<()> { Ok(writeln!(out, "{}", serde_json::to_string(line)?)?) };
        put(&Line::Run(Box::new(run)))?;
        for path in &logs {
            for record in Log::open(path)? {
                let mut record = record?;
                if let Some(case) = corrected.get(record.case.id.as_str()) {
                    record.case = (*case).clone();
                }
                if let Some(outcome) = record.outcome() {
                    record.verdict = score(&record.case, outcome);
                }
                put(&Line::Case(Box::new(record)))?;
            }
        }
        out.flush()?;
    }
    arguments.output.finish(into, arguments.output.gate(), terminal)
}

/// The run whose parts these are.
fn merged(logs: &[PathBuf]) -> anyhow::Result<Run> {
    let mut whole: Option<Run> = None;
    for path in logs {
        let part = Log::open(path)?.run;
        let Some(run) = &mut whole else {
            whole = Some(part);
            continue;
        };
        let differs = run.differs(&part);
        anyhow::ensure!(differs.is_empty(), "{} is part of another run: other {}", path.display(), differs.join(", "));
        run.started_at = run.started_at.min(part.started_at);
        for (suite, more) in run.suites.iter_mut().zip(part.suites) {
            suite.chosen += more.chosen;
        }
    }
    whole.ok_or_else(|| anyhow::anyhow!("there is no log"))
}
