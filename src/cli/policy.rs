//! `frontdesk policy`.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::dialogue::policy;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Run the examples that stand in the policy file; each rule must decide its own and no others.
    Test {
        /// A policy file; without one, the policy that is shipped.
        file: Option<PathBuf>,
    },
}

pub(super) fn run(command: &Command, terminal: &Terminal) -> anyhow::Result<Exit> {
    let Command::Test { file } = command;
    let policy = match file {
        None => policy::built_in(),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
            policy::parse(&text)?
        }
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
            let wanted = if failure.expected { "should decide" } else { "should not decide" };
            terminal.print(format!("{}  {wanted}: {:?}  (decided: {decided})", failure.rule, failure.text))?;
        }
    }
    let wrong = failures.len();
    terminal.say(
        format!("{count} examples, {wrong} wrong (policy {})", policy.version),
        format!("{count} 个示例，{wrong} 个不符（策略 {}）", policy.version),
    );
    Ok(if wrong == 0 { Exit::Done } else { Exit::BelowGate })
}
