//! `frontdesk eval`: one file per subcommand; what they share is `bar`, `finish` and `scratch`.

use crate::cli::Globals;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;

mod bar;
mod finish;
mod scratch;

mod compare;
mod import;
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
    /// Measure retrieval alone: one passage is one document.
    Retrieval(retrieval::Arguments),
}

pub(super) async fn run(command: &Command, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let ended = match command {
        Command::Run(arguments) => run::run(arguments, globals, terminal).await,
        Command::Rescore(arguments) => rescore::run(arguments, terminal),
        Command::Compare(arguments) => compare::run(arguments, terminal),
        Command::Import(arguments) => return import::run(arguments, terminal),
        Command::Retrieval(arguments) => return retrieval::run(arguments, globals, terminal).await,
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
