//! Adds records up, in a few hundred bytes a case, so that a run of any size fits into memory. `report` draws conclusions.
//!
//! With several attempts a case counts as its worst one: what works three times of four does not work.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::eval::case::{Scripted, Turn};
use crate::eval::metric::judge::majority;
use crate::eval::record::{End, Failure, Record};
use crate::model::decision::{Action, Evidence};
use crate::model::passage::Citation;
use crate::text::language::Language;

/// Failed cases that are shown whole; the worst stay.
pub const SHOWN: usize = 200;
/// Characters of a reply or a quote that are kept for showing.
const EXCERPT: usize = 600;

/// What is kept of a case.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: String,
    /// Place of its suite in the run.
    pub(super) suite: usize,
    pub(super) language: Language,
    pub(super) tags: Vec<u16>,
    pub(super) zero_tolerance: bool,
    pub(super) known_failure: bool,
    /// It takes any answer, so that its accuracy says little.
    pub(super) takes_any: bool,
    pub(super) answerable: bool,
    pub(super) expected: Action,
    pub(super) accepted: Vec<Action>,
    pub(super) attempts: u32,
    pub(super) passed: u32,
    pub(super) broke: u32,
    pub(super) worst: Option<Attempt>,
    /// The attempts that were added, a bit each.
    seen: u128,
}

impl Row {
    /// Every attempt that could be judged passes.
    pub(super) fn passes(&self) -> bool {
        self.passed + self.broke == self.attempts
    }
}

/// The worst attempt at a case.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    severity: u8,
    pub(super) action: Action,
    /// Confidence, where evidence was weighed.
    pub(super) confidence: Option<f32>,
    pub(super) right: Option<bool>,
    pub(super) scores: Vec<(u16, f64)>,
}

/// A failed case as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub id: String,
    pub tags: Vec<String>,
    pub zero_tolerance: bool,
    pub turns: Vec<Turn>,
    pub expected: Action,
    pub action: Action,
    pub because: String,
    pub failures: Vec<Failure>,
    pub reply: String,
    pub evidence: Evidence,
    pub citations: Vec<Quoted>,
    /// Document titles of the best passages.
    pub considered: Vec<String>,
    #[serde(skip)]
    severity: (u8, f32),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    pub source: String,
    pub quote: String,
}

/// An attempt that the infrastructure broke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    pub id: String,
    pub attempt: u32,
    pub why: String,
}

/// Adds records up.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub(super) rows: Vec<Row>,
    places: HashMap<String, usize>,
    names: BTreeMap<String, u16>,
    tags: BTreeMap<String, u16>,
    /// Suite and milliseconds of each attempt.
    pub(super) latencies: Vec<(usize, f64)>,
    pub(super) prompt_tokens: u64,
    pub(super) completion_tokens: u64,
    /// `None` once a turn was not in the price table.
    pub(super) cost: Option<f64>,
    pub(super) shown: Vec<Shown>,
    /// The first attempts that broke, and why.
    pub(super) broken: Vec<Broken>,
    pub(super) judged: Vec<(bool, bool)>,
    /// Answers about which the judge came to no verdict.
    pub(super) abstained: u64,
    /// Judges with their versions.
    pub(super) judges: BTreeSet<String>,
    twice: Option<String>,
}

impl Tally {
    #[must_use]
    pub fn new() -> Self {
        Self { cost: Some(0.0), ..Self::default() }
    }

    pub fn add(&mut self, record: &Record) {
        let place = self.place(record);
        let bit = 1_u128.checked_shl(record.attempt).unwrap_or(0);
        if self.rows[place].seen & bit != 0 {
            self.twice.get_or_insert_with(|| record.case.id.clone());
        }
        self.rows[place].seen |= bit;
        self.rows[place].attempts += 1;
        let outcome = match &record.end {
            End::Answered(outcome) => outcome,
            End::Broke(why) => {
                self.rows[place].broke += 1;
                if self.broken.len() < SHOWN {
                    let (id, attempt, why) = (record.case.id.clone(), record.attempt, why.clone());
                    self.broken.push(Broken { id, attempt, why });
                }
                return;
            }
        };
        self.latencies.push((record.suite, outcome.latency_ms));
        self.prompt_tokens += u64::from(outcome.decision.usage.prompt_tokens);
        self.completion_tokens += u64::from(outcome.decision.usage.completion_tokens);
        self.cost = self.cost.zip(outcome.cost).map(|(sum, more)| sum + more);
        let verdict = &record.verdict;
        if let (Some(right), Some(votes)) = (verdict.right, &outcome.judged) {
            self.judges.insert(votes.judge.clone());
            self.prompt_tokens += u64::from(votes.prompt_tokens);
            self.completion_tokens += u64::from(votes.completion_tokens);
            match majority(votes.right, votes.wrong) {
                Some(verdict) => self.judged.push((verdict, right)),
                None => self.abstained += 1,
            }
        }
        let severity = severity(record);
        let attempt = Attempt {
            severity,
            action: outcome.decision.action,
            confidence: (outcome.decision.evidence.terms > 0).then_some(outcome.decision.evidence.confidence),
            right: verdict.right,
            scores: verdict.scores.iter().map(|(name, value)| (number(&mut self.names, name), *value)).collect(),
        };
        let row = &mut self.rows[place];
        row.passed += u32::from(verdict.pass);
        if row.worst.as_ref().is_none_or(|worst| worst.severity < severity) {
            row.worst = Some(attempt);
            if !verdict.pass {
                self.show(record, severity);
            }
        }
    }

    fn place(&mut self, record: &Record) -> usize {
        let case = &record.case;
        if let Some(place) = self.places.get(&case.id) {
            return *place;
        }
        let tags = case.tags.iter().map(|tag| number(&mut self.tags, tag)).collect();
        self.rows.push(Row {
            id: case.id.clone(),
            suite: record.suite,
            language: case.language,
            tags,
            zero_tolerance: case.zero_tolerance,
            known_failure: case.known_failure,
            takes_any: case.takes_any_answer(),
            answerable: case.is_answerable(),
            expected: case.expect.decision,
            accepted: case.expect.accept.clone(),
            attempts: 0,
            passed: 0,
            broke: 0,
            worst: None,
            seen: 0,
        });
        self.places.insert(case.id.clone(), self.rows.len() - 1);
        self.rows.len() - 1
    }

    fn show(&mut self, record: &Record, severity: u8) {
        let Some(outcome) = record.outcome() else { return };
        self.shown.retain(|shown| shown.id != record.case.id);
        let decision = &outcome.decision;
        self.shown.push(Shown {
            id: record.case.id.clone(),
            tags: record.case.tags.clone(),
            zero_tolerance: record.case.zero_tolerance,
            turns: record.case.turns.iter().map(shortened).collect(),
            expected: record.case.expect.decision,
            action: decision.action,
            because: decision.because.clone(),
            failures: record.verdict.failures.clone(),
            reply: excerpt(&outcome.reply.text),
            evidence: decision.evidence,
            citations: outcome.reply.citations.iter().map(quoted).collect(),
            considered: decision.considered.iter().take(5).map(|passage| passage.title.clone()).collect(),
            severity: (severity, decision.evidence.confidence),
        });
        if self.shown.len() >= 2 * SHOWN {
            prune(&mut self.shown);
        }
    }

    /// The first case of which an attempt was added twice: what is counted is no run then.
    #[must_use]
    pub fn twice(&self) -> Option<&str> {
        self.twice.as_deref()
    }

    /// The worst failures, worst first.
    #[must_use]
    pub(super) fn worst(&self) -> Vec<Shown> {
        let mut sorted = self.shown.clone();
        prune(&mut sorted);
        sorted
    }

    /// Names of metrics by their numbers.
    pub(super) fn metrics(&self) -> Vec<&str> {
        by_number(&self.names)
    }

    pub(super) fn tag_names(&self) -> Vec<&str> {
        by_number(&self.tags)
    }
}

fn prune(shown: &mut Vec<Shown>) {
    shown.sort_by(|one, other| {
        let severity = other.severity.0.cmp(&one.severity.0);
        severity.then(other.severity.1.total_cmp(&one.severity.1)).then_with(|| one.id.cmp(&other.id))
    });
    shown.truncate(SHOWN);
}

/// 4 zero tolerance broken, 3 a wrong answer, 2 an answer that should not have been given up, 1 anything else, 0 passed.
fn severity(record: &Record) -> u8 {
    match (record.verdict.pass, record.verdict.right) {
        (true, _) => 0,
        (false, _) if record.case.zero_tolerance => 4,
        (false, Some(false)) => 3,
        (false, None) => 2,
        (false, Some(true)) => 1,
    }
}

fn number(known: &mut BTreeMap<String, u16>, name: &str) -> u16 {
    if let Some(number) = known.get(name) {
        return *number;
    }
    let next = u16::try_from(known.len()).unwrap_or(u16::MAX);
    known.insert(name.to_owned(), next);
    next
}

fn by_number(known: &BTreeMap<String, u16>) -> Vec<&str> {
    let mut names: Vec<(&str, u16)> = known.iter().map(|(name, number)| (name.as_str(), *number)).collect();
    names.sort_by_key(|name| name.1);
    names.into_iter().map(|name| name.0).collect()
}

fn shortened(turn: &Turn) -> Turn {
    match turn {
        Turn::Customer(text) => Turn::Customer(excerpt(text)),
        Turn::Scripted(scripted) => Turn::Scripted(Scripted { bot: excerpt(&scripted.bot) }),
    }
}

fn quoted(citation: &Citation) -> Quoted {
    Quoted { source: citation.source.clone(), quote: excerpt(&citation.quote) }
}

fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
