//! Decisions: what was expected against what was done, and how well it hands over.

use serde::{Deserialize, Serialize};

use crate::eval::stats::Rate;
use crate::model::decision::Action;

/// The decisions in the order of rows and columns.
pub const ACTIONS: [Action; 4] = [Action::Answer, Action::Offer, Action::Escalate, Action::Reply];

/// Rows are what was expected, columns what was done. A decision that the case also accepts counts as the expected one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion(pub [[u64; 4]; 4]);

/// How well it hands over: a person is fetched or offered when one is needed, and not otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handover {
    /// Of those handed over, those that had to be.
    pub precision: Rate,
    /// Of those that had to be handed over, those that were.
    pub recall: Rate,
    pub f1: Option<f64>,
    /// Answered by the bot although a person was needed, of all that needed one: the worst kind of error.
    pub answered_instead: Rate,
    /// Handed over although the documents answer, of all that they answer.
    pub over_escalation: Rate,
}

impl Confusion {
    pub fn add(&mut self, expected: Action, accepted: &[Action], done: Action) {
        let row = if accepted.contains(&done) { done } else { expected };
        self.0[place(row)][place(done)] += 1;
    }

    #[must_use]
    pub fn of(&self, expected: Action, done: Action) -> u64 {
        self.0[place(expected)][place(done)]
    }

    /// Precision, recall and F1 of handing over (van Rijsbergen 1979, Information Retrieval, ch. 7), where `Offer` and `Escalate`
    /// are both a person.
    #[must_use]
    pub fn handover(&self) -> Handover {
        let people = [Action::Offer, Action::Escalate];
        let sum = |rows: &[Action], columns: &[Action]| -> u64 {
            rows.iter().flat_map(|row| columns.iter().map(|column| self.of(*row, *column))).sum()
        };
        let right = sum(&people, &people);
        let (needed, handed) = (sum(&people, &ACTIONS), sum(&ACTIONS, &people));
        let f1 = (needed + handed > 0).then(|| 2.0 * right as f64 / (needed + handed) as f64);
        Handover {
            precision: Rate::new(right, handed),
            recall: Rate::new(right, needed),
            f1,
            answered_instead: Rate::new(sum(&people, &[Action::Answer]), needed),
            over_escalation: Rate::new(sum(&[Action::Answer], &people), sum(&[Action::Answer], &ACTIONS)),
        }
    }
}

fn place(action: Action) -> usize {
    ACTIONS.iter().position(|known| *known == action).expect("the table names every action")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `sklearn.metrics.precision_recall_fscore_support` with the labels below: P 0.75, R 0.6, F1 0.6667.
    #[test]
    fn counts_are_those_of_sklearn() {
        let mut confusion = Confusion::default();
        for (expected, done, times) in [
            (Action::Escalate, Action::Escalate, 2),
            (Action::Offer, Action::Escalate, 1),
            (Action::Offer, Action::Answer, 2),
            (Action::Answer, Action::Offer, 1),
            (Action::Answer, Action::Answer, 3),
        ] {
            (0..times).for_each(|_| confusion.add(expected, &[], done));
        }
        confusion.add(Action::Offer, &[Action::Reply], Action::Reply);
        let found = confusion.handover();
        assert_eq!((found.precision.rate, found.recall.rate), (Some(0.75), Some(0.6)));
        assert!((found.f1.unwrap() - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!((found.answered_instead.hits, found.answered_instead.of), (2, 5));
        assert_eq!((found.over_escalation.hits, found.over_escalation.of), (1, 4));
        assert_eq!(confusion.of(Action::Reply, Action::Reply), 1);
        assert_eq!(Confusion::default().handover().f1, None);
    }
}
