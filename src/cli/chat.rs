//! `frontdesk chat`: a conversation at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::Arc;

use serde_json::json;

use crate::app::{House, Roles, Seams};
use crate::cli::exit::Exit;
use crate::cli::talk::{self, Talk};
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::text::language::is_han;

#[derive(Debug, clap::Args)]
pub struct Arguments {}

pub(super) async fn run(_: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let house = Arc::new(House::open(config, Roles::NONE, Seams::default()).await?);
    talk::note_when_empty(&house, terminal).await?;
    let mut talk = Talk::begin(house)?;
    terminal.say("Ask away; an empty line or Ctrl-D ends.", "请提问；空行或 Ctrl-D 结束。");
    while let Some(line) = tokio::task::spawn_blocking(prompt).await?? {
        let mut shown = String::new();
        let said = talk
            .say(&line, |sentence| {
                let text = sentence.text.trim();
                let gap = if shown.is_empty() || shown.ends_with(ends_chinese) { "" } else { " " };
                if !terminal.json {
                    // A closed terminal is noticed when the whole reply is printed.
                    let _ = terminal.write(&format!("{gap}{text}"));
                }
                shown.push_str(gap);
                shown.push_str(text);
            })
            .await?;
        let Some(said) = said else {
            terminal.say("(waiting for a person; nobody is here)", "（等待人工客服；此处没有人工）");
            continue;
        };
        if terminal.json {
            let reply = json!({ "text": said.text, "mode": said.mode, "citations": said.citations, "escalated": said.escalated });
            terminal.print_json(&reply)?;
            continue;
        }
        let rest = said.text.strip_prefix(shown.as_str()).unwrap_or(&said.text);
        let gap = if shown.is_empty() || said.text.starts_with(&shown) { "" } else { "\n" };
        terminal.print(format!("{gap}{rest}"))?;
        talk::print_sources(&said.citations, terminal)?;
        terminal
            .say(format!("({})", talk::how(said.mode, terminal)), format!("（{}）", talk::how(said.mode, terminal)));
    }
    Ok(Exit::Done)
}

/// The next line of the person, or `None` at the end.
fn prompt() -> io::Result<Option<String>> {
    if io::stdin().is_terminal() {
        write!(io::stderr(), "> ")?;
    }
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line)?;
    let text = line.trim();
    Ok((read > 0 && !text.is_empty()).then(|| text.to_owned()))
}

fn ends_chinese(c: char) -> bool {
    is_han(c) || matches!(c, '。' | '！' | '？' | '；' | '：' | '，' | '」' | '”')
}
