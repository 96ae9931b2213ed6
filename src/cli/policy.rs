//! `frontdesk policy`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;

use crate::cli::Globals;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::config::Config;
use crate::dialogue::policy::{self, Policy, kept};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Run the examples that stand in the policy file; each rule must decide its own and no others.
    Test {
        /// A policy file; without one, the rules that the house follows: those edited in the console, else those of the settings.
        file: Option<PathBuf>,
    },
}

pub(super) fn run(command: &Command, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let Command::Test { file } = command;
    let (policy, origin) = match file {
        Some(path) => (read(path)?, path.display().to_string()),
        None => followed(&globals.settings()?, terminal)?,
    };
    let failures = policy::test(&policy);
    let count: usize = policy::rules(&policy).iter().map(|(_, examples)| examples).sum();
    for failure in &failures {
        let decided = failure.decided.as_deref().unwrap_or("–");
        if terminal.json {
            terminal.print_json(&json!({
                "rule": failure.rule, "text": failure.text, "expected": failure.expected, "decided": failure.decided,
            }))?;
        } else {
            let (rule, text) = (&failure.rule, &failure.text);
            let (en, zh) = match failure.expected {
                true => ("should decide", "本应起作用"),
                false => ("should not decide", "本不应起作用"),
            };
            terminal.print(terminal.choose(
                &format!("{rule}  {en}: {text:?}  (decided: {decided})"),
                &format!("{rule}  {zh}：“{text}”（实际：{decided}）"),
            ))?;
        }
    }
    let wrong = failures.len();
    terminal.say(
        format!("{count} examples, {wrong} wrong (policy {}, {origin})", policy.version),
        format!("{count} 个示例，{wrong} 个不符（策略 {}，{origin}）", policy.version),
    );
    Ok(if wrong == 0 { Exit::Done } else { Exit::BelowGate })
}

/// The rules that the house follows, and where they come from.
fn followed(config: &Config, terminal: &Terminal) -> anyhow::Result<(Policy, String)> {
    if let Some(edited) = kept::load(&config.data)? {
        let folder = config.data.display();
        let origin = format!("edited in the console, in {folder}");
        return Ok((edited, terminal.choose(&origin, &format!("在工作台中编辑，位于 {folder}")).to_owned()));
    }
    match &config.dialogue.policy {
        Some(path) => Ok((read(path)?, path.display().to_string())),
        None => Ok((policy::built_in(), terminal.choose("as shipped", "内置").to_owned())),
    }
}

fn read(path: &Path) -> anyhow::Result<Policy> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    policy::parse(&text).with_context(|| format!("in {}", path.display()))
}
