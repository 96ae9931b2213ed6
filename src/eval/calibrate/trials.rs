//! The test of the promise itself: calibrated many times on chance samples whose truth is known, how often is it broken?
//!
//! A promise at level `1 - delta` may be broken in at most a share `delta` of the trials. A trial that refuses promises nothing
//! and breaks nothing.

use serde::Serialize;

use crate::eval::calibrate::bound::{self, Needed, Terms, Tried};
use crate::eval::calibrate::fitted;
use crate::eval::calibrate::label::PARTS;
use crate::eval::calibrate::logistic::{Model, Row};
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
    /// Labels of one trial: a third of them for the fit, the others for the bound.
    pub labels: usize,
    /// Trials with a promise that did not hold, of all.
    pub broken: Rate,
    /// Trials that refused to promise.
    pub refused: u64,
    /// What each of those said of the labels that would be needed.
    #[serde(skip)]
    pub needed: Vec<Needed>,
    /// Over the trials with a promise: share of questions that are answered, and share of answers that are wrong.
    pub coverage: f64,
    pub risk: f64,
}

/// What is tried: so many labels, so often, under these terms. `unfitted` is the confidence where labels are too few for a fit.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    pub labels: usize,
    pub trials: u64,
    pub terms: Terms,
    pub unfitted: &'a Model,
    pub seed: u64,
}

/// Draws `labels` members with replacement, calibrates on them and looks up the truth in the whole population, `trials` times.
#[must_use]
pub fn from_population(population: &[Member], plan: Plan<'_>) -> Outcome {
    let mut random = Random::new(plan.seed);
    let mut tally = Tally::default();
    let truth: Vec<&Member> = population.iter().collect();
    for _ in 0..plan.trials {
        let mut draw = || {
            let member = &population[random.below(population.len())];
            (member, random.unit() < member.wrong)
        };
        let sample: Vec<(&Member, bool)> = (0..plan.labels).map(|_| draw()).collect();
        tally.add(&sample, &truth, plan);
    }
    tally.outcome(plan.labels)
}

/// Splits real labels at random: `labels` of them for the calibration, all others stand for the traffic to come.
#[must_use]
pub fn by_splits(all: &[Member], plan: Plan<'_>) -> Outcome {
    let mut random = Random::new(plan.seed);
    let mut order: Vec<&Member> = all.iter().collect();
    let labels = plan.labels.min(order.len());
    let mut tally = Tally::default();
    for _ in 0..plan.trials {
        random.shuffle(&mut order);
        let (sample, rest) = order.split_at(labels);
        let sample: Vec<(&Member, bool)> = sample.iter().map(|member| (*member, member.wrong > 0.5)).collect();
        tally.add(&sample, rest, plan);
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
    needed: Vec<Needed>,
}

impl Tally {
    fn add(&mut self, sample: &[(&Member, bool)], truth: &[&Member], plan: Plan<'_>) {
        self.trials += 1;
        let (first, second) = sample.split_at(sample.len() / PARTS);
        let rows: Vec<Row> = first
            .iter()
            .filter(|(member, _)| member.answers)
            .map(|(member, wrong)| Row { columns: member.columns.clone(), happened: !wrong })
            .collect();
        let columns = sample.first().map_or(0, |(member, _)| member.columns.len());
        // As the product does it: too few labels leave the confidence as it was.
        let model = fitted(&rows, columns).unwrap_or_else(|| plan.unfitted.clone());
        let tried = |half: &[(&Member, bool)]| -> Vec<Tried> {
            half.iter()
                .map(|(member, wrong)| Tried {
                    confidence: model.probability(&member.columns),
                    answers: member.answers,
                    wrong: *wrong,
                })
                .collect()
        };
        let point = match bound::choose(&tried(first), &tried(second), plan.terms) {
            Ok(point) => point,
            Err(refusal) => {
                self.refused += 1;
                self.needed.push(refusal.needed);
                return;
            }
        };
        let (mut answered, mut wrong) = (0_u64, 0.0);
        for member in truth {
            if member.answers && model.probability(&member.columns) >= point.threshold {
                answered += 1;
                wrong += member.wrong;
            }
        }
        let risk = if answered == 0 { 0.0 } else { wrong / answered as f64 };
        self.broken += u64::from(risk > plan.terms.alpha);
        self.risk += risk;
        self.coverage += answered as f64 / truth.len().max(1) as f64;
    }

    fn outcome(&self, labels: usize) -> Outcome {
        let promised = (self.trials - self.refused).max(1) as f64;
        Outcome {
            labels,
            broken: Rate::new(self.broken, self.trials),
            refused: self.refused,
            needed: self.needed.clone(),
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

    fn unfitted() -> Model {
        Model { bias: 0.0, weights: vec![1.0; 4] }
    }

    fn plan(labels: usize, trials: u64, unfitted: &Model) -> Plan<'_> {
        Plan { labels, trials, terms: TERMS, unfitted, seed: 2 }
    }

    #[test]
    fn the_promise_holds_as_often_as_promised() {
        let population = simulated(4_000, 1);
        let outcome = from_population(&population, plan(700, 250, &unfitted()));
        assert!(honest(&outcome, TERMS.delta), "{outcome:?}");
        // It does promise, and something worth having.
        assert!(outcome.refused < 125 && outcome.coverage > 0.3 && outcome.risk < TERMS.alpha, "{outcome:?}");
    }

    #[test]
    fn the_observed_rate_in_place_of_the_bound_would_break_it() {
        // What the test above would find if the threshold were the loosest whose observed error is at most alpha.
        let population = simulated(4_000, 1);
        let terms = Terms { delta: 0.5, ..TERMS };
        let outcome = from_population(&population, Plan { terms, ..plan(500, 250, &unfitted()) });
        assert!(!honest(&outcome, TERMS.delta), "a test that cannot fail is none: {outcome:?}");
    }

    #[test]
    fn splits_of_real_labels_are_counted_in_the_same_way() {
        let mut random = Random::new(9);
        let mut labelled = simulated(3_000, 4);
        for member in &mut labelled {
            member.wrong = f64::from(u8::from(random.unit() < member.wrong));
        }
        let outcome = by_splits(&labelled, Plan { seed: 5, ..plan(600, 100, &unfitted()) });
        assert!(honest(&outcome, 0.15), "{outcome:?}");
        assert!(outcome.coverage > 0.3);
    }

    #[test]
    fn with_few_labels_of_a_kind_the_confidence_stays_as_it_was() {
        // Twelve labels have no ten wrong ones: a constant confidence has one threshold, which lets everything through.
        let population = simulated(2_000, 3);
        let flat = Model { bias: 0.0, weights: vec![0.0; 4] };
        let outcome =
            from_population(&population, Plan { terms: Terms { alpha: 0.9, delta: 0.5 }, ..plan(12, 20, &flat) });
        let answering = population.iter().filter(|member| member.answers).count() as f64 / 2_000.0;
        assert!(outcome.refused < 20 && (outcome.coverage - answering).abs() < 1e-9, "{outcome:?}");
    }

    #[test]
    fn the_number_of_labels_that_a_refusal_names_is_enough_more_often_than_not() {
        let population = simulated(4_000, 1);
        let mut enough = Vec::new();
        for labels in [60, 120, 240] {
            let outcome = from_population(&population, plan(labels, 60, &unfitted()));
            for needed in outcome.needed {
                let more = needed.labels();
                assert!(more.is_none_or(|more| more > labels as u64), "{needed:?} of {labels}");
                if let Needed::Enough(more) = needed {
                    enough.push(usize::try_from(more).unwrap());
                }
            }
        }
        assert!(enough.len() >= 30, "{enough:?}");
        enough.sort_unstable();
        let refused: u64 = enough
            .iter()
            .step_by(enough.len() / 10)
            .map(|labels| from_population(&population, plan(*labels, 20, &unfitted())).refused)
            .sum();
        let of = enough.iter().step_by(enough.len() / 10).count() as u64 * 20;
        assert!(refused * 10 <= of * 3, "{refused} of {of} refused: {enough:?}");
    }
}
