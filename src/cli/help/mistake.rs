//! What clap says about a command line, in Chinese: help as it is laid out, and mistakes in our own sentences.

use std::collections::HashMap;
use std::error::Error as _;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Words of clap's layout that cannot be set.
const LAYOUT: &[(&str, &str)] = &[
    ("Usage: ", "用法："),
    ("Usage:", "用法："),
    ("[OPTIONS]", "[选项]"),
    ("<COMMAND>", "<命令>"),
    ("命令:", "命令："),
    ("选项:", "选项："),
    ("参数:", "参数："),
];

/// The whole text for the terminal, in colours where they are wanted. `reasons` are the sentences of our own readers of values.
pub(super) fn told(error: &Error, reasons: &HashMap<String, String>, in_colours: bool) -> String {
    if !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let text = error.render();
        return laid_out(&if in_colours { text.ansi().to_string() } else { text.to_string() });
    }
    let Some(mut text) = sentence(error, reasons) else { return laid_out(&error.render().to_string()) };
    if let Some(better) = suggestion(error) {
        text.push_str(&format!("\n\n  您要输入的可能是 {better}"));
    }
    if let Some(usage) = error.get(ContextKind::Usage) {
        text.push_str(&format!("\n\n{}", laid_out(usage.to_string().trim_end())));
    }
    format!("错误：{text}\n\n详情请加 --help 查看。\n")
}

fn laid_out(text: &str) -> String {
    LAYOUT.iter().fold(text.to_owned(), |text, (english, chinese)| text.replace(english, chinese))
}

/// What is wrong; nothing for a mistake that a command line of ours cannot have.
fn sentence(error: &Error, reasons: &HashMap<String, String>) -> Option<String> {
    let said = |kind| error.get(kind).map(words);
    let argument = || said(ContextKind::InvalidArg);
    Some(match error.kind() {
        ErrorKind::InvalidValue => {
            let choice = said(ContextKind::ValidValue).map(|values| format!("（可选：{values}）")).unwrap_or_default();
            match said(ContextKind::InvalidValue).filter(|value| !value.is_empty()) {
                Some(value) => format!("{} 的值“{value}”无效{choice}", argument()?),
                None => format!("{} 缺少值{choice}", argument()?),
            }
        }
        ErrorKind::ValueValidation => {
            let why = error.source().map(|source| reason(&source.to_string(), reasons)).unwrap_or_default();
            format!("{} 的值“{}”无效：{why}", argument()?, said(ContextKind::InvalidValue)?)
        }
        ErrorKind::UnknownArgument => format!("没有“{}”这个选项或参数", argument()?),
        ErrorKind::InvalidSubcommand => format!("没有“{}”这个命令", said(ContextKind::InvalidSubcommand)?),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("缺少必需的参数：{}", argument()?),
        ErrorKind::ArgumentConflict => match said(ContextKind::PriorArg) {
            Some(prior) if Some(&prior) != argument().as_ref() => format!("{} 不能与 {prior} 同时使用", argument()?),
            _ => format!("{} 只能使用一次", argument()?),
        },
        ErrorKind::TooManyValues => format!("{} 的值“{}”是多余的", argument()?, said(ContextKind::InvalidValue)?),
        ErrorKind::InvalidUtf8 => "参数中有无法识别的字符（不是 UTF-8）".to_owned(),
        _ => return None,
    })
}

fn suggestion(error: &Error) -> Option<String> {
    [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .into_iter()
        .find_map(|kind| error.get(kind).map(words))
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(several) => several.join("、"),
        other => other.to_string(),
    }
}

/// Why a value was not taken: by our own readers, or by those of numbers that come with the language.
fn reason(english: &str, reasons: &HashMap<String, String>) -> String {
    if let Some(chinese) = reasons.get(english) {
        return chinese.clone();
    }
    if let Some((_, range)) = english.split_once(" is not in ") {
        return format!("应在 {range} 之内");
    }
    match english {
        "invalid digit found in string" | "cannot parse integer from empty string" => "应为整数".to_owned(),
        "invalid float literal" | "cannot parse float from empty string" => "应为数字".to_owned(),
        "invalid socket address syntax" => "应为地址和端口，例如 127.0.0.1:8080".to_owned(),
        _ if english.starts_with("number too ") => "数字超出范围".to_owned(),
        _ => english.to_owned(),
    }
}
