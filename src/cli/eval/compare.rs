//! `frontdesk eval compare`: did it get better?

use std::path::PathBuf;

use crate::cli::eval::finish;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The log of the run that is compared with.
    #[arg(value_name = "RUN_A")]
    first: PathBuf,
    /// The log of the run that may be better or worse.
    #[arg(value_name = "RUN_B")]
    second: PathBuf,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> anyhow::Result<Exit> {
    let comparison = finish::beside(&arguments.first, &arguments.second)?;
    if terminal.json {
        terminal.print_json(&comparison)?;
    } else {
        finish::print_comparison(&comparison, terminal)?;
    }
    Ok(if finish::is_worse(&comparison) { Exit::BelowGate } else { Exit::Done })
}
