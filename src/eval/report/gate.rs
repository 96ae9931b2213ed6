//! The gate: what a release must reach, and whether it does.
//!
//! What a suite demands is held against the cases of that suite, and only when all of them were chosen; what the command line
//! demands is held against all cases. Where not everything could be judged, the gate decides only what no outcome of the rest
//! could turn.

use serde::{Deserialize, Serialize};

use crate::eval::record::Run;
use crate::eval::stats::{Rate, quantile};
use crate::eval::suite::Gate;
use crate::eval::tally::{Attempt, Row, Tally};
use crate::model::decision::Action;

/// A condition of the gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// `min_accuracy`, `max_wrong`, `min_coverage`, `max_p95_ms`, `max_new_failures`, `zero_tolerance`.
    pub name: String,
    /// The suite that demands it; nothing: all cases together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<String>,
    pub wanted: f64,
    /// `None` where there was nothing to measure, which does not hold.
    pub got: Option<f64>,
    pub holds: bool,
    /// The cases that break it, where single cases do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<String>,
}

/// A suite whose own gate is not applied, because this is not the whole of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub suite: String,
    pub chosen: usize,
    pub of: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Passed,
    NotPassed,
    /// Not everything was judged, and what is missing decides.
    Incomplete,
}

impl Verdict {
    /// Its label.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Passed => "open",
            Self::NotPassed => "closed",
            Self::Incomplete => "incomplete",
        }
    }
}

/// What conditions look at, over all cases or those of a suite.
#[derive(Clone, Debug, Default)]
struct Seen {
    judged: u64,
    good: u64,
    answers: u64,
    wrong: u64,
    answerable: u64,
    answered: u64,
    new_failures: Vec<String>,
    latencies: Vec<f64>,
    /// Cases of which no attempt was judged, those among them that may be answerable, and attempts that were not judged.
    unjudged: u64,
    unjudged_answerable: u64,
    attempts_left: usize,
}

impl Seen {
    fn of(run: &Run, tally: &Tally, suite: Option<usize>) -> Self {
        let mut seen = Self::default();
        let here = |place: usize| suite.is_none_or(|suite| suite == place);
        let (mut rows, mut judged) = (0, 0);
        for row in tally.rows.iter().filter(|row| here(row.suite)) {
            rows += 1;
            judged += u64::from(row.attempts - row.broke);
            seen.add(row);
        }
        let chosen =
            run.suites.iter().enumerate().filter(|(place, _)| here(*place)).map(|(_, suite)| suite.chosen as u64);
        let chosen: u64 = chosen.sum();
        let missing = chosen.saturating_sub(rows);
        // Nobody knows what a case that is not there would have been.
        seen.unjudged += missing;
        seen.unjudged_answerable += missing;
        seen.latencies = tally.latencies.iter().filter(|(place, _)| here(*place)).map(|(_, took)| *took).collect();
        let wanted = (chosen.max(rows) * u64::from(run.repeat.max(1))).saturating_sub(judged);
        seen.attempts_left = usize::try_from(wanted).unwrap_or(usize::MAX);
        seen
    }

    fn add(&mut self, row: &Row) {
        let Some(Attempt { action, right, .. }) = &row.worst else {
            self.unjudged += 1;
            self.unjudged_answerable += u64::from(row.answerable);
            return;
        };
        let answered = *action == Action::Answer;
        self.judged += 1;
        self.good += u64::from(row.passes());
        self.answers += u64::from(answered);
        self.wrong += u64::from(*right == Some(false));
        self.answerable += u64::from(row.answerable);
        self.answered += u64::from(row.answerable && answered);
        if !row.passes() && !row.known_failure {
            self.new_failures.push(row.id.clone());
        }
    }

    /// The same if all that was not judged had come out well.
    fn hopeful(mut self) -> Self {
        self.judged += self.unjudged;
        self.good += self.unjudged;
        self.answers += self.unjudged;
        self.answerable += self.unjudged_answerable;
        self.answered += self.unjudged_answerable;
        self.latencies.resize(self.latencies.len() + self.attempts_left, 0.0);
        self
    }

    fn conditions(mut self, gate: Gate, suite: Option<&str>) -> Vec<Condition> {
        if self.judged + self.unjudged == 0 {
            return Vec::new();
        }
        let percent = |hits: u64, of: u64| Rate::new(hits, of).rate.map(|rate| rate * 100.0);
        self.latencies.sort_by(f64::total_cmp);
        let p95 = (!self.latencies.is_empty()).then(|| quantile(&self.latencies, 0.95));
        let failures = self.new_failures.len() as f64;
        let mut conditions = Vec::new();
        for (name, wanted, got, at_least) in [
            ("min_accuracy", gate.min_accuracy, percent(self.good, self.judged), true),
            // No answer is no wrong answer.
            ("max_wrong", gate.max_wrong, Some(percent(self.wrong, self.answers).unwrap_or(0.0)), false),
            ("min_coverage", gate.min_coverage, percent(self.answered, self.answerable), true),
            ("max_p95_ms", gate.max_p95_ms, p95, false),
            ("max_new_failures", gate.max_new_failures.map(f64::from), Some(failures), false),
        ] {
            let Some(wanted) = wanted else { continue };
            let holds = got.is_some_and(|got| if at_least { got >= wanted } else { got <= wanted });
            let cases = if name == "max_new_failures" && !holds { self.new_failures.clone() } else { Vec::new() };
            let suite = suite.map(ToOwned::to_owned);
            conditions.push(Condition { name: name.to_owned(), suite, wanted, got, holds, cases });
        }
        conditions
    }
}

/// Lays the figures beside what the gate demands.
pub(super) fn conclude(run: &Run, tally: &Tally) -> (Vec<Condition>, Verdict) {
    let seen = conditions(run, tally, &|seen| seen);
    let holds = |conditions: &[Condition]| conditions.iter().all(|condition| condition.holds);
    let whole = missing(run, tally) == 0 && tally.rows.iter().all(|row| row.broke == 0);
    let verdict = match (whole, holds(&seen)) {
        (true, true) => Verdict::Passed,
        (true, false) => Verdict::NotPassed,
        (false, _) if holds(&conditions(run, tally, &Seen::hopeful)) => Verdict::Incomplete,
        (false, _) => Verdict::NotPassed,
    };
    (seen, verdict)
}

fn conditions(run: &Run, tally: &Tally, view: &dyn Fn(Seen) -> Seen) -> Vec<Condition> {
    let mut conditions = view(Seen::of(run, tally, None)).conditions(run.gate, None);
    for (place, suite) in run.suites.iter().enumerate().filter(|(_, suite)| suite.chosen == suite.of) {
        // What the command line demands, it demands in the suite's place.
        let gate = suite.gate.without(run.gate);
        conditions.extend(view(Seen::of(run, tally, Some(place))).conditions(gate, Some(&suite.name)));
    }
    let zero: Vec<String> = tally
        .rows
        .iter()
        .filter(|row| row.zero_tolerance && row.worst.is_some() && !row.passes())
        .map(|row| row.id.clone())
        .collect();
    conditions.push(Condition {
        name: "zero_tolerance".to_owned(),
        suite: None,
        wanted: 0.0,
        got: Some(zero.len() as f64),
        holds: zero.is_empty(),
        cases: zero,
    });
    conditions
}

/// Attempts that a whole run has and this one has not.
pub(super) fn missing(run: &Run, tally: &Tally) -> u64 {
    let made: u64 = tally.rows.iter().map(|row| u64::from(row.attempts)).sum();
    run.attempts().saturating_sub(made)
}

/// The suites whose gate says nothing about this run.
pub(super) fn skipped(run: &Run) -> Vec<Skipped> {
    let skipped = run.suites.iter().filter(|suite| suite.chosen != suite.of && !suite.gate.is_empty());
    skipped.map(|suite| Skipped { suite: suite.name.clone(), chosen: suite.chosen, of: suite.of }).collect()
}
