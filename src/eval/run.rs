//! Runs cases, several at a time, and hands on each end in order as it comes. Holds no more of them than are under way.

use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt as _;

use crate::eval::ask::{Asker, Setup};
use crate::eval::case::Case;
use crate::eval::record::{End, Record, Verdict};
use crate::eval::score::score;

/// How it is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Cases at a time.
    pub jobs: usize,
    /// Money that may be spent, in the currency of the price table; no case is begun after it.
    pub max_cost: Option<f64>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Done {
    pub attempts: usize,
    /// Money that was spent.
    pub cost: f64,
    /// Attempts that were not begun because the money was spent.
    pub left_out: usize,
}

/// Asks every attempt and gives each record to `take`, in the order of the attempts.
///
/// # Errors
/// The product cannot be set up, or `take` failed.
pub async fn run(
    setup: &Setup,
    attempts: &[(&Case, u32)],
    limits: Limits,
    mut take: impl FnMut(Record) -> anyhow::Result<()>,
) -> anyhow::Result<Done> {
    let jobs = limits.jobs.max(1);
    // Askers wait here for their next case; there are as many as cases under way.
    let idle = Arc::new(Mutex::new((0..jobs).map(|_| Asker::new(setup)).collect::<anyhow::Result<Vec<Asker>>>()?));
    let spent = Arc::new(Mutex::new(0.0_f64));
    let over = |spent: &Mutex<f64>| limits.max_cost.is_some_and(|most| *lock(spent) >= most);
    let begin = |case: &Case, attempt: u32| {
        let (case, idle, spent) = (case.clone(), Arc::clone(&idle), Arc::clone(&spent));
        let left_out = over(&spent);
        async move {
            if left_out {
                return None;
            }
            let asked = case.clone();
            // One that panicked does not come back.
            let waiting = lock(&idle).pop();
            let asker = match waiting.map_or_else(|| Asker::new(setup), Ok) {
                Ok(asker) => asker,
                Err(error) => {
                    let end = End::Broke(format!("{error:#}"));
                    return Some(Record { suite: 0, case, attempt, end, verdict: Verdict::default() });
                }
            };
            let task = tokio::spawn(async move {
                let end = asker.ask(&asked).await;
                (asker, end)
            });
            let end = match task.await {
                Ok((asker, end)) => {
                    lock(&idle).push(asker);
                    end
                }
                Err(error) => End::Broke(format!("the turn panicked: {error}")),
            };
            let verdict = match &end {
                End::Answered(outcome) => {
                    *lock(&spent) += outcome.cost.unwrap_or(0.0);
                    score(&case, outcome)
                }
                End::Broke(_) => Verdict::default(),
            };
            Some(Record { suite: 0, case, attempt, end, verdict })
        }
    };
    let mut records = futures::stream::iter(attempts).map(|(case, attempt)| begin(case, *attempt)).buffered(jobs);
    let (mut done, mut left_out) = (0, 0);
    while let Some(record) = records.next().await {
        match record {
            Some(record) => {
                done += 1;
                take(record)?;
            }
            None => left_out += 1,
        }
    }
    drop(records);
    let cost = *lock(&spent);
    Ok(Done { attempts: done, cost, left_out })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
