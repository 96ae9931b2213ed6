//! `frontdesk eval import-conversations`: cases from what agents answered where the bot did not.

use std::path::PathBuf;

use crate::app::{House, Roles, Seams};
use crate::cli::exit::Exit;
use crate::cli::replayed;
use crate::cli::since::Since;
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::clock;
use crate::eval::harvest;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Conversations from when on: 30d, 12h, or a day.
    #[arg(long, value_name = "WHEN", default_value = "30d")]
    since: Since,
    /// Write the cases here instead of to the terminal; the file must not exist.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let house = House::open(config, Roles::NONE, Seams::default()).await?;
    let since = arguments.since.before(clock::now());
    let mut cases = Vec::new();
    let count = replayed::each(&house.store, since, |id, events| {
        cases.extend(harvest::cases(id, &events));
        Ok(())
    })
    .await?;
    super::write_cases(&cases, arguments.out.as_deref(), terminal)?;
    let drafts = cases.len();
    terminal.say(
        format!("{drafts} cases from {count} conversations. Customers wrote them: keep the file where conversations may be kept. Each is marked unreviewed until you have looked at it."),
        format!("从 {count} 个会话得到 {drafts} 条用例。内容出自客户，请按会话数据的要求保管。人工核对之前，均标记为 unreviewed。"),
    );
    Ok(Exit::Done)
}
