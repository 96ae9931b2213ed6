//! `frontdesk eval`: one file per subcommand; what they share is `bar`, `finish` and `promised`.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use anyhow::Context as _;

use crate::cli::Globals;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::eval::case::Case;

mod bar;
mod finish;
mod promised;

mod calibrate;
mod compare;
mod drift;
mod generate;
mod import;
mod import_conversations;
mod poc;
mod replay;
mod rescore;
mod retrieval;
mod run;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Put labelled cases to the product, and end with a code that says whether they pass the gate.
    Run(Box<run::Arguments>),
    /// Compute the figures of a stored run anew, without asking a model.
    Rescore(rescore::Arguments),
    /// Compare two stored runs case by case: better, worse, or cannot tell.
    Compare(compare::Arguments),
    /// Make a suite of a public set, an intent list, an FAQ or old conversations.
    Import(import::Arguments),
    /// Choose the answer threshold so that a promise about wrong answers holds, or say how many labels are missing.
    Calibrate(calibrate::Arguments),
    /// See whether the promise still covers the questions that come in.
    Drift(drift::Arguments),
    /// Do past conversations again with other documents, rules, prompts or thresholds.
    Replay(replay::Arguments),
    /// Draft cases from documents, for a person to look at.
    Generate(generate::Arguments),
    /// Draft cases from what agents answered where the bot did not.
    ImportConversations(import_conversations::Arguments),
    /// Try a folder of documents on old tickets, and report what would be answered.
    Poc(poc::Arguments),
    /// Measure retrieval alone: one passage is one document.
    Retrieval(retrieval::Arguments),
}

pub(super) async fn run(command: &Command, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let ended = match command {
        Command::Run(arguments) => run::run(arguments, globals, terminal).await,
        Command::Rescore(arguments) => rescore::run(arguments, terminal),
        Command::Compare(arguments) => compare::run(arguments, terminal),
        Command::Import(arguments) => return import::run(arguments, terminal),
        Command::Calibrate(arguments) => calibrate::run(arguments, globals, terminal).await,
        Command::Drift(arguments) => drift::run(arguments, globals, terminal).await,
        Command::Replay(arguments) => replay::run(arguments, globals, terminal).await,
        Command::Generate(arguments) => generate::run(arguments, globals, terminal).await,
        Command::ImportConversations(arguments) => import_conversations::run(arguments, globals, terminal).await,
        Command::Poc(arguments) => poc::run(arguments, globals, terminal).await,
        Command::Retrieval(arguments) => retrieval::run(arguments, globals, terminal).await,
    };
    // What could not be measured must never look like a measurement.
    ended.or_else(|error| match Exit::of(&error) {
        Exit::Failed if !Exit::is_broken_pipe(&error) => {
            terminal.fail(&error);
            Ok(Exit::CouldNotRun)
        }
        _ => Err(error),
    })
}

/// What a file named on the command line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Suite,
    Log,
    Labels,
}

/// Told by the first line: a log says what was run, labels what they were made on or whether the first was wrong.
fn kind(path: &Path) -> anyhow::Result<Kind> {
    if path.is_dir() {
        return Ok(Kind::Suite);
    }
    let file = std::fs::File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let first = BufReader::new(file).lines().next().transpose().unwrap_or_default().unwrap_or_default();
    let value: serde_json::Value = serde_json::from_str(&first).unwrap_or_default();
    Ok(match (value.get("run"), value.get("made").or(value.get("wrong"))) {
        (Some(_), _) => Kind::Log,
        (None, Some(_)) => Kind::Labels,
        (None, None) => Kind::Suite,
    })
}

/// Writes drafted cases, one a line, to a new file or to the terminal.
fn write_cases(cases: &[Case], out: Option<&Path>, terminal: &Terminal) -> anyhow::Result<()> {
    let lines: Vec<String> = cases.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    let Some(out) = out else { return lines.iter().try_for_each(|line| terminal.print(line)) };
    // What a person has reviewed is never written over.
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(out)
        .with_context(|| format!("{} cannot be made anew", out.display()))?;
    lines.iter().try_for_each(|line| writeln!(file, "{line}"))?;
    Ok(())
}

/// Replaces a file as a whole: whoever reads it sees the old one or the new one.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let draft = path.with_extension("part");
    let written = std::fs::write(&draft, text).and_then(|()| std::fs::rename(&draft, path));
    written.with_context(|| format!("{} cannot be written", path.display()))
}
