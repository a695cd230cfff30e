//! Rolling cointegration of two inputs (Engle and Granger 1987): a regression, then the Dickey-Fuller test of its
//! residuals.
//!
//! Each window is computed for itself, O(w * lags^2). Normal equations by Cholesky rather than QR: the columns are
//! differences of residuals, well scaled, and a zero pivot means collinearity.

#![allow(clippy::needless_range_loop, reason = "the loops over columns run over a cholesky_tail")]

use crate::kernel::cost::per_bar;
use crate::kernel::state::ring_buffer::History;
use crate::kernel::{Fields, Kernel, State, parameters};

/// Regresses the first input on the second over the newest `window` bars and tests the residuals for a unit root: the
/// hedge ratio, the newest residual, and the Dickey-Fuller t statistic without a constant and with `lags` lagged
/// changes. The statistic is 0 if all residuals are.
#[derive(Debug, Clone)]
pub struct Cointegration {
    /// The number of bars, at least twice the lags plus 3.
    pub window: usize,
    /// The number of lagged changes, at most [`Cointegration::LAGS_MAX`].
    pub lags: usize,
}

parameters!(Cointegration { window, lags });

impl Cointegration {
    /// The maximum number of lagged changes.
    pub const LAGS_MAX: usize = 10;
}

impl Kernel for Cointegration {
    fn outputs(&self) -> usize {
        3
    }

    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        let columns = (self.lags + 2) as f64;
        // The regressions and their products, and a factorisation.
        per_bar(self.window, 7.0 + 0.5 * columns * columns) + 0.3 * columns * columns * columns
    }

    fn start(&self) -> Box<dyn State> {
        let history = || History::new(self.window - 1);
        Box::new(CointegrationState {
            kernel: self.clone(),
            inputs: [history(), history()],
            residuals: vec![0.0; self.window],
        })
    }
}

#[derive(Clone)]
struct CointegrationState {
    kernel: Cointegration,
    inputs: [History; 2],
    /// Scratch for the residuals of a window.
    residuals: Vec<f64>,
}

impl State for CointegrationState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let [hedges, spreads, statistics] = outputs else { unreachable!("a state is fed as many outputs as it has") };
        let before = self.kernel.window - 1;
        let [a, b] = &mut self.inputs;
        a.block_mut(inputs[0].len()).copy_from_slice(inputs[0]);
        b.block_mut(inputs[1].len()).copy_from_slice(inputs[1]);
        let (a, b) = (a.with_history(before, 0), b.with_history(before, 0));
        for at in 0..inputs[0].len() {
            let residuals = &mut self.residuals;
            hedges[at] = regress(&a[at..=at + before], &b[at..=at + before], residuals);
            spreads[at] = residuals[before];
            statistics[at] = dickey_fuller(residuals, self.kernel.lags);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.inputs]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// The slope of `a` against `b`, 0 if `b` is constant, and the residuals, all 0 if they are within rounding error.
fn regress(a: &[f64], b: &[f64], residuals: &mut [f64]) -> f64 {
    let bars = a.len();
    // Differences from the newest bar, so that an offset costs no digits.
    let relative = |values: &[f64], at: usize| values[at] - values[bars - 1];
    let [mut mean_a, mut mean_b] = [0.0; 2];
    for at in 0..bars {
        mean_a += relative(a, at);
        mean_b += relative(b, at);
    }
    (mean_a, mean_b) = (mean_a / bars as f64, mean_b / bars as f64);
    let [mut square_a, mut square_b, mut products] = [0.0; 3];
    for at in 0..bars {
        let (a, b) = (relative(a, at) - mean_a, relative(b, at) - mean_b);
        square_a += a * a;
        square_b += b * b;
        products += a * b;
    }
    let slope = if square_b == 0.0 { products } else { products / square_b };
    let mut residual_squares = 0.0;
    for (at, residual) in residuals.iter_mut().enumerate() {
        *residual = (relative(a, at) - mean_a) - slope * (relative(b, at) - mean_b);
        residual_squares += *residual * *residual;
    }
    const ROUNDING: f64 = 1e-24;
    if residual_squares <= ROUNDING * square_a {
        residuals.fill(0.0);
    }
    slope
}

/// The maximum number of columns of the regression: lagged changes, the previous value, and the change.
const COLUMNS: usize = Cointegration::LAGS_MAX + 2;

/// The t statistic of `g` in `change = g * previous value + sum(c[i] * change[i]) + error`, `i` from 1 to `lags`.
fn dickey_fuller(values: &[f64], lags: usize) -> f64 {
    let columns = lags + 2;
    let mut products = [[0.0; COLUMNS]; COLUMNS];
    for at in lags + 1..values.len() {
        let mut row = [0.0; COLUMNS];
        for lag in 1..=lags {
            row[lag - 1] = values[at - lag] - values[at - lag - 1];
        }
        (row[lags], row[lags + 1]) = (values[at - 1], values[at] - values[at - 1]);
        for i in 0..columns {
            for j in 0..=i {
                products[i][j] += row[i] * row[j];
            }
        }
    }
    let [value, change] = cholesky_tail(products, columns);
    let errors = (values.len() - lags - 1) - (lags + 1);
    if change <= 0.0 { 0.0 } else { value / (change / (errors as f64).sqrt()) }
}

/// The last two entries of the last row of the Cholesky factor. For the Gram matrix of a regression they are the partial
/// correlation term of the last regressor and the root of the residual sum of squares.
fn cholesky_tail(mut matrix: [[f64; COLUMNS]; COLUMNS], columns: usize) -> [f64; 2] {
    // A pivot within rounding error of 0 marks a collinear column.
    const ROUNDING: f64 = 1e-14;
    for j in 0..columns {
        let diagonal = matrix[j][j];
        for k in 0..j {
            matrix[j][j] -= matrix[j][k] * matrix[j][k];
        }
        let pivot = if matrix[j][j] <= ROUNDING * diagonal { 0.0 } else { matrix[j][j].sqrt() };
        matrix[j][j] = pivot;
        for i in j + 1..columns {
            for k in 0..j {
                matrix[i][j] -= matrix[i][k] * matrix[j][k];
            }
            matrix[i][j] = if pivot == 0.0 { 0.0 } else { matrix[i][j] / pivot };
        }
    }
    [matrix[columns - 1][columns - 2], matrix[columns - 1][columns - 1]]
}
