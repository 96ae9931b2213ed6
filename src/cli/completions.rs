//! `frontdesk completions`.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::cli::exit::Exit;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The shell that will read the script.
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "frontdesk", &mut script);
    io::stdout().write_all(&script)?;
    Ok(Exit::Done)
}
