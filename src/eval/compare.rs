//! Two runs side by side, case by case: what got better, what got worse, and whether chance alone would do the same. Pure.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::eval::record::{Record, Run};
use crate::eval::stats::{Interval, RESAMPLES, SEED, bootstrap_mean, holm, mcnemar, resamples, sign_flip};

/// From here on a difference is not put down to chance.
const LEVEL: f64 = 0.05;
/// Ids that are listed for each direction.
const LISTED: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    Better,
    Worse,
    CannotTell,
}

/// The second run against the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub first: Run,
    pub second: Run,
    /// Cases that were judged in both.
    pub cases: u64,
    pub only_first: u64,
    pub only_second: u64,
    pub passes: Paired,
    /// Answers given alone that are wrong; fewer are better.
    pub wrong: Paired,
    /// Answers given alone.
    pub answers: Paired,
    /// Metrics of single cases, as differences of means.
    pub metrics: Vec<Metric>,
    /// Ids that pass only in the second, and only in the first.
    pub fixed: Vec<String>,
    pub broken: Vec<String>,
}

/// A yes or no of each case, in both runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    pub first: u64,
    pub second: u64,
    pub only_first: u64,
    pub only_second: u64,
    /// Difference of the shares, second less first, with a bootstrap interval of 95 %.
    pub difference: f64,
    pub interval: Option<Interval>,
    /// Exact McNemar.
    pub p: f64,
    pub finding: Finding,
}

/// A number of each case, in both runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    pub name: String,
    pub cases: u64,
    pub first: f64,
    pub second: f64,
    pub difference: f64,
    /// Bootstrap of the paired differences, 95 %.
    pub interval: Option<Interval>,
    /// Sign-flip test, raised by Holm's method for the number of metrics.
    pub p: f64,
    pub finding: Finding,
}

/// What is kept of a case: the worst of its attempts.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pass: bool,
    wrong: bool,
    answered: bool,
    scores: Vec<(String, f64)>,
}

/// The judged cases of a log, by id. Attempts that the infrastructure broke are left out.
///
/// # Errors
/// Those of the log.
pub fn keep(records: impl Iterator<Item = anyhow::Result<Record>>) -> anyhow::Result<HashMap<String, Kept>> {
    let mut kept: HashMap<String, Kept> = HashMap::new();
    for record in records {
        let record = record?;
        if record.outcome().is_none() {
            continue;
        }
        let verdict = &record.verdict;
        let this = Kept {
            pass: verdict.pass,
            wrong: verdict.right == Some(false),
            answered: verdict.right.is_some(),
            scores: verdict.scores.iter().map(|(name, value)| (name.clone(), *value)).collect(),
        };
        let rank = |kept: &Kept| (kept.pass, !kept.wrong);
        match kept.get(&record.case.id) {
            Some(known) if rank(known) <= rank(&this) => {}
            _ => _ = kept.insert(record.case.id, this),
        }
    }
    Ok(kept)
}

/// Lays the second run beside the first.
#[must_use]
pub fn compare(first: (Run, &HashMap<String, Kept>), second: (Run, &HashMap<String, Kept>)) -> Comparison {
    let mut ids: Vec<&String> = first.1.keys().filter(|id| second.1.contains_key(*id)).collect();
    ids.sort();
    let pairs: Vec<(&Kept, &Kept)> = ids.iter().map(|id| (&first.1[*id], &second.1[*id])).collect();
    let flags = |of: fn(&Kept) -> bool| pairs.iter().map(|(a, b)| (of(a), of(b))).collect::<Vec<_>>();
    let listed = |want: (bool, bool)| {
        let of = ids.iter().zip(&pairs).filter(|(_, (a, b))| (a.pass, b.pass) == want);
        of.take(LISTED).map(|(id, _)| (*id).clone()).collect::<Vec<_>>()
    };
    Comparison {
        cases: pairs.len() as u64,
        only_first: (first.1.len() - pairs.len()) as u64,
        only_second: (second.1.len() - pairs.len()) as u64,
        passes: paired(&flags(|kept| kept.pass), true),
        wrong: paired(&flags(|kept| kept.wrong), false),
        answers: paired(&flags(|kept| kept.answered), true),
        metrics: metrics(&pairs),
        fixed: listed((false, true)),
        broken: listed((true, false)),
        first: first.0,
        second: second.0,
    }
}

/// Compares a yes or no in pairs (first, second).
#[must_use]
pub fn paired(pairs: &[(bool, bool)], more_is_better: bool) -> Paired {
    let count = |holds: &dyn Fn(&(bool, bool)) -> bool| pairs.iter().filter(|pair| holds(pair)).count() as u64;
    let (only_first, only_second) = (count(&|pair| pair.0 && !pair.1), count(&|pair| !pair.0 && pair.1));
    let number = |flag: bool| f64::from(u8::from(flag));
    let differences: Vec<f64> = pairs.iter().map(|pair| number(pair.1) - number(pair.0)).collect();
    let p = mcnemar(only_first, only_second);
    let finding = match (p < LEVEL, (only_second > only_first) == more_is_better) {
        (false, _) => Finding::CannotTell,
        (true, true) => Finding::Better,
        (true, false) => Finding::Worse,
    };
    Paired {
        first: count(&|pair| pair.0),
        second: count(&|pair| pair.1),
        only_first,
        only_second,
        difference: mean(&differences),
        interval: bootstrap_mean(&differences, RESAMPLES, SEED),
        p,
        finding,
    }
}

/// Metrics of which less is better.
const LESS: [&str; 3] = ["contradictions", "needless_clarifications", "turns_to_resolution"];

fn metrics(pairs: &[(&Kept, &Kept)]) -> Vec<Metric> {
    let mut names: Vec<&str> =
        pairs.iter().flat_map(|(kept, _)| kept.scores.iter().map(|score| score.0.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    let of = |kept: &Kept, name: &str| kept.scores.iter().find(|score| score.0 == name).map(|score| score.1);
    let metric = |name: &str| {
        let both: Vec<(f64, f64)> = pairs.iter().filter_map(|(a, b)| of(a, name).zip(of(b, name))).collect();
        let differences: Vec<f64> = both.iter().map(|pair| pair.1 - pair.0).collect();
        let interval = bootstrap_mean(&differences, resamples(differences.len()), SEED);
        // With fewer than six pairs no pattern of signs is unlikely enough.
        let p = sign_flip(&differences);
        Metric {
            name: name.to_owned(),
            cases: both.len() as u64,
            first: mean(&both.iter().map(|pair| pair.0).collect::<Vec<_>>()),
            second: mean(&both.iter().map(|pair| pair.1).collect::<Vec<_>>()),
            difference: mean(&differences),
            interval,
            p,
            finding: Finding::CannotTell,
        }
    };
    let mut metrics: Vec<Metric> = names.into_iter().map(metric).filter(|metric| metric.cases > 0).collect();
    let raised = holm(&metrics.iter().map(|metric| metric.p).collect::<Vec<_>>());
    for (metric, p) in metrics.iter_mut().zip(raised) {
        metric.p = p;
        metric.finding = match (p < LEVEL, (metric.difference < 0.0) == LESS.contains(&metric.name.as_str())) {
            (false, _) => Finding::CannotTell,
            (true, true) => Finding::Better,
            (true, false) => Finding::Worse,
        };
    }
    metrics
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(both: usize, only_first: usize, only_second: usize, neither: usize) -> Vec<(bool, bool)> {
        let kinds = [
            ((true, true), both),
            ((true, false), only_first),
            ((false, true), only_second),
            ((false, false), neither),
        ];
        kinds.into_iter().flat_map(|(pair, times)| std::iter::repeat_n(pair, times)).collect()
    }

    #[test]
    fn a_metric_of_few_cases_proves_nothing() {
        let kept =
            |f1: f64| Kept { pass: true, wrong: false, answered: true, scores: vec![("token_f1".to_owned(), f1)] };
        let compared = |count: usize| {
            let (before, after) = (vec![kept(0.2); count], vec![kept(0.9); count]);
            let pairs: Vec<(&Kept, &Kept)> = before.iter().zip(&after).collect();
            metrics(&pairs)[0].finding
        };
        assert_eq!(compared(1), Finding::CannotTell);
        assert_eq!(compared(5), Finding::CannotTell);
        assert_eq!(compared(6), Finding::Better);
    }

    #[test]
    fn chance_is_told_from_change() {
        // mcnemar(15, 5) = 0.041, mcnemar(2, 8) = 0.109, see `stats`.
        let better = paired(&pairs(60, 5, 15, 20), true);
        assert_eq!((better.finding, better.first, better.second), (Finding::Better, 65, 75));
        assert!((better.difference - 0.1).abs() < 1e-12 && better.interval.unwrap().low > 0.0);
        assert_eq!(paired(&pairs(60, 15, 5, 20), true).finding, Finding::Worse);
        assert_eq!(paired(&pairs(60, 15, 5, 20), false).finding, Finding::Better);
        assert_eq!(paired(&pairs(60, 2, 8, 20), true).finding, Finding::CannotTell);
        let same = paired(&pairs(10, 0, 0, 10), true);
        assert_eq!((same.finding, same.p, same.difference), (Finding::CannotTell, 1.0, 0.0));
        assert_eq!(paired(&[], true).finding, Finding::CannotTell);
    }
}
