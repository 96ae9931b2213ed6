//! The help in Chinese. What a command or an argument says stands in English beside its code; this puts the other words in
//! their place before anything is parsed, so that `--help` speaks as the rest of the program does.

use std::collections::HashMap;
use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::{Command, CommandFactory as _};
use serde::Deserialize;

use crate::cli::Cli;
use crate::config::layers;
use crate::text::language::Language;

/// Clap's own layout, with words of ours.
const LAYOUT: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    texts: HashMap<String, String>,
}

/// The command line in the language of the person: what `--lang` says, otherwise what the environment says.
#[must_use]
pub(super) fn command(arguments: &[OsString]) -> Command {
    match language(arguments).unwrap_or_else(layers::language_of_process) {
        Language::En => Cli::command(),
        Language::Zh => translated(Cli::command(), &texts()),
    }
}

/// `--lang` before parsing: help is shown while parsing.
fn language(arguments: &[OsString]) -> Option<Language> {
    let mut arguments =
        arguments.iter().filter_map(|argument| argument.to_str()).take_while(|argument| *argument != "--");
    while let Some(argument) = arguments.next() {
        let value = match argument {
            "--lang" => arguments.next(),
            other => other.strip_prefix("--lang="),
        };
        match value {
            Some("zh") => return Some(Language::Zh),
            Some(_) => return Some(Language::En),
            None => {}
        }
    }
    None
}

fn texts() -> HashMap<String, String> {
    toml::from_str::<File>(include_str!("zh.toml")).expect("the shipped help is read by a test").texts
}

fn translated(command: Command, texts: &HashMap<String, String>) -> Command {
    let say = |text: Option<&StyledStr>| text.and_then(|text| texts.get(&text.to_string())).cloned();
    let (about, after) = (say(command.get_about()), say(command.get_after_help()));
    let has_subcommands = command.has_subcommands();
    let mut command = command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .help_template(LAYOUT)
        .mut_args(|argument| {
            let heading = if argument.is_positional() { "参数" } else { "选项" };
            let help = say(argument.get_help());
            let argument = argument.help_heading(heading);
            match help {
                Some(help) => argument.help(help),
                None => argument,
            }
        })
        .mut_subcommands(|subcommand| translated(subcommand, texts));
    command = own_flags(command, texts);
    if has_subcommands {
        command = command.subcommand_help_heading("命令").subcommand_value_name("命令");
    }
    if let Some(about) = about {
        command = command.about(about);
    }
    match after {
        Some(after) => command.after_help(after),
        None => command,
    }
}

/// Clap makes these two by itself, in English.
fn own_flags(command: Command, texts: &HashMap<String, String>) -> Command {
    use clap::{Arg, ArgAction};
    let flag = |name: &'static str, short: char, action: ArgAction, english: &str| {
        let help = texts.get(english).cloned().unwrap_or_default();
        Arg::new(name).short(short).long(name).action(action).help(help).help_heading("选项")
    };
    command.arg(flag("help", 'h', ArgAction::Help, "Print help")).arg(flag(
        "version",
        'V',
        ArgAction::Version,
        "Print version",
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn said(command: &Command, into: &mut BTreeSet<String>) {
        let arguments = command.get_arguments().filter(|argument| !argument.is_hide_set());
        let helps = arguments.filter_map(|argument| argument.get_help());
        let texts = helps.chain(command.get_about()).chain(command.get_after_help());
        into.extend(texts.map(ToString::to_string));
        command.get_subcommands().filter(|command| !command.is_hide_set()).for_each(|command| said(command, into));
    }

    #[test]
    fn every_help_text_is_there_in_chinese_and_none_is_left_over() {
        let mut english = BTreeSet::from(["Print help".to_owned(), "Print version".to_owned()]);
        said(&Cli::command(), &mut english);
        let chinese: BTreeSet<String> = texts().into_keys().collect();
        let missing: Vec<_> = english.difference(&chinese).collect();
        let left_over: Vec<_> = chinese.difference(&english).collect();
        assert!(missing.is_empty() && left_over.is_empty(), "missing {missing:#?}, left over {left_over:#?}");
    }

    #[test]
    fn help_speaks_chinese_when_it_is_asked_to() {
        let arguments = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        for line in ["frontdesk --lang zh eval run --help", "frontdesk eval run --lang=zh -h"] {
            let line = arguments(line);
            let help = command(&line).try_get_matches_from(&line).unwrap_err().to_string();
            assert!(help.contains("用法：") && help.contains("费用上限") && help.contains("显示帮助"), "{help}");
            assert!(!help.contains("Usage:") && !help.contains("Options:"), "{help}");
        }
        let line = arguments("frontdesk --lang zh ask 多久");
        command(&line).debug_assert();
        assert!(command(&line).try_get_matches_from(&line).is_ok());
        let line = arguments("frontdesk --lang en --help");
        assert!(command(&line).try_get_matches_from(&line).unwrap_err().to_string().contains("Usage:"));
    }
}
