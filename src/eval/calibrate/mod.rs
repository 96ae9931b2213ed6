//! Fits the confidence to labelled cases.

pub mod logistic;

/// Penalty of every fit: few labels must not bend the direction.
pub const PENALTY: f64 = 1.0;

/// Which columns may only raise the confidence: all of the evidence but the length of the question, which stands last.
#[must_use]
pub fn rising(columns: usize) -> Vec<bool> {
    (0..columns).map(|at| at + 1 < columns).collect()
}
