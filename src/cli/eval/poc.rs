//! `frontdesk eval poc`: one command for somebody who wonders whether it is worth it.

use std::path::PathBuf;

use anyhow::Context;

use crate::cli::exit::Exit;
use crate::cli::scratch::{self, Source};
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::eval::ask::Setup;
use crate::eval::poc::{self, Poc};
use crate::eval::run::{Limits, run as run_cases};
use crate::eval::stats::Rate;
use crate::eval::suite::Prices;
use crate::eval::{draft, record::Record};
use crate::knowledge::past;
use crate::model::id::WorkspaceId;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of documents.
    #[arg(long, value_name = "DIR")]
    knowledge: PathBuf,
    /// Old tickets: CSV or JSON lines with `question` and, where known, `answer`.
    #[arg(long, value_name = "FILE")]
    tickets: PathBuf,
    /// Cases that are drafted for each document, to find the weakest.
    #[arg(long, value_name = "COUNT", default_value_t = 6)]
    per_document: usize,
    /// Keep the drafted cases here.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Cases at a time.
    #[arg(short, long, value_name = "COUNT", default_value_t = 2)]
    jobs: usize,
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let text = std::fs::read_to_string(&arguments.tickets)
        .with_context(|| format!("cannot read {}", arguments.tickets.display()))?;
    let tickets = poc::tickets(&text).with_context(|| format!("in {}", arguments.tickets.display()))?;
    anyhow::ensure!(!tickets.is_empty(), "there are no tickets in {}", arguments.tickets.display());
    let ready = scratch::open(config.clone(), &Source::Folders(vec![arguments.knowledge.clone()]), terminal).await?;
    let (house, version) = (&ready.house, ready.knowledge.version);
    let passages = past::passages(&house.store, WorkspaceId::DEFAULT, version).await?;
    let drafts = draft::draft(&passages, arguments.per_document);
    if arguments.out.is_some() {
        super::write_cases(&drafts, arguments.out.as_deref(), terminal)?;
    }
    let cases: Vec<_> = poc::cases(&tickets).into_iter().chain(drafts).collect();
    let setup = Setup {
        retriever: ready.retriever.clone(),
        config: config.dialogue.clone(),
        policy: house.dialogue.policy(),
        llm: house.llm.current(),
        names: ready.names.clone(),
        prices: Prices::default(),
        judges: 0,
    };
    let attempts: Vec<_> = cases.iter().map(|case| (case, 1)).collect();
    let mut records: Vec<Record> = Vec::with_capacity(attempts.len());
    let limits = Limits { jobs: arguments.jobs, max_cost: None };
    run_cases(&setup, &attempts, limits, |record| {
        records.push(record);
        Ok(())
    })
    .await?;
    ready.house.close().await;
    let report = poc::sum_up(&records);
    print(&report, terminal)?;
    Ok(if report.broke > 0 { Exit::CouldNotRun } else { Exit::Done })
}

fn print(report: &Poc, terminal: &Terminal) -> anyhow::Result<()> {
    if terminal.json {
        return terminal.print_json(report);
    }
    let lines = [
        ("answered without a person", "无需人工即可回答", percent(&report.coverage)),
        ("right, of answers with a known number", "回答正确（可按数字核对的）", percent(&report.accuracy)),
        ("right, of answers to drafts from the documents", "回答正确（由文档起草的问题）", percent(&report.drafts)),
        (
            "latency p50 / p95",
            "延迟 p50 / p95",
            format!("{:.0} / {:.0} ms", report.latency_p50_ms, report.latency_p95_ms),
        ),
        ("cost", "费用", report.cost.map_or_else(|| "0".to_owned(), |cost| format!("{cost:.4}"))),
    ];
    terminal.print(terminal.choose(&format!("{} tickets", report.tickets), &format!("{} 条工单", report.tickets)))?;
    for (en, zh, figure) in lines {
        terminal.print(format!("  {}: {figure}", terminal.choose(en, zh)))?;
    }
    terminal.print(terminal.choose("What they are about:", "主题分布："))?;
    for topic in report.topics.iter().take(10) {
        terminal.print(format!("  {:>5.1} %  {}", topic.share.rate.unwrap_or(0.0) * 100.0, topic.document))?;
    }
    terminal
        .print(terminal.choose("Weakest documents (drafts answered rightly):", "最薄弱的文档（起草问题答对数）："))?;
    for weak in report.weakest.iter().take(10) {
        terminal.print(format!("  {:>3}/{:<3} {}", weak.passed.hits, weak.passed.of, weak.document))?;
    }
    terminal.print(terminal.choose("Tickets that no document answers:", "没有文档能回答的工单："))?;
    for question in report.unanswered.iter().take(10) {
        terminal.print(format!("  {}", question.split_whitespace().collect::<Vec<_>>().join(" ")))?;
    }
    if report.broke > 0 {
        let broke = report.broke;
        terminal.say(format!("{broke} cases broke and say nothing"), format!("{broke} 条用例因故障中断，不计入"));
    }
    terminal.say(
        "Drafts are unreviewed and tickets are judged by their numbers alone: a first look, no promise. `frontdesk eval calibrate` makes one.",
        "起草的用例未经人工核对，工单只按数字判断：这是初步印象，不是承诺。承诺请用 `frontdesk eval calibrate`。",
    );
    Ok(())
}

fn percent(rate: &Rate) -> String {
    match (rate.rate, rate.interval) {
        (Some(share), Some(interval)) => format!(
            "{:.1} % ({:.1}–{:.1}), {}/{}",
            share * 100.0,
            interval.low * 100.0,
            interval.high * 100.0,
            rate.hits,
            rate.of
        ),
        _ => "–".to_owned(),
    }
}
