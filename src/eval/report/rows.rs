//! A report as rows of names and values, which the terminal, Markdown and HTML lay out.

use crate::eval::report::Report;
use crate::eval::report::label::label;
use crate::eval::stats::{Interval, Rate};
use crate::text::language::Language;

/// A name, a value, and an interval where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub name: String,
    pub value: String,
    pub interval: String,
}

/// Rows under a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub heading: String,
    pub lines: Vec<Line>,
}

#[must_use]
pub fn percent(value: f64) -> String {
    format!("{:.1} %", value * 100.0)
}

#[must_use]
pub fn rate(name: &str, rate: &Rate) -> Line {
    let share = rate.rate.map_or_else(|| "–".to_owned(), percent);
    let interval = rate.interval.map(|interval| format!("{:.1}–{:.1} %", interval.low * 100.0, interval.high * 100.0));
    let value = format!("{share} ({}/{})", rate.hits, rate.of);
    Line { name: name.to_owned(), value, interval: interval.unwrap_or_default() }
}

fn estimate(name: &str, value: f64, of: &str, interval: Option<Interval>) -> Line {
    let interval = interval.map(|interval| format!("{:.3}–{:.3}", interval.low, interval.high));
    Line { name: name.to_owned(), value: format!("{value:.3}{of}"), interval: interval.unwrap_or_default() }
}

fn plain(name: &str, value: String) -> Line {
    Line { name: name.to_owned(), value, interval: String::new() }
}

/// The figures of a report, section by section.
#[must_use]
pub fn sections(report: &Report, language: Language) -> Vec<Section> {
    let say = |key: &str| label(key, language).to_owned();
    let named = |key: &str, value: &Rate| rate(label(key, language), value);
    let interval = |name: &str| report.intervals.get(name).copied();
    let mut sections = vec![Section {
        heading: format!("{} {} · {} {}", report.cases, say("cases"), report.attempts, say("attempts")),
        lines: vec![
            named("accuracy", &report.accuracy),
            named("wrong", &report.wrong),
            named("automation", &report.automation),
            named("coverage", &report.coverage),
        ],
    }];
    let handover = &report.handover;
    sections.push(Section {
        heading: say("handover"),
        lines: vec![
            named("precision", &handover.precision),
            named("recall", &handover.recall),
            handover.f1.map_or_else(|| plain("F1", "–".to_owned()), |f1| estimate("F1", f1, "", interval("F1"))),
            named("answered_instead", &handover.answered_instead),
            named("over_escalation", &handover.over_escalation),
        ],
    });
    let confidence = &report.confidence;
    let figures =
        [("AUROC", confidence.auroc), ("AURC", confidence.aurc), ("ECE", confidence.ece), ("Brier", confidence.brier)];
    let figures = figures.into_iter().filter_map(|(name, value)| Some(estimate(name, value?, "", interval(name))));
    sections.push(Section {
        heading: format!("{} ({}, n = {})", say("confidence"), say("of_answers"), confidence.cases),
        lines: figures.collect(),
    });
    let means = report
        .means
        .iter()
        .map(|(name, mean)| estimate(name, mean.mean, &format!(" (n = {})", mean.cases), mean.interval));
    sections.push(Section { heading: say("metric"), lines: means.collect() });
    let mut costs = Vec::new();
    if let Some(latency) = report.latency {
        let times = [("p50", latency.p50), ("p95", latency.p95), ("p99", latency.p99), ("max", latency.max)];
        costs.extend(times.map(|(name, value)| plain(&format!("{} {name}", say("latency")), format!("{value:.1} ms"))));
    }
    if report.prompt_tokens + report.completion_tokens > 0 {
        costs.push(plain(&say("tokens"), format!("{}, {}", report.prompt_tokens, report.completion_tokens)));
        let unknown = || "–".to_owned();
        let cost = report.cost.map_or_else(unknown, |cost| format!("{cost:.4} {}", report.run.prices.currency));
        costs.push(plain(&say("cost"), cost));
    }
    sections.push(Section { heading: say("latency"), lines: costs });
    let mut judged: Vec<Line> = report.judges.iter().map(|judge| plain(&say("judges"), judge.clone())).collect();
    if let Some(judge) = report.judge {
        let kappa = judge.kappa.map_or_else(|| "–".to_owned(), |kappa| format!("{kappa:.2}"));
        let value = format!("{} (n = {}), κ = {kappa}", percent(judge.observed), judge.pairs);
        judged.push(plain(&say("agreement"), value));
    }
    if report.abstained > 0 {
        judged.push(plain(&say("abstained"), report.abstained.to_string()));
    }
    sections.push(Section { heading: say("judge"), lines: judged });
    for (key, groups) in [("by_language", &report.languages), ("by_tag", &report.tags)] {
        let lines = groups.iter().map(|(name, value)| rate(name, value)).collect();
        sections.push(Section { heading: say(key), lines });
    }
    sections.retain(|section| !section.lines.is_empty());
    sections
}

/// The conditions of the gate, each with whether it holds.
#[must_use]
pub fn gate(report: &Report, language: Language) -> Vec<(bool, String)> {
    let number = |value: f64| format!("{value:.2}");
    let line = |condition: &crate::eval::report::gate::Condition| {
        let got = condition.got.map_or_else(|| "–".to_owned(), number);
        let cases =
            if condition.cases.is_empty() { String::new() } else { format!(": {}", condition.cases.join(", ")) };
        let name = label(&condition.name, language);
        let suite = condition.suite.as_ref().map_or_else(String::new, |suite| format!("{suite}: "));
        let text = format!("{suite}{name} {} ({} {}){cases}", number(condition.wanted), label("got", language), got,);
        (condition.holds, text)
    };
    report.gate.iter().map(line).collect()
}

/// What one must know to read the gate: what it does not cover, and what is missing.
#[must_use]
pub fn asides(report: &Report, language: Language) -> Vec<String> {
    let say = |key: &str| label(key, language).to_owned();
    let mut asides: Vec<String> = report
        .skipped
        .iter()
        .map(|skipped| format!("{}: {} ({}/{})", skipped.suite, say("gate_skipped"), skipped.chosen, skipped.of))
        .collect();
    for (key, count) in [("missing", report.missing), ("takes_any", report.take_any)] {
        if count > 0 {
            asides.push(format!("{}: {count}", say(key)));
        }
    }
    if !report.recovered.is_empty() {
        asides.push(format!("{}: {}", say("recovered"), report.recovered.join(", ")));
    }
    asides
}

/// What was run, as pairs of name and value.
#[must_use]
pub fn about(report: &Report, language: Language) -> Vec<(String, String)> {
    let run = &report.run;
    let say = |key: &str| label(key, language).to_owned();
    let short = |hash: &str| hash.get(..12).unwrap_or(hash).to_owned();
    let suite = |suite: &crate::eval::record::Asked| {
        let version = if suite.version.is_empty() { String::new() } else { format!(" {}", suite.version) };
        format!("{}{version} ({}/{}) sha256:{}", suite.name, suite.chosen, suite.of, short(&suite.sha256))
    };
    let knowledge = &run.knowledge;
    vec![
        (say("suites"), run.suites.iter().map(suite).collect::<Vec<_>>().join(" · ")),
        (
            say("knowledge"),
            format!(
                "{} v{} ({}) sha256:{}",
                knowledge.source,
                knowledge.version,
                knowledge.documents,
                short(&knowledge.sha256)
            ),
        ),
        (say("model"), run.model.clone().unwrap_or_else(|| say("none"))),
        (say("embedder"), run.embedder.clone().unwrap_or_else(|| say("words"))),
        (
            say("versions"),
            format!("{} · {} · {} · {}", run.program, run.calibration, short(&run.policy), run.prompts.join(", ")),
        ),
    ]
}
