//! Chooses the answer threshold so that a promise holds: of the answers given alone, at most `alpha` are wrong, with confidence
//! `1 - delta`.
//!
//! Learn then Test (Angelopoulos, Bates, Candès, Jordan & Lei 2021, arXiv 2110.01052): each threshold is a hypothesis "more than
//! alpha of what it lets through is wrong", with an exact binomial p-value, and fixed-sequence testing (Holm's family of methods;
//! Bauer 1991) walks from a sure threshold to looser ones and stops at the first that cannot be proven. Thresholds, their order
//! and where to begin come from the other part of the labels, so that no label is used twice.

use serde::Serialize;

use crate::eval::stats::{binomial_cdf, exact_lower, exact_upper};

/// Steps of the grid: shares of the first part's answers that a threshold lets through.
const STEPS: usize = 40;
/// Probability with which the number of labels that is named is enough.
pub const POWER: f64 = 0.8;
/// Fewer labels more than this make no difference.
const WORTH_WHILE: u64 = 50;

/// A case that was tried: how sure we were, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tried {
    pub confidence: f64,
    /// The bot would say something when the threshold lets it.
    pub answers: bool,
    pub wrong: bool,
}

/// What is to be promised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Largest share of wrong answers.
    pub alpha: f64,
    /// Probability that the promise is broken all the same.
    pub delta: f64,
}

/// A threshold with what was seen at it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub threshold: f64,
    pub asked: u64,
    pub answered: u64,
    pub wrong: u64,
}

impl Point {
    #[must_use]
    pub fn coverage(&self) -> f64 {
        if self.asked == 0 { 0.0 } else { self.answered as f64 / self.asked as f64 }
    }

    #[must_use]
    pub fn risk(&self) -> f64 {
        if self.answered == 0 { 0.0 } else { self.wrong as f64 / self.answered as f64 }
    }
}

/// Why nothing is promised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refusal {
    pub needed: Needed,
    /// The threshold that was tried, over all labels.
    pub best: Option<Point>,
}

/// How many labels there must be in all: always more than there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Needed {
    /// So many are enough with a probability of [`POWER`], if what was seen goes on.
    Enough(u64),
    /// Those at hand should have been, with that probability, and were not.
    Unlucky(u64),
    /// Fewer are surely too few; whether so many are enough, these labels cannot tell.
    AtLeast(u64),
    /// At every threshold more than alpha of the answers are wrong, as sure as the promise would have been.
    Hopeless,
}

impl Needed {
    #[must_use]
    pub fn labels(self) -> Option<u64> {
        match self {
            Self::Enough(labels) | Self::Unlucky(labels) | Self::AtLeast(labels) => Some(labels),
            Self::Hopeless => None,
        }
    }
}

/// What was seen at a threshold.
#[must_use]
pub fn at(threshold: f64, tried: &[Tried]) -> Point {
    let mut point = Point { threshold, asked: tried.len() as u64, answered: 0, wrong: 0 };
    for case in tried.iter().filter(|case| case.answers && case.confidence >= threshold) {
        point.answered += 1;
        point.wrong += u64::from(case.wrong);
    }
    point
}

/// The loosest threshold that can be proven on `tried`, when grid and order come from `first`.
///
/// # Errors
/// With the number of labels that would be needed.
pub fn choose(first: &[Tried], tried: &[Tried], terms: Terms) -> Result<Point, Refusal> {
    let grid = grid(first);
    let surprise = |point: Point| {
        if point.answered == 0 { 1.0 } else { binomial_cdf(point.wrong, point.answered, terms.alpha) }
    };
    // Begin where the first part is surest; the sequence is fixed before the second one is looked at.
    let begin = (0..grid.len()).min_by(|a, b| {
        let p = |at_index: &usize| surprise(at(grid[*at_index], first));
        p(a).total_cmp(&p(b)).then(a.cmp(b))
    });
    let mut proven = None;
    for threshold in begin.map(|begin| &grid[begin..]).unwrap_or_default() {
        let point = at(*threshold, tried);
        if surprise(point) > terms.delta {
            break;
        }
        proven = Some(point);
    }
    proven.ok_or_else(|| refuse(begin.map(|begin| grid[begin]), &grid, first, tried, terms))
}

/// Thresholds from strict to loose: each lets through the same share more of the first part's answers.
fn grid(first: &[Tried]) -> Vec<f64> {
    let mut scores: Vec<f64> = first.iter().filter(|case| case.answers).map(|case| case.confidence).collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    let mut grid: Vec<f64> = (1..=STEPS)
        .filter_map(|step| scores.get((scores.len() * step).div_ceil(STEPS).checked_sub(1)?))
        .copied()
        .collect();
    grid.dedup();
    grid
}

fn refuse(begin: Option<f64>, grid: &[f64], first: &[Tried], tried: &[Tried], terms: Terms) -> Refusal {
    let all = [first, tried].concat();
    let labels = all.len() as u64;
    let surely_more = |point: Point| exact_lower(point.wrong, point.answered, terms.delta) > terms.alpha;
    if !grid.is_empty() && grid.iter().all(|threshold| surely_more(at(*threshold, &all))) {
        return Refusal { needed: Needed::Hopeless, best: begin.map(|begin| at(begin, &all)) };
    }
    let best = begin.map(|begin| at(begin, &all)).filter(|point| point.answered > 0);
    // What reaches the bound of the labels that are asked for: the bound's share of them, and of these what is answered.
    let reaching = best.map_or(1.0, |point| point.coverage()) * tried.len().max(1) as f64 / labels.max(1) as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` stops at the largest number")]
    let in_all = |answers: u64| (answers as f64 / reaching).ceil() as u64;
    // A little pessimistic, so that three right answers are not taken for perfection.
    let rate = best.map(|point| (point.wrong as f64 + 0.5) / (point.answered as f64 + 1.0));
    let needed = match rate.and_then(|rate| answers_needed(rate, terms)).map(in_all) {
        Some(enough) if enough > labels => Needed::Enough(enough),
        Some(enough) => Needed::Unlucky(labels + (enough / 4).max(WORTH_WHILE)),
        None => {
            let perfect = answers_needed(0.0, terms).map_or(0, in_all);
            Needed::AtLeast(perfect.max(labels + (labels / 4).max(WORTH_WHILE)))
        }
    };
    Refusal { needed, best }
}

/// Answers that are needed so that a share of `rate` wrong ones proves with probability [`POWER`] that at most alpha are; `None`
/// when no number of them does.
#[must_use]
pub fn answers_needed(rate: f64, terms: Terms) -> Option<u64> {
    if rate >= terms.alpha {
        return None;
    }
    let enough =
        |answers: u64| most_wrong(answers, terms).is_some_and(|wrong| binomial_cdf(wrong, answers, rate) >= POWER);
    let mut most = 1_u64;
    while !enough(most) {
        most = most.checked_mul(2).filter(|most| *most < 1 << 32)?;
    }
    // Whole numbers make a saw within the last doubling; any tooth will do.
    let mut low = most / 2;
    while low + 1 < most {
        let middle = u64::midpoint(low, most);
        if enough(middle) { most = middle } else { low = middle }
    }
    Some(most)
}

/// The most wrong ones among so many answers that still prove it; `None` when even none is too many.
fn most_wrong(answers: u64, terms: Terms) -> Option<u64> {
    let proves = |wrong: u64| binomial_cdf(wrong, answers, terms.alpha) <= terms.delta;
    if !proves(0) {
        return None;
    }
    let (mut proven, mut open) = (0, answers);
    while proven + 1 < open {
        let middle = u64::midpoint(proven, open);
        if proves(middle) { proven = middle } else { open = middle }
    }
    Some(proven)
}

impl Point {
    /// The exact upper limit of the error rate at this threshold alone, at level `1 - delta` (Clopper & Pearson 1934). For a threshold
    /// that was chosen among several it is no bound.
    #[must_use]
    pub fn upper(&self, delta: f64) -> f64 {
        exact_upper(self.wrong, self.answered, delta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_answers_needed_is_enough_with_the_probability_that_is_said() {
        let terms = Terms { alpha: 0.05, delta: 0.1 };
        assert_eq!(answers_needed(0.0, terms), Some(45));
        assert!(0.95_f64.powi(45) <= 0.1 && 0.95_f64.powi(44) > 0.1);
        let some = answers_needed(0.02, terms).unwrap();
        let wrong = most_wrong(some, terms).unwrap();
        assert!(binomial_cdf(wrong, some, 0.05) <= 0.1 && binomial_cdf(wrong + 1, some, 0.05) > 0.1);
        assert!(binomial_cdf(wrong, some, 0.02) >= POWER && some > 100, "{some}");
        assert_eq!((answers_needed(0.05, terms), answers_needed(0.3, terms)), (None, None));
    }

    const TERMS: Terms = Terms { alpha: 0.1, delta: 0.1 };

    /// Confidences from 0 to 1; what is below a half is wrong every other time, what is above never.
    fn cases(count: usize) -> Vec<Tried> {
        (0..count)
            .map(|at| {
                let confidence = at as f64 / count as f64;
                Tried { confidence, answers: true, wrong: confidence < 0.5 && at % 2 == 0 }
            })
            .collect()
    }

    #[test]
    fn the_loosest_threshold_that_can_be_proven_is_taken() {
        let point = choose(&cases(1000), &cases(1000), TERMS).unwrap();
        // At 0.4 one in twelve is wrong; a little above it that can be told from one in ten.
        assert!((0.40..0.48).contains(&point.threshold), "{point:?}");
        assert!(point.upper(TERMS.delta) <= TERMS.alpha);
        assert_eq!(point.asked, 1000);
        let strict = choose(&cases(1000), &cases(1000), Terms { alpha: 0.01, ..TERMS }).unwrap();
        assert!(strict.threshold > point.threshold && strict.coverage() < point.coverage());
    }

    #[test]
    fn too_few_labels_are_refused_with_the_number_needed() {
        let refusal = choose(&cases(20), &cases(40), TERMS).unwrap_err();
        let Needed::Enough(needed) = refusal.needed else { panic!("{refusal:?}") };
        assert!((60..600).contains(&needed), "{refusal:?}");
        let third = usize::try_from(needed / 3).unwrap();
        assert!(choose(&cases(third), &cases(2 * third), TERMS).is_ok(), "{needed}");
    }

    #[test]
    fn few_labels_are_never_said_to_be_hopeless_for_being_few() {
        let right = |count: usize| vec![Tried { confidence: 0.9, answers: true, wrong: false }; count];
        let terms = Terms { alpha: 0.05, delta: 0.1 };
        let refusal = choose(&right(2), &right(6), terms).unwrap_err();
        assert!(matches!(refusal.needed, Needed::AtLeast(needed) if needed >= 58), "{refusal:?}");
        assert_eq!(choose(&[], &[], terms).unwrap_err().needed, Needed::AtLeast(50));
    }

    #[test]
    fn labels_that_should_have_been_enough_are_said_to_be_so() {
        // The first part is perfect, the second has its errors where the first has none.
        let with = |count: usize, wrong: usize| -> Vec<Tried> {
            (0..count).map(|at| Tried { confidence: 0.9, answers: true, wrong: at < wrong }).collect()
        };
        let refusal = choose(&with(400, 0), &with(200, 15), TERMS).unwrap_err();
        assert!(matches!(refusal.needed, Needed::Unlucky(needed) if needed >= 650), "{refusal:?}");
    }

    #[test]
    fn where_everything_is_wrong_no_number_helps() {
        let bad: Vec<Tried> = cases(500).into_iter().map(|case| Tried { wrong: true, ..case }).collect();
        let refusal = choose(&bad, &bad, TERMS).unwrap_err();
        assert_eq!(refusal.needed, Needed::Hopeless);
        assert!(refusal.best.is_some());
    }

    #[test]
    fn what_is_not_answered_counts_for_coverage_alone() {
        let mut tried = cases(1000);
        tried.extend((0..1000).map(|_| Tried { confidence: 1.0, answers: false, wrong: false }));
        let point = choose(&cases(1000), &tried, TERMS).unwrap();
        assert!(point.coverage() < 0.31 && point.asked == 2000, "{point:?}");
    }
}
