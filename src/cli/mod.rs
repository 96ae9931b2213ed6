//! The terminal: one file per command. Data goes to stdout, talk to stderr; `--json` makes the data JSON.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, FromArgMatches as _, Parser, Subcommand};
use tokio::runtime::{Builder, Runtime};

use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::config::layers;
use crate::knowledge::extract::child;

pub mod exit;
pub mod log;
pub mod terminal;

mod agents;
mod ask;
mod chat;
mod completions;
mod config;
mod doctor;
mod documents;
mod eval;
mod failure;
mod files;
mod help;
mod ingest;
mod kb;
mod policy;
mod replayed;
mod scratch;
mod search;
mod serve;
mod since;
mod talk;
mod token;

/// AI customer service that answers from your documents, with quotes, or hands over to a person.
#[derive(Debug, Parser)]
#[command(name = "frontdesk", version, propagate_version = true, disable_help_subcommand = true)]
#[command(after_help = "Exit codes: 0 done, 1 failed, 2 usage, 3 settings, 4 network or model, 5 partly imported, \
                        6 below the gate, 7 bad suite, 8 could not measure, 9 cost limit, 130 interrupted.")]
pub struct Cli {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command understands.
#[derive(Args, Clone, Debug)]
pub struct Globals {
    /// Read settings from this file instead of ./frontdesk.toml.
    #[arg(long, global = true, value_name = "FILE", env = "FRONTDESK_CONFIG")]
    pub config: Option<PathBuf>,
    /// The data folder.
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Set any setting, for example --set server.listen=0.0.0.0:8080.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// Print data as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of messages: en or zh; otherwise as LANG says.
    #[arg(long, global = true, value_name = "LANG", value_parser = ["en", "zh"])]
    pub lang: Option<String>,
    /// Log more: -v for debug, -vv for trace.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the house: chat page, API, answers, ingestion.
    Serve(serve::Arguments),
    /// Take documents in; beside a running house they go into its queue.
    Ingest(ingest::Arguments),
    /// Look what would be found, with the scores of each leg and the words that matched.
    Search(search::Arguments),
    /// Ask one question.
    Ask(ask::Arguments),
    /// Have a conversation at the terminal; nothing of it is kept.
    Chat(chat::Arguments),
    /// List, delete and roll back documents.
    #[command(subcommand)]
    Documents(documents::Command),
    /// Look after the documents: find what is wrong before a customer does.
    #[command(subcommand)]
    Kb(kb::Command),
    /// Check the rules of the policy.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Measure on labelled cases.
    #[command(subcommand)]
    Eval(eval::Command),
    /// Check that everything is there and works.
    Doctor(doctor::Arguments),
    /// Show the settings that hold, and where they come from.
    #[command(subcommand)]
    Config(config::Command),
    /// Make accounts for the console, list them, set passwords.
    #[command(subcommand)]
    Agents(agents::Command),
    /// Deal with the administrator's token.
    #[command(subcommand)]
    Token(token::Command),
    /// Print a completion script for a shell.
    Completions(completions::Arguments),
    /// Read one document in a process of its own; the house starts this itself.
    #[command(hide = true)]
    ReadDocument,
}

/// Runs the program and tells how it ended.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = layers::arguments_of_process();
    let matches = match help::matches(&arguments) {
        Ok(matches) => matches,
        Err(code) => return u8::try_from(code).map_or(Exit::Usage.into(), ExitCode::from),
    };
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    if let Command::ReadDocument = cli.command {
        // Before anything else: the child has no settings, no runtime and little memory.
        return child::serve(io::stdin(), io::stdout());
    }
    let terminal = Terminal::new(&cli.globals);
    match run(&cli, &terminal) {
        Ok(exit) => exit.into(),
        Err(error) if Exit::is_broken_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            terminal.fail(&error);
            Exit::of(&error).into()
        }
    }
}

fn run(cli: &Cli, terminal: &Terminal) -> anyhow::Result<Exit> {
    let globals = &cli.globals;
    match &cli.command {
        Command::Serve(arguments) => runtime()?.block_on(serve::run(arguments, globals, terminal)),
        Command::Ingest(arguments) => attended(ingest::run(arguments, globals, terminal)),
        Command::Search(arguments) => attended(search::run(arguments, globals, terminal)),
        Command::Ask(arguments) => attended(ask::run(arguments, globals, terminal)),
        Command::Chat(arguments) => attended(chat::run(arguments, globals, terminal)),
        Command::Documents(command) => attended(documents::run(command, globals, terminal)),
        Command::Kb(command) => attended(kb::run(command, globals, terminal)),
        Command::Policy(command) => policy::run(command, globals, terminal),
        Command::Eval(command) => attended(eval::run(command, globals, terminal)),
        Command::Doctor(arguments) => attended(doctor::run(arguments, globals, terminal)),
        Command::Config(command) => config::run(command, globals, terminal),
        Command::Agents(command) => attended(agents::run(command, globals, terminal)),
        Command::Token(command) => token::run(command, globals, terminal),
        Command::Completions(arguments) => completions::run(arguments),
        Command::ReadDocument => Ok(Exit::Usage),
    }
}

fn runtime() -> anyhow::Result<Runtime> {
    Ok(Builder::new_multi_thread().enable_all().build()?)
}

/// Runs a command until it is done or Ctrl-C is pressed.
fn attended(command: impl Future<Output = anyhow::Result<Exit>>) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        tokio::select! {
            exit = command => exit,
            _ = tokio::signal::ctrl_c() => Ok(Exit::Interrupted),
        }
    })
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err("expected KEY=VALUE, for example server.listen=127.0.0.1:8080".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn verify_cli() {
        Cli::command().debug_assert();
    }

    #[test]
    fn recipes_name_commands_that_exist() {
        for recipe in
            [include_str!("../../docs/knowledge-in-git.md"), include_str!("../../docs/knowledge-in-git.zh-CN.md")]
        {
            let commands: Vec<&str> = recipe.lines().filter(|line| line.starts_with("frontdesk ")).collect();
            assert!(commands.len() >= 9, "{commands:?}");
            for command in commands {
                let parsed = Cli::try_parse_from(command.split_whitespace());
                assert!(parsed.is_ok(), "{command}: {}", parsed.unwrap_err());
            }
        }
    }

    #[test]
    fn every_command_and_argument_explains_itself() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{} has no help", command.get_name());
            for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
                assert!(argument.get_help().is_some(), "{} {} has no help", command.get_name(), argument.get_id());
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }
}
