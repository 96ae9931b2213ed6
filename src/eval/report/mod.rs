//! What a run means: rates with intervals, the gate, the worst cases. Pure; the files beside this one write it down.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::eval::metric::auroc::auroc;
use crate::eval::metric::brier::brier;
use crate::eval::metric::confusion::{Confusion, Handover};
use crate::eval::metric::ece::{self, Bin, ece};
use crate::eval::metric::judge::{Agreement, agreement};
use crate::eval::metric::latency::{Latency, latency};
use crate::eval::metric::risk::{self, Point, aurc};
use crate::eval::record::Run;
use crate::eval::report::gate::Condition;
use crate::eval::stats::Rate;
use crate::eval::tally::{Attempt, Broken, Row, Shown, Tally};
use crate::model::decision::Action;

pub mod gate;
pub mod html;
pub mod junit;
pub mod label;
pub mod markdown;
pub mod rows;
pub mod svg;

/// Bars of the histogram of confidences.
pub const BARS: usize = 20;
/// Points of the curve that are kept for drawing.
const POINTS: usize = 200;

/// Everything that is reported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub run: Run,
    pub cases: u64,
    pub attempts: u64,
    /// Attempts that the infrastructure broke; they count nowhere else.
    pub broke: u64,
    /// Cases that end as expected, in every attempt (pass^k).
    pub accuracy: Rate,
    /// Wrong answers among the answers that the bot gave alone.
    pub wrong: Rate,
    /// Answers that it gave alone, of all cases.
    pub automation: Rate,
    /// Answers that it gave alone, of the questions that the documents answer.
    pub coverage: Rate,
    pub confusion: Confusion,
    pub handover: Handover,
    pub confidence: Confidence,
    /// Means of the metrics of single cases.
    pub means: BTreeMap<String, Mean>,
    pub latency: Option<Latency>,
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
    pub cost: Option<f64>,
    pub judge: Option<Agreement>,
    pub languages: BTreeMap<String, Rate>,
    pub tags: BTreeMap<String, Rate>,
    /// Cases that pass in some attempts only.
    pub flaky: Vec<Flaky>,
    pub failed: u64,
    /// The worst failures, worst first; a large run does not show all.
    pub worst: Vec<Shown>,
    pub broken: Vec<Broken>,
    pub gate: Vec<Condition>,
    /// Every condition of the gate holds.
    pub passed: bool,
}

/// How far the confidence can be trusted, over the cases where evidence was weighed and it is known whether an answer was (or
/// would have been) right: an answer was given, or the documents have none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    pub cases: u64,
    pub auroc: Option<f64>,
    pub aurc: Option<f64>,
    pub ece: Option<f64>,
    pub brier: Option<f64>,
    pub curve: Vec<Point>,
    pub bins: Vec<Bin>,
    /// Cases by confidence: those that the documents answer, and those that they do not.
    pub answerable: Vec<u64>,
    pub unanswerable: Vec<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    pub mean: f64,
    pub cases: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaky {
    pub id: String,
    pub passed: u32,
    pub attempts: u32,
}

/// Draws the conclusions.
#[must_use]
pub fn report(run: Run, tally: &Tally) -> Report {
    let judged: Vec<(&Row, &Attempt)> = tally.rows.iter().filter_map(|row| Some((row, row.worst.as_ref()?))).collect();
    let passes = |row: &Row| row.passed + row.broke == row.attempts;
    let count = |holds: &dyn Fn(&Row, &Attempt) -> bool| {
        judged.iter().filter(|(row, attempt)| holds(row, attempt)).count() as u64
    };
    let all = judged.len() as u64;
    let answers = count(&|_, attempt| attempt.action == Action::Answer);
    let answerable = count(&|row, _| row.answerable);
    let mut confusion = Confusion::default();
    for (row, attempt) in &judged {
        confusion.add(row.expected, &row.accepted, attempt.action);
    }
    let good = count(&|row, _| passes(row));
    let latency = latency(&tally.latencies);
    let mut report = Report {
        cases: tally.rows.len() as u64,
        attempts: tally.rows.iter().map(|row| u64::from(row.attempts)).sum(),
        broke: tally.rows.iter().map(|row| u64::from(row.broke)).sum(),
        accuracy: Rate::new(good, all),
        wrong: Rate::new(count(&|_, attempt| attempt.right == Some(false)), answers),
        automation: Rate::new(answers, all),
        coverage: Rate::new(count(&|row, attempt| row.answerable && attempt.action == Action::Answer), answerable),
        handover: confusion.handover(),
        confusion,
        confidence: confidence(&judged),
        means: means(&judged, &tally.metrics()),
        latency,
        prompt_tokens: tally.prompt_tokens,
        completion_tokens: tally.completion_tokens,
        cost: tally.cost,
        judge: agreement(&tally.judged),
        languages: by(&judged, |row| vec![row.language.tag()[..2].to_owned()], passes),
        tags: {
            let names = tally.tag_names();
            let of = |row: &Row| row.tags.iter().map(|tag| names[usize::from(*tag)].to_owned()).collect();
            by(&judged, of, passes)
        },
        flaky: flaky(&tally.rows),
        failed: all - good,
        worst: tally.worst(),
        broken: tally.broken.clone(),
        gate: Vec::new(),
        passed: true,
        run,
    };
    let zero: Vec<String> =
        judged.iter().filter(|(row, _)| row.zero_tolerance && !passes(row)).map(|(row, _)| row.id.clone()).collect();
    report.gate = gate::conditions(&report, zero);
    report.passed = report.gate.iter().all(|condition| condition.holds);
    report
}

fn confidence(judged: &[(&Row, &Attempt)]) -> Confidence {
    let mut scored: Vec<(f32, bool)> = Vec::new();
    let mut histograms = [vec![0; BARS], vec![0; BARS]];
    for (row, attempt) in judged {
        let Some(confidence) = attempt.confidence else { continue };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bar's number")]
        let bar = ((confidence.clamp(0.0, 1.0) * BARS as f32) as usize).min(BARS - 1);
        histograms[usize::from(!row.answerable)][bar] += 1;
        match attempt.right {
            Some(right) => scored.push((confidence, right)),
            // No answer of the documents could have been right.
            None if !row.answerable => scored.push((confidence, false)),
            None => {}
        }
    }
    let mut curve = risk::curve(&scored);
    if curve.len() > POINTS {
        let step = curve.len().div_ceil(POINTS);
        let last = curve.len() - 1;
        let mut at = 0;
        curve.retain(|_| {
            at += 1;
            (at - 1) % step == 0 || at - 1 == last
        });
    }
    let [answerable, unanswerable] = histograms;
    Confidence {
        cases: scored.len() as u64,
        auroc: auroc(&scored),
        aurc: aurc(&scored),
        ece: ece(&scored),
        brier: brier(&scored),
        curve,
        bins: ece::bins(&scored).to_vec(),
        answerable,
        unanswerable,
    }
}

fn means(judged: &[(&Row, &Attempt)], names: &[&str]) -> BTreeMap<String, Mean> {
    let mut sums: BTreeMap<String, (f64, u64)> = BTreeMap::new();
    for (number, value) in judged.iter().flat_map(|(_, attempt)| &attempt.scores) {
        let sum = sums.entry(names[usize::from(*number)].to_owned()).or_default();
        sum.0 += value;
        sum.1 += 1;
    }
    sums.into_iter().map(|(name, (sum, cases))| (name, Mean { mean: sum / cases as f64, cases })).collect()
}

fn by(
    judged: &[(&Row, &Attempt)],
    groups: impl Fn(&Row) -> Vec<String>,
    passes: impl Fn(&Row) -> bool,
) -> BTreeMap<String, Rate> {
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (row, _) in judged {
        for group in groups(row) {
            let count = counts.entry(group).or_default();
            count.0 += u64::from(passes(row));
            count.1 += 1;
        }
    }
    counts.into_iter().map(|(group, (good, all))| (group, Rate::new(good, all))).collect()
}

fn flaky(rows: &[Row]) -> Vec<Flaky> {
    let partly = |row: &&Row| row.passed > 0 && row.passed + row.broke < row.attempts;
    let flaky = |row: &Row| Flaky { id: row.id.clone(), passed: row.passed, attempts: row.attempts - row.broke };
    rows.iter().filter(partly).map(flaky).collect()
}
