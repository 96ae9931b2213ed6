//! How a measured run ends: what is printed, which files are written, and with which code.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::eval::compare::{self, Comparison, Finding, Kept, Paired};
use crate::eval::record::Log;
use crate::eval::report::gate::Verdict;
use crate::eval::report::label::label;
use crate::eval::report::{self, Report, html, junit, markdown, rows};
use crate::eval::score::score;
use crate::eval::stats::Interval;
use crate::eval::suite::Gate;
use crate::eval::tally::Tally;

/// Failed cases that the terminal lists.
const LISTED: usize = 25;

/// Where the report goes, and what it must reach.
#[derive(Debug, clap::Args)]
pub(super) struct Output {
    /// Write a JUnit file.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write a Markdown report.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Write a report as one self-contained page.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Compare with the log of another run; what got worse closes the gate.
    #[arg(long, value_name = "LOG")]
    baseline: Option<PathBuf>,
    /// Least share of cases that end as expected.
    #[arg(long, value_name = "PERCENT")]
    min_accuracy: Option<f64>,
    /// Most wrong answers among the answers given.
    #[arg(long, value_name = "PERCENT")]
    max_wrong: Option<f64>,
    /// Least share of answerable questions that are answered.
    #[arg(long, value_name = "PERCENT")]
    min_coverage: Option<f64>,
    /// Slowest turn of 95 in 100.
    #[arg(long, value_name = "MILLISECONDS")]
    max_p95_ms: Option<f64>,
    /// Most cases that fail without being marked as known failures.
    #[arg(long, value_name = "COUNT")]
    max_new_failures: Option<u32>,
}

impl Output {
    /// The gate of the command line.
    pub(super) fn gate(&self) -> Gate {
        Gate {
            min_accuracy: self.min_accuracy,
            max_wrong: self.max_wrong,
            min_coverage: self.min_coverage,
            max_p95_ms: self.max_p95_ms,
            max_new_failures: self.max_new_failures,
        }
    }

    /// Reads a log, judges it anew, reports it, and says how to end.
    pub(super) fn finish(&self, log: &Path, gate: Gate, terminal: &Terminal) -> anyhow::Result<Exit> {
        let report = conclude(log, gate)?;
        self.write(log, &report, terminal)?;
        let comparison = self.baseline.as_ref().map(|baseline| beside(baseline, log)).transpose()?;
        if terminal.json {
            terminal.print_json(&serde_json::json!({ "report": report, "baseline": comparison }))?;
        } else {
            print(&report, terminal)?;
            if let Some(comparison) = &comparison {
                print_comparison(comparison, terminal)?;
            }
        }
        let worse = comparison.is_some_and(|comparison| is_worse(&comparison));
        Ok(match report.verdict {
            Verdict::NotPassed => Exit::BelowGate,
            _ if worse => Exit::BelowGate,
            Verdict::Passed => Exit::Done,
            Verdict::Incomplete => Exit::CouldNotRun,
        })
    }

    fn write(&self, log: &Path, report: &Report, terminal: &Terminal) -> anyhow::Result<()> {
        let cannot = |path: &Path| format!("{} cannot be written", path.display());
        if let Some(path) = &self.html {
            std::fs::write(path, html::html(report, terminal.language)).with_context(|| cannot(path))?;
        }
        if let Some(path) = &self.markdown {
            std::fs::write(path, markdown::markdown(report, terminal.language)).with_context(|| cannot(path))?;
        }
        if let Some(path) = &self.junit {
            let file = BufWriter::new(File::create(path).with_context(|| cannot(path))?);
            junit::write(Log::open(log)?, report.missing, file).with_context(|| cannot(path))?;
        }
        Ok(())
    }
}

/// Adds a log up, record by record. Verdicts are computed anew: a stored one may be older than the metrics.
fn conclude(path: &Path, gate: Gate) -> anyhow::Result<Report> {
    let log = Log::open(path)?;
    let mut run = log.run.clone();
    run.gate = gate.or(run.gate);
    let mut tally = Tally::new();
    for record in log {
        let mut record = record?;
        if let Some(outcome) = record.outcome() {
            record.verdict = score(&record.case, outcome);
        }
        tally.add(&record);
    }
    if let Some(case) = tally.twice() {
        anyhow::bail!("an attempt at the case {case} stands twice in {}", path.display());
    }
    Ok(report::report(run, &tally))
}

/// Two logs side by side.
pub(super) fn beside(first: &Path, second: &Path) -> anyhow::Result<Comparison> {
    let read = |path: &Path| -> anyhow::Result<_> {
        let log = Log::open(path)?;
        let run = log.run.clone();
        let kept: HashMap<String, Kept> = compare::keep(log)?;
        Ok((run, kept))
    };
    let (first, second) = (read(first)?, read(second)?);
    Ok(compare::compare((first.0, &first.1), (second.0, &second.1)))
}

/// Whether the second run is a step back.
pub(super) fn is_worse(comparison: &Comparison) -> bool {
    comparison.passes.finding == Finding::Worse || comparison.wrong.finding == Finding::Worse
}

fn print(report: &Report, terminal: &Terminal) -> anyhow::Result<()> {
    let language = terminal.language;
    for (name, value) in rows::about(report, language) {
        terminal.print(format!("{name}: {value}"))?;
    }
    for section in rows::sections(report, language) {
        terminal.print(format!("\n{}", section.heading))?;
        for line in section.lines {
            terminal
                .print(format!("  {}  {}  {}", pad(&line.name, 42), pad(&line.value, 22), line.interval).trim_end())?;
        }
    }
    for flaky in &report.flaky {
        terminal.print(format!("{}: {} {}/{}", label("flaky", language), flaky.id, flaky.passed, flaky.attempts))?;
    }
    if report.broke > 0 {
        terminal.print(format!("\n{}: {}", label("broken", language), report.broke))?;
        for broken in report.broken.iter().take(LISTED) {
            terminal.print(format!("  {}: {}", broken.id, broken.why))?;
        }
    }
    if report.failed > 0 {
        let shown = report.worst.len().min(LISTED);
        terminal.print(format!(
            "\n{} ({shown} {} {})",
            label("worst", language),
            label("shown", language),
            report.failed
        ))?;
        for case in report.worst.iter().take(LISTED) {
            let why: Vec<String> =
                case.failures.iter().map(|failure| format!("{}: {}", failure.check, failure.detail)).collect();
            let mark = if case.zero_tolerance { "‼" } else { "✗" };
            terminal.print(format!("  {mark} {}  {}", case.id, why.join("; ")))?;
        }
    }
    terminal.print("")?;
    for (holds, condition) in rows::gate(report, language) {
        terminal.print(format!("{} {condition}", if holds { "✓" } else { "✗" }))?;
    }
    for aside in rows::asides(report, language) {
        terminal.print(format!("– {aside}"))?;
    }
    let verdict = label(report.verdict.key(), language);
    terminal.print(format!("{}: {verdict}", label("gate", language)))
}

/// Prints what changed.
pub(super) fn print_comparison(comparison: &Comparison, terminal: &Terminal) -> anyhow::Result<()> {
    let say = |en: &'static str, zh: &'static str| terminal.choose(en, zh).to_owned();
    terminal.print(format!(
        "\n{}: {} ({} / {})",
        say("Cases in both runs", "两次运行共有的用例"),
        comparison.cases,
        comparison.only_first,
        comparison.only_second,
    ))?;
    for (name, paired) in [
        (say("as expected", "符合预期"), &comparison.passes),
        (say("wrong answers", "错误回答"), &comparison.wrong),
        (say("answers given alone", "独立作答"), &comparison.answers),
    ] {
        terminal.print(format!("  {}  {}", pad(&name, 24), change(paired, terminal)))?;
    }
    for metric in &comparison.metrics {
        terminal.print(format!(
            "  {}  {:.3} → {:.3}  {}  p = {:.3}  {}",
            pad(&metric.name, 24),
            metric.first,
            metric.second,
            between(metric.interval),
            metric.p,
            finding(metric.finding, terminal),
        ))?;
    }
    for (name, ids) in [
        (say("passes only now", "现在才通过"), &comparison.fixed),
        (say("no longer passes", "不再通过"), &comparison.broken),
    ] {
        if !ids.is_empty() {
            terminal.print(format!("  {name}: {}", ids.join(", ")))?;
        }
    }
    Ok(())
}

fn change(paired: &Paired, terminal: &Terminal) -> String {
    format!(
        "{} → {}  (−{} +{})  {:+.1} {}  p = {:.3}  {}",
        paired.first,
        paired.second,
        paired.only_first,
        paired.only_second,
        paired.difference * 100.0,
        between(paired.interval.map(|interval| Interval { low: interval.low * 100.0, high: interval.high * 100.0 })),
        paired.p,
        finding(paired.finding, terminal),
    )
}

fn between(interval: Option<Interval>) -> String {
    interval.map_or_else(String::new, |interval| format!("[{:+.3}, {:+.3}]", interval.low, interval.high))
}

fn finding(finding: Finding, terminal: &Terminal) -> &str {
    match finding {
        Finding::Better => terminal.choose("better", "更好"),
        Finding::Worse => terminal.choose("worse", "更差"),
        Finding::CannotTell => terminal.choose("cannot tell", "无法判断"),
    }
}

/// Fills up to a width on the screen, where a Han character takes two places.
fn pad(text: &str, width: usize) -> String {
    let taken: usize = text.chars().map(|c| if c.is_ascii() || c as u32 <= 0x2E7F { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(taken)))
}
