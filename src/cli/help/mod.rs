//! The help in Chinese. What a command or an argument says stands in English beside its code; this puts the other words in
//! their place before anything is parsed, so that `--help` speaks as the rest of the program does.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};

use clap::builder::StyledStr;
use clap::{Arg, ArgMatches, Command, CommandFactory as _};
use serde::Deserialize;

use crate::cli::Cli;
use crate::config::layers;
use crate::text::language::Language;

mod mistake;

/// Clap's own layout, with words of ours.
const LAYOUT: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    texts: HashMap<String, String>,
    /// What our own readers of values complain of.
    reasons: HashMap<String, String>,
}

/// What the command line says. Help, and what is wrong with it, is told in the language of the person.
///
/// # Errors
/// The program has said what there was to say, and ends with this code.
pub(super) fn matches(arguments: &[OsString]) -> Result<ArgMatches, i32> {
    command(arguments).try_get_matches_from(arguments).map_err(|error| {
        if spoken(arguments) == Language::En {
            // Nobody to hear it is no failure.
            let _ = error.print();
            return error.exit_code();
        }
        let reasons = file().reasons;
        let watched = if error.use_stderr() { io::stderr().is_terminal() } else { io::stdout().is_terminal() };
        let text = mistake::told(&error, &reasons, watched && layers::colour_is_welcome());
        let _ = match error.use_stderr() {
            true => io::stderr().write_all(text.as_bytes()),
            false => io::stdout().write_all(text.as_bytes()),
        };
        error.exit_code()
    })
}

/// The command line in the language of the person: what `--lang` says, otherwise what the environment says.
#[must_use]
fn command(arguments: &[OsString]) -> Command {
    match spoken(arguments) {
        Language::En => Cli::command(),
        Language::Zh => translated(Cli::command(), &file().texts),
    }
}

fn spoken(arguments: &[OsString]) -> Language {
    language(arguments).unwrap_or_else(layers::language_of_process)
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

fn file() -> File {
    toml::from_str(include_str!("zh.toml")).expect("the shipped help is read by a test")
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
            let marks = marks(&argument);
            let takes = argument.get_action().takes_values();
            let argument = argument.help_heading(heading);
            // Only what has values may be told to hide them.
            let argument = match takes {
                true => argument.hide_default_value(true).hide_possible_values(true).hide_env(true),
                false => argument,
            };
            match help {
                Some(help) => argument.help(help + &marks),
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

/// What clap writes behind the help of an argument: where else its value may stand, which it has without, and which there are.
fn marks(argument: &Arg) -> String {
    let mut marks = String::new();
    if !argument.get_action().takes_values() {
        return marks;
    }
    let mut mark = |what: &str, values: Vec<String>| {
        if !values.is_empty() {
            marks.push_str(&format!(" [{what}：{}]", values.join("、")));
        }
    };
    let text = |value: &std::ffi::OsStr| value.to_string_lossy().into_owned();
    mark("环境变量", argument.get_env().map(text).into_iter().collect());
    mark("默认", argument.get_default_values().iter().map(|value| text(value)).collect());
    let choice = argument.get_possible_values();
    mark("可选", choice.iter().filter(|value| !value.is_hide_set()).map(|value| value.get_name().to_owned()).collect());
    marks
}

/// Clap makes these two by itself, in English.
fn own_flags(command: Command, texts: &HashMap<String, String>) -> Command {
    use clap::ArgAction;
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
        let chinese: BTreeSet<String> = file().texts.into_keys().collect();
        let missing: Vec<_> = english.difference(&chinese).collect();
        let left_over: Vec<_> = chinese.difference(&english).collect();
        assert!(missing.is_empty() && left_over.is_empty(), "missing {missing:#?}, left over {left_over:#?}");
    }

    #[test]
    fn help_speaks_chinese_when_it_is_asked_to() {
        let arguments = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        for line in ["frontdesk --lang zh eval run --help", "frontdesk eval run --lang=zh -h"] {
            let line = arguments(line);
            let error = command(&line).try_get_matches_from(&line).unwrap_err();
            let help = mistake::told(&error, &HashMap::new(), false);
            assert!(help.contains("用法：") && help.contains("费用上限") && help.contains("显示帮助"), "{help}");
            assert!(
                help.contains("[默认：2]") && help.contains("[可选：en、zh]") && help.contains("选项：\n"),
                "{help}"
            );
            for english in ["Usage:", "Options:", "[OPTIONS]", "[default:", "[possible values:", "[env:"] {
                assert!(!help.contains(english), "{english} in {help}");
            }
        }
        let line = arguments("frontdesk --lang zh ask 多久");
        command(&line).debug_assert();
        assert!(command(&line).try_get_matches_from(&line).is_ok());
        let line = arguments("frontdesk --lang en --help");
        assert!(command(&line).try_get_matches_from(&line).unwrap_err().to_string().contains("Usage:"));
    }

    #[test]
    fn a_mistake_is_told_in_chinese_with_what_would_be_right() {
        for (line, parts) in [
            ("bogus", &["没有“bogus”这个命令", "用法：frontdesk [选项] <命令>"][..]),
            ("serch x", &["没有“serch”这个命令", "search"]),
            ("", &["缺少命令"]),
            ("search", &["缺少必需的参数：<QUERY>...", "用法：frontdesk search"]),
            ("search --limits 3 x", &["没有“--limits”这个选项或参数", "--limit"]),
            ("search -n 0 x", &["--limit <LIMIT> 的值“0”无效：应在 1..=100 之内"]),
            ("serve --roles web,x", &["--roles <ROLES> 的值“x”无效（可选：web、speak、ingest）"]),
            ("serve --listen here", &["应为地址和端口"]),
            ("documents rollback abc", &["<VERSION> 的值“abc”无效：应为整数"]),
            ("--json --json policy test", &["--json 只能使用一次"]),
            ("kb lint folder --since 3d", &["不能与", "--since <WHEN>"]),
            ("policy test a.toml b.toml", &["b.toml"]),
            // What our own readers of values say.
            ("--set x policy test", &["应为 键=值"]),
            ("documents purge --deleted-before soon", &["应为 30d"]),
            ("eval run s --shard 3/2", &["1/4"]),
            ("eval calibrate s --alpha 2", &["0 与 1 之间"]),
            ("eval replay --against policy", &["policy=new-policy.toml"]),
        ] {
            let line: Vec<OsString> = ["frontdesk", "--lang", "zh"]
                .into_iter()
                .chain(line.split(' ').filter(|word| !word.is_empty()))
                .map(OsString::from)
                .collect();
            let error = command(&line).try_get_matches_from(&line).unwrap_err();
            let told = mistake::told(&error, &file().reasons, false);
            assert!(told.starts_with("错误：") && parts.iter().all(|part| told.contains(part)), "{line:?}: {told}");
            for english in ["error", "expected", "For more", "Usage", "OPTIONS", "invalid"] {
                assert!(!told.contains(english), "{english} in {told}");
            }
            assert_eq!(error.exit_code(), 2);
        }
    }
}
