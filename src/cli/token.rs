//! `frontdesk token`.

use serde_json::json;

use crate::cli::Globals;
use crate::cli::exit::Exit;
use crate::cli::failure::told;
use crate::cli::terminal::Terminal;
use crate::http::auth;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a new token for the documents API and print it once; the old one ends at once, also in a running server.
    Reset,
}

pub(super) fn run(command: &Command, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    match command {
        Command::Reset => {
            if config.server.admin_token.is_some() {
                return Err(told(
                    "the token stands in the settings (server.admin_token): change it there",
                    "令牌写在配置中（server.admin_token），请在那里修改",
                ));
            }
            let token = auth::reset(&config.data)?;
            if terminal.json {
                terminal.print_json(&json!({ "token": token }))?;
            } else {
                terminal.say("The new administrator token; it is not shown again:", "新的管理员令牌，仅显示一次：");
                terminal.print(&token)?;
            }
        }
    }
    Ok(Exit::Done)
}
