//! `frontdesk eval rescore`: the figures of a stored run, computed anew. No model is asked.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use crate::cli::eval::finish::Output;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::eval::case::Case;
use crate::eval::record::{Line, Log};
use crate::eval::score::score;
use crate::eval::suite;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The log of a run.
    log: PathBuf,
    /// Suites with corrected expectations; without them those of the log hold.
    suites: Vec<PathBuf>,
    /// Write the log with the new verdicts.
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> anyhow::Result<Exit> {
    let suites = if arguments.suites.is_empty() { Vec::new() } else { suite::read(&arguments.suites)? };
    let corrected: HashMap<&str, &Case> =
        suites.iter().flat_map(|suite| &suite.cases).map(|case| (case.id.as_str(), case)).collect();
    let scratch = tempfile::NamedTempFile::new()?;
    let into = arguments.into.as_deref().unwrap_or(scratch.path());
    {
        let log = Log::open(&arguments.log)?;
        let mut out = BufWriter::new(std::fs::File::create(into)?);
        let mut put = |line: &Line| -> anyhow::Result<()> { Ok(writeln!(out, "{}", serde_json::to_string(line)?)?) };
        put(&Line::Run(Box::new(log.run.clone())))?;
        for record in log {
            let mut record = record?;
            if let Some(case) = corrected.get(record.case.id.as_str()) {
                record.case = (*case).clone();
            }
            if let Some(outcome) = record.outcome() {
                record.verdict = score(&record.case, outcome);
            }
            put(&Line::Case(Box::new(record)))?;
        }
        out.flush()?;
    }
    arguments.output.finish(into, arguments.output.gate(), terminal)
}
