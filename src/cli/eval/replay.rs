//! `frontdesk eval replay`: what would the conversations of the past be with another policy, other prompts, other documents?

use std::path::PathBuf;

use crate::app::{House, Roles, Seams};
use crate::cli::exit::Exit;
use crate::cli::replayed;
use crate::cli::since::Since;
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::eval::replay::differ::Class;
use crate::eval::replay::{self, Candidate, Summary, Turn};
use crate::eval::stats::Rate;
use crate::model::id::WorkspaceId;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Conversations from when on: 30d, 12h, or a day.
    #[arg(long, value_name = "WHEN", default_value = "30d")]
    since: Since,
    /// What is another: knowledge=VERSION, policy=FILE, prompts=FOLDER, calibration=FILE, answer-from=CONFIDENCE. Without it, the
    /// house as it is against the record.
    #[arg(long, value_name = "WHAT=VALUE", value_parser = change)]
    against: Vec<Change>,
    /// Ask the configured model where the prompt is another than the recorded one; otherwise such turns are not recomputed.
    #[arg(long)]
    ask_model: bool,
    /// Fail (exit code 6) when more than this share of turns, in percent, would be another.
    #[arg(long, value_name = "PERCENT")]
    max_changed: Option<f64>,
    /// Changed turns that are printed.
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    show: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Change {
    Knowledge(u64),
    Policy(PathBuf),
    Prompts(PathBuf),
    Calibration(PathBuf),
    AnswerFrom(f32),
}

fn change(text: &str) -> Result<Change, String> {
    let (what, value) = text.split_once('=').ok_or("expected WHAT=VALUE, for example policy=new-policy.toml")?;
    let path = || PathBuf::from(value);
    Ok(match what {
        "knowledge" => Change::Knowledge(value.parse().map_err(|_| "knowledge= needs the number of a version")?),
        "policy" => Change::Policy(path()),
        "prompts" => Change::Prompts(path()),
        "calibration" => Change::Calibration(path()),
        "answer-from" => match value.parse() {
            Ok(confidence) if (0.0..=1.0).contains(&confidence) => Change::AnswerFrom(confidence),
            _ => return Err("answer-from= needs a number from 0 to 1".to_owned()),
        },
        other => return Err(format!("{other} is unknown: knowledge, policy, prompts, calibration or answer-from")),
    })
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let mut candidate = Candidate::default();
    for change in &arguments.against {
        match change.clone() {
            Change::Knowledge(version) => candidate.knowledge = Some(version),
            Change::Policy(file) => candidate.policy = Some(file),
            Change::Prompts(folder) => candidate.prompts = Some(folder),
            Change::Calibration(file) => candidate.calibration = Some(file),
            Change::AnswerFrom(confidence) => candidate.answer_from = Some(confidence),
        }
    }
    let house = House::open(config.clone(), Roles::NONE, Seams::default()).await?;
    if let Some(version) = candidate.knowledge {
        let published = house.store.published(WorkspaceId::DEFAULT).await?.version;
        anyhow::ensure!(version <= published, "the knowledge has {published} versions, there is no version {version}");
    }
    let turns = replayed::turns(&house.store, arguments.since).await?;
    let live = house.llm.current().filter(|_| arguments.ask_model);
    let bench = replay::House {
        store: house.store.clone(),
        embedder: house.embedding.embedder(),
        retrieve: config.retrieve.clone(),
        dialogue: config.dialogue.clone(),
    };
    let mut shown = 0;
    let summary = replay::replay(&bench, &turns, &candidate, live, |turn| {
        if terminal.json {
            return terminal.print_json(&turn);
        }
        if turn.class != Class::Same && shown < arguments.show {
            shown += 1;
            print(&turn, terminal)?;
        }
        Ok(())
    })
    .await?;
    report(&summary, terminal)?;
    let changed = summary.changed.and_then(|rate| rate.rate).unwrap_or(0.0) * 100.0;
    let too_many = arguments.max_changed.is_some_and(|most| changed > most);
    // Nothing to do again, or nothing that could be done again, is no proof that nothing changes.
    let nothing = summary.changed.is_none_or(|rate| rate.of == 0);
    Ok(match (nothing, too_many || summary.answers_less()) {
        (true, _) => Exit::CouldNotRun,
        (false, true) => Exit::BelowGate,
        (false, false) => Exit::Done,
    })
}

fn print(turn: &Turn, terminal: &Terminal) -> anyhow::Result<()> {
    let (en, zh) = turn.class.words();
    let question = turn.question.split_whitespace().collect::<Vec<_>>().join(" ");
    terminal.print(format!("[{}] {question}  ({})", terminal.choose(en, zh), turn.conversation))?;
    for (mark, side) in [("-", &turn.before), ("+", &turn.after)] {
        let text = side.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text: String = text.chars().take(200).collect();
        terminal.print(format!("  {mark} {:?} ({}, {:.2}): {text}", side.action, side.because, side.confidence))?;
    }
    Ok(())
}

fn report(summary: &Summary, terminal: &Terminal) -> anyhow::Result<()> {
    if terminal.json {
        return terminal.print_json(summary);
    }
    let percent = |rate: Option<Rate>| {
        rate.and_then(|rate| Some((rate, rate.rate?, rate.interval?))).map_or_else(
            || "–".to_owned(),
            |(rate, share, interval)| {
                let (low, high) = (interval.low * 100.0, interval.high * 100.0);
                format!("{:.1} % ({low:.1}–{high:.1}), {}/{}", share * 100.0, rate.hits, rate.of)
            },
        )
    };
    for class in Class::ALL {
        let count = summary.classes.get(&class).copied().unwrap_or(0);
        let (en, zh) = class.words();
        if count > 0 {
            terminal.print(format!("{:>7}  {}", count, terminal.choose(en, zh)))?;
        }
    }
    let lines = [
        ("turns", "轮次", format!("{} (+{} broken)", summary.turns, summary.left_out)),
        ("the house as it is does what the record says", "现状与记录一致", percent(summary.reproduced)),
        ("would be another", "会有变化", percent(summary.changed)),
        ("answered before", "原先作答", percent(summary.answered_before)),
        ("answered after", "之后作答", percent(summary.answered_after)),
    ];
    for (en, zh, figure) in lines {
        terminal.print(format!("{}: {figure}", terminal.choose(en, zh)))?;
    }
    let (before, after, p) = (summary.only_before, summary.only_after, summary.p);
    let verdict = match (p < 0.05, before > after) {
        (true, true) => ("answers less", "作答变少"),
        (true, false) => ("answers more", "作答变多"),
        (false, _) => ("no telling whether it answers more or less", "无法判断作答变多还是变少"),
    };
    terminal.print(terminal.choose(
        &format!("answered only before {before}, only after {after}; p = {p:.4}: {}", verdict.0),
        &format!("仅原先作答 {before}，仅之后作答 {after}；p = {p:.4}：{}", verdict.1),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read() {
        assert_eq!(change("knowledge=3"), Ok(Change::Knowledge(3)));
        assert_eq!(change("policy=a=b.toml"), Ok(Change::Policy("a=b.toml".into())));
        for bad in ["policy", "knowledge=x", "answer-from=2", "other=1"] {
            assert!(change(bad).is_err(), "{bad}");
        }
    }
}
