//! Chooses the answer threshold so that a promise holds: of the answers given alone, at most `alpha` are wrong, with confidence
//! `1 - delta`.
//!
//! Learn then Test (Angelopoulos, Bates, Candès, Jordan & Lei 2021, arXiv 2110.01052): each threshold is a hypothesis "more than
//! alpha of what it lets through is wrong", with an exact binomial p-value, and fixed-sequence testing (Holm's family of methods;
//! Bauer 1991) walks from a sure threshold to looser ones and stops at the first that cannot be proven. Thresholds, their order
//! and where to begin come from the other half of the labels, so that no label is used twice.

use crate::eval::stats::{binomial_cdf, exact_upper};

/// Steps of the grid: shares of the first half's answers that a threshold lets through.
const STEPS: usize = 40;

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
    /// Labels that would be enough in all, if what was seen goes on; `None` when the error rate stays above alpha at every
    /// threshold, so that no number of labels helps.
    pub labels_needed: Option<u64>,
    /// The most promising threshold, over all labels.
    pub best: Option<Point>,
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
    // Begin where the first half is surest; the sequence is fixed before the second half is looked at.
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
    proven.ok_or_else(|| refuse(&grid, &[first, tried].concat(), terms))
}

/// Thresholds from strict to loose: each lets through the same share more of the first half's answers.
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

fn refuse(grid: &[f64], all: &[Tried], terms: Terms) -> Refusal {
    let mut refusal = Refusal { labels_needed: None, best: None };
    for threshold in grid {
        let point = at(*threshold, all);
        if point.answered == 0 {
            continue;
        }
        // A little pessimistic, so that three right answers are not taken for perfection.
        let rate = (point.wrong as f64 + 0.5) / (point.answered as f64 + 1.0);
        let needed = answers_needed(rate, terms)
            .map(|answers| (2.0 * answers as f64 / point.coverage()).ceil())
            .map(|labels| if labels < 1e9 { labels as u64 } else { u64::MAX });
        let better = match (needed, refusal.labels_needed) {
            (Some(needed), Some(known)) => needed < known,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => refusal.best.is_none_or(|best| point.risk() < best.risk()),
        };
        if better {
            refusal = Refusal { labels_needed: needed, best: Some(point) };
        }
    }
    refusal
}

/// Answers needed until a share of `rate` wrong ones proves that at most alpha are; `None` when no number of them does.
#[must_use]
pub fn answers_needed(rate: f64, terms: Terms) -> Option<u64> {
    if rate >= terms.alpha {
        return None;
    }
    let proves = |answers: u64| binomial_cdf(share_of(rate, answers), answers, terms.alpha) <= terms.delta;
    let mut most = 1_u64;
    while !proves(most) {
        most = most.checked_mul(2).filter(|most| *most < 1 << 32)?;
    }
    // Rounding makes a saw within the last doubling; any tooth will do.
    let mut low = most / 2;
    while low + 1 < most {
        let middle = u64::midpoint(low, most);
        if proves(middle) { most = middle } else { low = middle }
    }
    Some(most)
}

fn share_of(rate: f64, count: u64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count is a count")]
    let share = (rate * count as f64).ceil() as u64;
    share
}

impl Point {
    /// The largest error rate that what was seen leaves possible at level `1 - delta` (Clopper & Pearson 1934).
    #[must_use]
    pub fn upper(&self, delta: f64) -> f64 {
        exact_upper(self.wrong, self.answered, delta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_answers_needed_is_enough_and_one_less_is_not() {
        let terms = Terms { alpha: 0.05, delta: 0.1 };
        assert_eq!(answers_needed(0.0, terms), Some(45));
        assert!(0.95_f64.powi(45) <= 0.1 && 0.95_f64.powi(44) > 0.1);
        let some = answers_needed(0.02, terms).unwrap();
        assert!(binomial_cdf(share_of(0.02, some), some, 0.05) <= 0.1 && some > 45, "{some}");
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
        let refusal = choose(&cases(16), &cases(16), TERMS).unwrap_err();
        let needed = refusal.labels_needed.unwrap();
        assert!((40..400).contains(&needed), "{refusal:?}");
        let enough = usize::try_from(needed / 2).unwrap();
        assert!(choose(&cases(enough), &cases(enough), TERMS).is_ok(), "{needed}");
    }

    #[test]
    fn where_everything_is_wrong_no_number_helps() {
        let bad: Vec<Tried> = cases(500).into_iter().map(|case| Tried { wrong: true, ..case }).collect();
        let refusal = choose(&bad, &bad, TERMS).unwrap_err();
        assert_eq!(refusal.labels_needed, None);
        assert!(refusal.best.is_some());
        assert_eq!(choose(&[], &[], TERMS).unwrap_err(), Refusal { labels_needed: None, best: None });
    }

    #[test]
    fn what_is_not_answered_counts_for_coverage_alone() {
        let mut tried = cases(1000);
        tried.extend((0..1000).map(|_| Tried { confidence: 1.0, answers: false, wrong: false }));
        let point = choose(&cases(1000), &tried, TERMS).unwrap();
        assert!(point.coverage() < 0.31 && point.asked == 2000, "{point:?}");
    }
}
