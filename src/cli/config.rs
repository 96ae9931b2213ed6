//! `frontdesk config`.

use crate::cli::Globals;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::config::{self, show};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print the merged settings; what differs from the defaults has its source beside it, secrets are masked.
    Show,
    /// Print the documented defaults, to start a frontdesk.toml from.
    Defaults,
}

pub(super) fn run(command: &Command, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    match command {
        Command::Defaults => terminal.write(config::DEFAULTS)?,
        Command::Show => {
            let layers = globals.layers();
            config::load(&layers)?;
            let figment = layers.figment()?;
            if terminal.json {
                terminal.print_json(&show::as_json(&figment))?;
            } else {
                terminal.write(&show::as_toml(&figment))?;
            }
        }
    }
    Ok(Exit::Done)
}
