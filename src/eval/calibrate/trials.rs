//! The test of the promise itself: calibrated many times on chance samples whose truth is known, how often is it broken?
//!
//! A promise at level `1 - delta` may be broken in at most a share `delta` of the trials. A trial that refuses promises nothing
//! and breaks nothing.

use serde::Serialize;

use crate::eval::calibrate::bound::{self, Terms, Tried};
use crate::eval::calibrate::logistic::{self, Row};
use crate::eval::calibrate::{PENALTY, rising};
use crate::eval::stats::{Random, Rate};

/// A question of which the truth is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub columns: Vec<f64>,
    /// The bot would say something when the threshold lets it.
    pub answers: bool,
    /// Probability that what it says is wrong; 0 or 1 for a question that was really asked.
    pub wrong: f64,
}

/// How the trials went.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Labels of one trial: half of them for the fit, half for the bound.
    pub labels: usize,
    /// Trials with a promise that did not hold, of all.
    pub broken: Rate,
    /// Trials that refused to promise.
    pub refused: u64,
    /// Over the trials with a promise: share of questions that are answered, and share of answers that are wrong.
    pub coverage: f64,
    pub risk: f64,
}

/// Draws `labels` members with replacement, calibrates on them and looks up the truth in the whole population, `trials` times.
#[must_use]
pub fn from_population(population: &[Member], labels: usize, trials: u64, terms: Terms, seed: u64) -> Outcome {
    let mut random = Random::new(seed);
    let mut tally = Tally::default();
    for _ in 0..trials {
        let mut draw = || {
            let member = &population[random.below(population.len())];
            (member, random.unit() < member.wrong)
        };
        let sample: Vec<(&Member, bool)> = (0..labels).map(|_| draw()).collect();
        let (first, second) = sample.split_at(labels / 2);
        tally.add(first, second, &population.iter().collect::<Vec<_>>(), terms);
    }
    tally.outcome(labels)
}

/// Splits real labels at random: `labels` of them for the calibration, all others stand for the traffic to come.
#[must_use]
pub fn by_splits(all: &[Member], labels: usize, trials: u64, terms: Terms, seed: u64) -> Outcome {
    let mut random = Random::new(seed);
    let mut order: Vec<&Member> = all.iter().collect();
    let labels = labels.min(order.len());
    let mut tally = Tally::default();
    for _ in 0..trials {
        random.shuffle(&mut order);
        let (sample, rest) = order.split_at(labels);
        let sample: Vec<(&Member, bool)> = sample.iter().map(|member| (*member, member.wrong > 0.5)).collect();
        let (first, second) = sample.split_at(labels / 2);
        tally.add(first, second, rest, terms);
    }
    tally.outcome(labels)
}

#[derive(Default)]
struct Tally {
    trials: u64,
    broken: u64,
    refused: u64,
    coverage: f64,
    risk: f64,
}

impl Tally {
    fn add(&mut self, first: &[(&Member, bool)], second: &[(&Member, bool)], truth: &[&Member], terms: Terms) {
        self.trials += 1;
        let rows: Vec<Row> = first
            .iter()
            .filter(|(member, _)| member.answers)
            .map(|(member, wrong)| Row { columns: member.columns.clone(), happened: !wrong })
            .collect();
        let columns = truth.first().map_or(0, |member| member.columns.len());
        let model = logistic::fit(&rows, &rising(columns), PENALTY);
        let tried = |half: &[(&Member, bool)]| -> Vec<Tried> {
            half.iter()
                .map(|(member, wrong)| Tried {
                    confidence: model.probability(&member.columns),
                    answers: member.answers,
                    wrong: *wrong,
                })
                .collect()
        };
        let Ok(point) = bound::choose(&tried(first), &tried(second), terms) else {
            self.refused += 1;
            return;
        };
        let (mut answered, mut wrong) = (0_u64, 0.0);
        for member in truth {
            if member.answers && model.probability(&member.columns) >= point.threshold {
                answered += 1;
                wrong += member.wrong;
            }
        }
        let risk = if answered == 0 { 0.0 } else { wrong / answered as f64 };
        self.broken += u64::from(risk > terms.alpha);
        self.risk += risk;
        self.coverage += answered as f64 / truth.len().max(1) as f64;
    }

    fn outcome(&self, labels: usize) -> Outcome {
        let promised = (self.trials - self.refused).max(1) as f64;
        Outcome {
            labels,
            broken: Rate::new(self.broken, self.trials),
            refused: self.refused,
            coverage: self.coverage / promised,
            risk: self.risk / promised,
        }
    }
}

/// Questions as a help desk might get them, with a truth that a logistic model cannot express: evidence that mostly tells, one in
/// twenty questions that looks answerable and often is not, and a share that is never answered.
#[must_use]
pub fn simulated(count: usize, seed: u64) -> Vec<Member> {
    let mut random = Random::new(seed);
    let mut normal = move || {
        // Box & Muller 1958.
        let (a, b) = (1.0 - random.unit(), random.unit());
        (-2.0 * a.ln()).sqrt() * (2.0 * std::f64::consts::PI * b).cos()
    };
    (0..count)
        .map(|at| {
            let quality = normal();
            let near_miss = at % 20 == 3;
            let columns = vec![
                (quality + 0.35 * normal()).max(-1.5),
                1.0 / (1.0 + (-quality - 0.4 * normal()).exp()),
                normal(),
                quality.powi(2) * 0.2 + 0.3 * normal(),
            ];
            let right = if near_miss { 0.6 } else { 0.985 / (1.0 + (-3.0 * quality - 2.0).exp()) };
            Member { columns, answers: at % 17 != 5, wrong: 1.0 - right }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::stats::binomial_cdf;

    const TERMS: Terms = Terms { alpha: 0.1, delta: 0.1 };

    /// Whether so many broken promises are what an honest share of `delta` would give in all but one of a thousand runs.
    fn honest(outcome: &Outcome, delta: f64) -> bool {
        outcome.broken.hits == 0 || 1.0 - binomial_cdf(outcome.broken.hits - 1, outcome.broken.of, delta) > 0.001
    }

    #[test]
    fn the_promise_holds_as_often_as_promised() {
        let population = simulated(4_000, 1);
        let outcome = from_population(&population, 700, 250, TERMS, 2);
        assert!(honest(&outcome, TERMS.delta), "{outcome:?}");
        // It does promise, and something worth having.
        assert!(outcome.refused < 125 && outcome.coverage > 0.3 && outcome.risk < TERMS.alpha, "{outcome:?}");
    }

    #[test]
    fn the_observed_rate_in_place_of_the_bound_would_break_it() {
        // What the test above would find if the threshold were the loosest whose observed error is at most alpha.
        let population = simulated(4_000, 1);
        let outcome = from_population(&population, 500, 250, Terms { delta: 0.5, ..TERMS }, 2);
        assert!(!honest(&outcome, TERMS.delta), "a test that cannot fail is none: {outcome:?}");
    }

    #[test]
    fn splits_of_real_labels_are_counted_in_the_same_way() {
        let mut random = Random::new(9);
        let mut labelled = simulated(3_000, 4);
        for member in &mut labelled {
            member.wrong = f64::from(u8::from(random.unit() < member.wrong));
        }
        let outcome = by_splits(&labelled, 600, 100, TERMS, 5);
        assert!(honest(&outcome, 0.15), "{outcome:?}");
        assert!(outcome.coverage > 0.3);
    }
}
