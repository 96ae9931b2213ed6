//! A report for a pull request: Markdown.

use std::fmt::Write as _;

use crate::eval::case::Turn;
use crate::eval::report::Report;
use crate::eval::report::label::label;
use crate::eval::report::rows::{about, asides, gate, sections};
use crate::text::language::Language;

/// Failed cases in a comment; the HTML report shows more.
const CASES: usize = 30;

/// Writes the report down.
#[must_use]
pub fn markdown(report: &Report, language: Language) -> String {
    let say = |key: &'static str| label(key, language);
    let verdict = say(report.verdict.key());
    let mut text = format!("# {} · {} {verdict}\n\n", say("title"), say("gate"));
    for (holds, condition) in gate(report, language) {
        let _ = writeln!(text, "- {} {}", if holds { "✓" } else { "✗" }, cell(&condition));
    }
    for aside in asides(report, language) {
        let _ = writeln!(text, "- {}", cell(&aside));
    }
    text.push('\n');
    for (name, value) in about(report, language) {
        let _ = writeln!(text, "- {}: {}", cell(&name), cell(&value));
    }
    for section in sections(report, language) {
        let _ = writeln!(
            text,
            "\n## {}\n\n| {} | {} | {} |\n|---|---|---|",
            section.heading,
            say("metric"),
            say("value"),
            say("interval")
        );
        for line in section.lines {
            let _ = writeln!(text, "| {} | {} | {} |", cell(&line.name), cell(&line.value), line.interval);
        }
    }
    if !report.flaky.is_empty() {
        let _ = writeln!(text, "\n## {}\n", say("flaky"));
        for flaky in &report.flaky {
            let _ = writeln!(text, "- {} {}/{}", cell(&flaky.id), flaky.passed, flaky.attempts);
        }
    }
    if !report.broken.is_empty() {
        let _ = writeln!(text, "\n## {} ({})\n", say("broken"), report.broke);
        for broken in report.broken.iter().take(CASES) {
            let _ = writeln!(text, "- {}: {}", cell(&broken.id), cell(&broken.why));
        }
    }
    if !report.worst.is_empty() {
        let _ = writeln!(text, "\n## {} ({})\n", say("worst"), report.failed);
        let _ = writeln!(text, "| {} | {} | {} |\n|---|---|---|", say("cases"), say("customer"), say("failure"));
        for case in report.worst.iter().take(CASES) {
            let why: Vec<String> =
                case.failures.iter().map(|failure| format!("{}: {}", failure.check, failure.detail)).collect();
            let asked = case.turns.last().map_or("", Turn::text);
            let _ = writeln!(text, "| {} | {} | {} |", cell(&case.id), cell(asked), cell(&why.join("; ")));
        }
    }
    text
}

/// Text that stays in its cell and is no mark-up.
fn cell(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => plain.push(' '),
            '|' | '<' | '>' | '[' | ']' | '`' | '*' | '_' | '\\' => plain.extend(['\\', c]),
            _ => plain.push(c),
        }
    }
    plain
}
