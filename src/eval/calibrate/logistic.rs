//! A small logistic regression. The same rows give the same numbers: no randomness, no order.
//!
//! Projected Newton steps (Bertsekas 1982, "Projected Newton methods for optimization problems with simple constraints") on the
//! penalised log-likelihood of standardised columns, then the scale of the result by itself, without the penalty and with
//! Platt's smoothed targets (Platt 1999, "Probabilistic outputs for support vector machines"), so that few rows cannot bend the
//! direction and a strong penalty does not make the probabilities timid.

/// Steps are few: each one doubles the digits.
const STEPS: usize = 60;
const HALVINGS: usize = 40;
const STILL: f64 = 1e-10;

/// A row: what was measured, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub columns: Vec<f64>,
    /// The outcome whose probability is fitted.
    pub happened: bool,
}

/// `1 / (1 + exp(-(bias + weights · columns)))`.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub bias: f64,
    pub weights: Vec<f64>,
}

impl Model {
    #[must_use]
    pub fn score(&self, columns: &[f64]) -> f64 {
        self.bias + self.weights.iter().zip(columns).map(|(weight, column)| weight * column).sum::<f64>()
    }

    #[must_use]
    pub fn probability(&self, columns: &[f64]) -> f64 {
        sigmoid(self.score(columns))
    }
}

/// Fits rows of `rising.len()` columns. A column that is `rising` keeps a weight of zero or more: more evidence never lowers the
/// probability. Without rows of both kinds, the model says the smoothed share of what happened.
#[must_use]
pub fn fit(rows: &[Row], rising: &[bool], penalty: f64) -> Model {
    let count = rows.len().max(1) as f64;
    let columns = rising.len();
    let mean: Vec<f64> = (0..columns).map(|at| rows.iter().map(|row| row.columns[at]).sum::<f64>() / count).collect();
    let spread: Vec<f64> = (0..columns)
        .map(|at| (rows.iter().map(|row| (row.columns[at] - mean[at]).powi(2)).sum::<f64>() / count).sqrt())
        .collect();
    let scaled: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| {
            let scale = |at: usize| if spread[at] < 1e-9 { 0.0 } else { (row.columns[at] - mean[at]) / spread[at] };
            (0..columns).map(scale).collect()
        })
        .collect();
    let hard: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(row.happened))).collect();
    let direction = newton(&scaled, &hard, rising, penalty);
    let along: Vec<Vec<f64>> = scaled.iter().map(|row| vec![direction.score(row) - direction.bias]).collect();
    let yes = hard.iter().sum::<f64>();
    let (high, low) = ((yes + 1.0) / (yes + 2.0), 1.0 / (count - yes + 2.0));
    let soft: Vec<f64> = rows.iter().map(|row| if row.happened { high } else { low }).collect();
    let scale = newton(&along, &soft, &[true], 0.0);
    let mut bias = scale.bias;
    let mut weights = Vec::with_capacity(columns);
    for at in 0..columns {
        let weight = direction.weights[at] * scale.weights[0];
        let weight = if spread[at] < 1e-9 { 0.0 } else { weight / spread[at] };
        bias -= weight * mean[at];
        weights.push(weight);
    }
    Model { bias, weights }
}

/// Minimises mean log-loss + penalty/2 · |weights|². Targets may lie between 0 and 1.
fn newton(rows: &[Vec<f64>], targets: &[f64], rising: &[bool], penalty: f64) -> Model {
    let size = rising.len() + 1;
    let count = rows.len().max(1) as f64;
    let mut at = vec![0.0; size];
    let mut loss = objective(rows, targets, &at, penalty);
    for _ in 0..STEPS {
        let (mut slope, mut curve) = (vec![0.0; size], vec![vec![0.0; size]; size]);
        for (row, target) in rows.iter().zip(targets) {
            let probability = sigmoid(score(&at, row));
            let (error, weight) = ((probability - target) / count, probability * (1.0 - probability) / count);
            for i in 0..size {
                let first = if i == 0 { 1.0 } else { row[i - 1] };
                slope[i] += error * first;
                for (j, cell) in curve[i].iter_mut().enumerate().take(i + 1) {
                    *cell += weight * first * if j == 0 { 1.0 } else { row[j - 1] };
                }
            }
        }
        for i in 0..size {
            if i > 0 {
                slope[i] += penalty * at[i];
                curve[i][i] += penalty;
            }
            // Columns that say nothing have no curve; a hair keeps the equations solvable.
            curve[i][i] += 1e-9;
        }
        let bound = |i: usize, at: &[f64]| i > 0 && rising[i - 1] && at[i] <= 0.0 && slope[i] > 0.0;
        let free: Vec<usize> = (0..size).filter(|i| !bound(*i, &at)).collect();
        let step = solve(&curve, &slope, &free);
        let mut length = 1.0;
        let mut moved = 0.0;
        for _ in 0..HALVINGS {
            let mut next = at.clone();
            for (i, step) in free.iter().zip(&step) {
                next[*i] -= length * step;
                if *i > 0 && rising[*i - 1] {
                    next[*i] = next[*i].max(0.0);
                }
            }
            let there = objective(rows, targets, &next, penalty);
            if there <= loss {
                moved = at.iter().zip(&next).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                (at, loss) = (next, there);
                break;
            }
            length /= 2.0;
        }
        if moved < STILL {
            break;
        }
    }
    Model { bias: at[0], weights: at[1..].to_vec() }
}

fn objective(rows: &[Vec<f64>], targets: &[f64], at: &[f64], penalty: f64) -> f64 {
    let count = rows.len().max(1) as f64;
    let loss: f64 = rows
        .iter()
        .zip(targets)
        .map(|(row, target)| {
            let score = score(at, row);
            // ln(1 + e^s) - t·s, without overflow.
            score.max(0.0) + (-score.abs()).exp().ln_1p() - target * score
        })
        .sum();
    loss / count + penalty / 2.0 * at[1..].iter().map(|weight| weight * weight).sum::<f64>()
}

fn score(at: &[f64], row: &[f64]) -> f64 {
    at[0] + at[1..].iter().zip(row).map(|(weight, column)| weight * column).sum::<f64>()
}

fn sigmoid(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

/// Solves `curve · step = slope` over the free places, by Cholesky's factors. `curve` holds its lower half.
fn solve(curve: &[Vec<f64>], slope: &[f64], free: &[usize]) -> Vec<f64> {
    let size = free.len();
    let cell = |i: usize, j: usize| curve[free[i].max(free[j])][free[i].min(free[j])];
    let mut lower = vec![vec![0.0; size]; size];
    for i in 0..size {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
            let rest = cell(i, j) - known;
            lower[i][j] = if i == j { rest.max(1e-12).sqrt() } else { rest / lower[j][j] };
        }
    }
    let mut half = vec![0.0; size];
    for i in 0..size {
        let known: f64 = (0..i).map(|k| lower[i][k] * half[k]).sum();
        half[i] = (slope[free[i]] - known) / lower[i][i];
    }
    let mut step = vec![0.0; size];
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size).map(|k| lower[k][i] * step[k]).sum();
        step[i] = (half[i] - known) / lower[i][i];
    }
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(of: impl Fn(f64) -> (Vec<f64>, bool)) -> Vec<Row> {
        (0..40)
            .map(|at| {
                let (columns, happened) = of(f64::from(at));
                Row { columns, happened }
            })
            .collect()
    }

    #[test]
    fn the_slope_is_zero_where_it_stops() {
        let rows = rows(|at| (vec![at / 10.0, (at * 7.0) % 11.0], at >= 20.0 || at == 13.0));
        let scaled: Vec<Vec<f64>> = rows.iter().map(|row| row.columns.clone()).collect();
        let targets: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(row.happened))).collect();
        let model = newton(&scaled, &targets, &[false, false], 0.1);
        let mut slope = [0.0; 3];
        for (row, target) in scaled.iter().zip(&targets) {
            let error = (model.probability(row) - target) / 40.0;
            slope[0] += error;
            slope[1] += error * row[0];
            slope[2] += error * row[1];
        }
        slope[1] += 0.1 * model.weights[0];
        slope[2] += 0.1 * model.weights[1];
        assert!(slope.iter().all(|slope| slope.abs() < 1e-7), "{slope:?}");
    }

    #[test]
    fn a_rising_column_never_falls_and_the_rest_is_fitted_around_it() {
        let rows = rows(|at| (vec![at, -at], at >= 20.0));
        let model = fit(&rows, &[true, true], 0.5);
        assert!(model.weights[0] > 0.0 && model.weights[1] == 0.0, "{model:?}");
        assert!(model.probability(&rows[39].columns) > 0.9 && model.probability(&rows[0].columns) < 0.1);
    }

    #[test]
    fn the_same_rows_in_any_order_give_the_same_model() {
        let rows = rows(|at| (vec![at / 10.0, (at * 7.0) % 11.0, 3.0], (at * 13.0) % 17.0 > 7.0));
        let model = fit(&rows, &[true, false, true], 0.5);
        assert_eq!(model, fit(&rows, &[true, false, true], 0.5));
        let mut turned = rows.clone();
        turned.reverse();
        let other = fit(&turned, &[true, false, true], 0.5);
        assert!((model.bias - other.bias).abs() < 1e-6 && model.weights[2] == 0.0, "{model:?} {other:?}");
    }

    #[test]
    fn one_kind_of_row_alone_gives_a_smoothed_share() {
        let rows = rows(|at| (vec![at], true));
        let probability = fit(&rows, &[true], 0.5).probability(&[3.0]);
        assert!((0.9..1.0).contains(&probability), "{probability}");
        assert!(fit(&[], &[true], 0.5).probability(&[1.0]).is_finite());
    }

    #[test]
    fn probabilities_match_frequencies() {
        // 0.2 of the low ones and 0.8 of the high ones happen.
        let rows = rows(|at| {
            let high = at >= 20.0;
            (vec![f64::from(u8::from(high))], if high { at % 5.0 != 0.0 } else { at % 5.0 == 0.0 })
        });
        let model = fit(&rows, &[true], 1.0);
        assert!((model.probability(&[0.0]) - 0.2).abs() < 0.05, "{model:?}");
        assert!((model.probability(&[1.0]) - 0.8).abs() < 0.05, "{model:?}");
    }
}
