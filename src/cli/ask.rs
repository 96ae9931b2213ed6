//! `frontdesk ask`: one question, one answer, with what it stands on.

use std::sync::Arc;

use serde_json::json;

use crate::app::{House, Roles, Seams};
use crate::cli::exit::Exit;
use crate::cli::talk::{self, Talk};
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The question.
    #[arg(required = true)]
    question: Vec<String>,
    /// Print why it was decided so: evidence, thresholds, passages, sentences that were cut.
    #[arg(long)]
    explain: bool,
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let house = Arc::new(House::open(config, Roles::NONE, Seams::default()).await?);
    talk::note_when_empty(&house, terminal).await?;
    let mut talk = Talk::begin(house)?;
    let question = arguments.question.join(" ");
    let Some(said) = talk.say(&question, |_| {}).await? else { anyhow::bail!("the bot said nothing") };
    if terminal.json {
        terminal.print_json(&json!({
            "question": question, "text": said.text, "mode": said.mode, "citations": said.citations,
            "escalated": said.escalated, "decision": said.decision,
        }))?;
        return Ok(Exit::Done);
    }
    terminal.print(&said.text)?;
    talk::print_sources(&said.citations, terminal)?;
    terminal.say(talk::how(said.mode, terminal), talk::how(said.mode, terminal));
    if said.escalated {
        terminal.say("The conversation would go to a person now.", "此时会话会转给人工客服。");
    }
    if arguments.explain {
        terminal.print(serde_json::to_string_pretty(&said.decision)?)?;
    }
    Ok(Exit::Done)
}
