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
use crate::eval::report::gate::{Condition, Skipped, Verdict};
use crate::eval::stats::{self, Interval, Rate, SEED};
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
    /// Intervals (bootstrap of the cases, 95 %) of F1, AUROC, AURC, ECE and Brier score.
    pub intervals: BTreeMap<String, Interval>,
    pub latency: Option<Latency>,
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
    pub cost: Option<f64>,
    pub judge: Option<Agreement>,
    /// Which models judged, with the version of what they are told; and answers about which they came to no verdict.
    pub judges: Vec<String>,
    pub abstained: u64,
    pub languages: BTreeMap<String, Rate>,
    pub tags: BTreeMap<String, Rate>,
    /// Cases that pass in some attempts only.
    pub flaky: Vec<Flaky>,
    pub failed: u64,
    /// The worst failures, worst first; a large run does not show all.
    pub worst: Vec<Shown>,
    pub broken: Vec<Broken>,
    /// Cases that accept any answer.
    pub take_any: u64,
    /// Cases that are marked as known failures and pass.
    pub recovered: Vec<String>,
    pub gate: Vec<Condition>,
    /// Suites whose gate is not applied, since not all of their cases were chosen.
    pub skipped: Vec<Skipped>,
    /// Attempts that are not there although they were to be made.
    pub missing: u64,
    pub verdict: Verdict,
    /// The verdict is that the gate is passed.
    pub passed: bool,
}

/// How far the confidence can be trusted, over the answers given: of what was held back nobody knows whether it was right, so that
/// only a run with `--answer-all` tells it for every confidence.
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
    /// Bootstrap, 95 %.
    pub interval: Option<Interval>,
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
    let passes = Row::passes;
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
    let latency = latency(&tally.latencies.iter().map(|(_, took)| *took).collect::<Vec<_>>());
    let (gate, verdict) = gate::conclude(&run, tally);
    Report {
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
        intervals: intervals(&judged),
        latency,
        prompt_tokens: tally.prompt_tokens,
        completion_tokens: tally.completion_tokens,
        cost: tally.cost,
        judge: agreement(&tally.judged),
        judges: tally.judges.iter().cloned().collect(),
        abstained: tally.abstained,
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
        take_any: tally.rows.iter().filter(|row| row.takes_any).count() as u64,
        recovered: judged
            .iter()
            .filter(|(row, _)| row.known_failure && passes(row))
            .map(|(row, _)| row.id.clone())
            .collect(),
        gate,
        skipped: gate::skipped(&run),
        missing: gate::missing(&run, tally),
        verdict,
        passed: verdict == Verdict::Passed,
        run,
    }
}

/// The answers given: how sure each was, and whether it is right.
fn answers(judged: &[(&Row, &Attempt)]) -> Vec<(f32, bool)> {
    judged.iter().filter_map(|(_, attempt)| Some((attempt.confidence?, attempt.right?))).collect()
}

/// A figure of answers, each with how sure it was and whether it is right.
type Figure = fn(&[(f32, bool)]) -> Option<f64>;

fn intervals(judged: &[(&Row, &Attempt)]) -> BTreeMap<String, Interval> {
    let scored = answers(judged);
    let times = stats::resamples(judged.len());
    let f1 = |drawn: &[usize]| {
        let mut confusion = Confusion::default();
        for (row, attempt) in drawn.iter().map(|at| &judged[*at]) {
            confusion.add(row.expected, &row.accepted, attempt.action);
        }
        confusion.handover().f1
    };
    let figures: [(&str, Figure); 4] = [("AUROC", auroc), ("AURC", aurc), ("ECE", ece), ("Brier", brier)];
    let of_answers = figures.into_iter().map(|(name, figure)| {
        let of = |drawn: &[usize]| figure(&drawn.iter().map(|at| scored[*at]).collect::<Vec<_>>());
        (name, stats::bootstrap(scored.len(), times, SEED, of))
    });
    let all = of_answers.chain([("F1", stats::bootstrap(judged.len(), times, SEED, f1))]);
    all.filter_map(|(name, interval)| Some((name.to_owned(), interval?))).collect()
}

fn confidence(judged: &[(&Row, &Attempt)]) -> Confidence {
    let scored = answers(judged);
    let mut histograms = [vec![0; BARS], vec![0; BARS]];
    for (row, attempt) in judged {
        let Some(confidence) = attempt.confidence else { continue };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bar's number")]
        let bar = ((confidence.clamp(0.0, 1.0) * BARS as f32) as usize).min(BARS - 1);
        histograms[usize::from(!row.answerable)][bar] += 1;
    }
    let mut curve = risk::curve(&scored, judged.len());
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
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (number, value) in judged.iter().flat_map(|(_, attempt)| &attempt.scores) {
        values.entry(names[usize::from(*number)].to_owned()).or_default().push(*value);
    }
    let mean = |values: Vec<f64>| Mean {
        mean: values.iter().sum::<f64>() / values.len() as f64,
        interval: stats::bootstrap_mean(&values, stats::resamples(values.len()), SEED),
        cases: values.len() as u64,
    };
    values.into_iter().map(|(name, values)| (name, mean(values))).collect()
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
