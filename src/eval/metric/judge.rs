//! A model as a judge, kept honest: votes, and how far it agrees with people.

use serde::{Deserialize, Serialize};

/// The majority of the votes; `None` for a tie, which is no verdict.
#[must_use]
pub fn majority(right: u32, wrong: u32) -> Option<bool> {
    (right != wrong).then_some(right > wrong)
}

/// How far a judge agrees with people on the same answers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    pub pairs: usize,
    /// Share of equal verdicts.
    pub observed: f64,
    /// Cohen's kappa: agreement beyond chance, 1 is perfect and 0 is chance. `None` when both always say the same.
    pub kappa: Option<f64>,
}

/// Cohen's kappa (Cohen 1960, Educational and Psychological Measurement 20): (observed − chance) / (1 − chance), on pairs (judge,
/// person).
#[must_use]
pub fn agreement(pairs: &[(bool, bool)]) -> Option<Agreement> {
    if pairs.is_empty() {
        return None;
    }
    let share = |count: usize| count as f64 / pairs.len() as f64;
    let observed = share(pairs.iter().filter(|pair| pair.0 == pair.1).count());
    let judge = share(pairs.iter().filter(|pair| pair.0).count());
    let person = share(pairs.iter().filter(|pair| pair.1).count());
    let chance = judge * person + (1.0 - judge) * (1.0 - person);
    let kappa = (chance < 1.0).then(|| (observed - chance) / (1.0 - chance));
    Some(Agreement { pairs: pairs.len(), observed, kappa })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `sklearn.metrics.cohen_kappa_score`; 20/5/10/15 is the example of Cohen's article in common use: κ = 0.4.
    #[test]
    fn worked_example() {
        let mut pairs = vec![(true, true); 20];
        pairs.extend([(true, false); 5]);
        pairs.extend([(false, true); 10]);
        pairs.extend([(false, false); 15]);
        let found = agreement(&pairs).unwrap();
        assert!((found.observed - 0.7).abs() < 1e-12 && (found.kappa.unwrap() - 0.4).abs() < 1e-12);
        assert_eq!(agreement(&[(true, true)]).unwrap().kappa, None);
        assert_eq!(agreement(&[]), None);
        assert_eq!((majority(2, 1), majority(1, 1), majority(0, 3)), (Some(true), None, Some(false)));
    }
}
