//! The gate: what a release must reach, and whether it does.

use serde::{Deserialize, Serialize};

use crate::eval::report::Report;

/// A condition of the gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// `min_accuracy`, `max_wrong`, `min_coverage`, `max_p95_ms`, `zero_tolerance`.
    pub name: String,
    pub wanted: f64,
    /// `None` where there was nothing to measure, which does not hold.
    pub got: Option<f64>,
    pub holds: bool,
    /// The cases that break it, where single cases do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<String>,
}

/// Lays the figures beside what the run's gate demands. `zero` are the cases without tolerance that failed.
#[must_use]
pub fn conditions(report: &Report, zero: Vec<String>) -> Vec<Condition> {
    let gate = report.run.gate;
    let percent = |rate: Option<f64>| rate.map(|rate| rate * 100.0);
    let p95 = report.latency.map(|latency| latency.p95);
    let mut conditions = Vec::new();
    for (name, wanted, got, at_least) in [
        ("min_accuracy", gate.min_accuracy, percent(report.accuracy.rate), true),
        // No answer is no wrong answer.
        ("max_wrong", gate.max_wrong, Some(report.wrong.rate.unwrap_or(0.0) * 100.0), false),
        ("min_coverage", gate.min_coverage, percent(report.coverage.rate), true),
        ("max_p95_ms", gate.max_p95_ms, p95, false),
    ] {
        let Some(wanted) = wanted else { continue };
        let holds = got.is_some_and(|got| if at_least { got >= wanted } else { got <= wanted });
        conditions.push(Condition { name: name.to_owned(), wanted, got, holds, cases: Vec::new() });
    }
    conditions.push(Condition {
        name: "zero_tolerance".to_owned(),
        wanted: 0.0,
        got: Some(zero.len() as f64),
        holds: zero.is_empty(),
        cases: zero,
    });
    conditions
}
