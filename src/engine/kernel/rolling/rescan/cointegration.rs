//! Rolling cointegration of two inputs (Engle and Granger 1987): a regression, then the Dickey-Fuller test of its
//! residuals.
//!
//! Each window is computed for itself, O(w * lags^2): the residuals are those of the window's own slope, and sums of
//! products of the inputs, from which theirs would follow, lose all digits where the residuals are small. Sums have eight
//! interleaved parts, so that they are vectorised over the bars of the window. Normal equations by Cholesky rather than QR:
//! the columns are differences of residuals, well scaled, and a zero pivot means collinearity.

#![allow(clippy::needless_range_loop, reason = "the loops over columns run over a cholesky_tail")]

use crate::kernel::cost::per_bar;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{array, lanes};
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
        60.0 + per_bar(self.window, 1.0 + 0.04 * columns * columns) + 0.6 * columns * columns * columns
    }

    fn start(&self) -> Box<dyn State> {
        let history = || History::new(self.window - 1);
        Box::new(CointegrationState {
            kernel: self.clone(),
            inputs: [history(), history()],
            residuals: vec![0.0; self.window],
            changes: vec![0.0; self.window - 1],
        })
    }
}

#[derive(Clone)]
struct CointegrationState {
    kernel: Cointegration,
    inputs: [History; 2],
    /// Scratch for the residuals of a window, and for their changes.
    residuals: Vec<f64>,
    changes: Vec<f64>,
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
            statistics[at] = dickey_fuller(residuals, &mut self.changes, self.kernel.lags);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.inputs]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// The number of interleaved parts of a sum.
const LANES: usize = 8;

/// The sum of the parts, as a balanced tree.
#[inline(always)]
fn total(parts: [f64; LANES]) -> f64 {
    let [a, b, c, d, e, f, g, h] = parts;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// The sums of the differences of two columns from two values.
#[inline(always)]
fn differences(columns: [&[f64]; 2], from: [f64; 2]) -> [f64; 2] {
    let mut sums = [[0.0; LANES]; 2];
    let tiled = columns[0].len() / LANES * LANES;
    for at in (0..tiled).step_by(LANES) {
        let values: [[f64; LANES]; 2] = lanes(&columns, at);
        for l in 0..LANES {
            sums[0][l] += values[0][l] - from[0];
            sums[1][l] += values[1][l] - from[1];
        }
    }
    for (l, at) in (tiled..columns[0].len()).enumerate() {
        sums[0][l] += columns[0][at] - from[0];
        sums[1][l] += columns[1][at] - from[1];
    }
    [total(sums[0]), total(sums[1])]
}

/// The sums of the squares of the deviations of two columns from their means, which are relative to `origin`, and of their
/// products.
#[inline(always)]
fn squares(columns: [&[f64]; 2], origin: [f64; 2], means: [f64; 2]) -> [f64; 3] {
    let deviation = |column: usize, value: f64| (value - origin[column]) - means[column];
    let mut sums = [[0.0; LANES]; 3];
    let tiled = columns[0].len() / LANES * LANES;
    for at in (0..tiled).step_by(LANES) {
        let values: [[f64; LANES]; 2] = lanes(&columns, at);
        for l in 0..LANES {
            let (a, b) = (deviation(0, values[0][l]), deviation(1, values[1][l]));
            sums[0][l] += a * a;
            sums[1][l] += b * b;
            sums[2][l] += a * b;
        }
    }
    for (l, at) in (tiled..columns[0].len()).enumerate() {
        let (a, b) = (deviation(0, columns[0][at]), deviation(1, columns[1][at]));
        sums[0][l] += a * a;
        sums[1][l] += b * b;
        sums[2][l] += a * b;
    }
    [total(sums[0]), total(sums[1]), total(sums[2])]
}

leveled! {
    /// The slope of `a` against `b`, 0 if `b` is constant, and the residuals, all 0 if they are within rounding error.
    fn regress(a: &[f64], b: &[f64], residuals: &mut [f64]) -> f64 {
        let bars = a.len();
        // Differences from the newest bar, so that an offset costs no digits.
        let origin = [a[bars - 1], b[bars - 1]];
        let [mean_a, mean_b] = differences([a, b], origin).map(|sum| sum / bars as f64);
        let [square_a, square_b, products] = squares([a, b], origin, [mean_a, mean_b]);
        let slope = if square_b == 0.0 { products } else { products / square_b };
        for ((residual, a), b) in residuals.iter_mut().zip(a).zip(b) {
            *residual = ((a - origin[0]) - mean_a) - slope * ((b - origin[1]) - mean_b);
        }
        let [residual_squares, ..] = dots(residuals, [residuals; 4]);
        const ROUNDING: f64 = 1e-24;
        if residual_squares <= ROUNDING * square_a {
            residuals.fill(0.0);
        }
        slope
    }

    /// The lower triangle of the sums of the products of the columns.
    fn gram(columns: &[&[f64]], products: &mut [[f64; COLUMNS]; COLUMNS]) {
        for i in 0..columns.len() {
            for first in (0..=i).step_by(4) {
                let others = array(columns[i], |n| columns[(first + n).min(i)]);
                let sums = dots(columns[i], others);
                let count = (i + 1 - first).min(4);
                products[i][first..first + count].copy_from_slice(&sums[..count]);
            }
        }
    }

    /// The changes from value to value.
    fn difference(values: &[f64], changes: &mut [f64]) {
        for (change, pair) in changes.iter_mut().zip(values.windows(2)) {
            *change = pair[1] - pair[0];
        }
    }
}

/// The sums of the products of a column with four others.
#[inline(always)]
fn dots(one: &[f64], others: [&[f64]; 4]) -> [f64; 4] {
    let mut sums = [[0.0; LANES]; 4];
    let tiled = one.len() / LANES * LANES;
    for at in (0..tiled).step_by(LANES) {
        let [one]: [[f64; LANES]; 1] = lanes(&[one], at);
        let others: [[f64; LANES]; 4] = lanes(&others, at);
        for (sum, other) in sums.iter_mut().zip(&others) {
            for l in 0..LANES {
                sum[l] += one[l] * other[l];
            }
        }
    }
    for (l, at) in (tiled..one.len()).enumerate() {
        for (sum, other) in sums.iter_mut().zip(others) {
            sum[l] += one[at] * other[at];
        }
    }
    [total(sums[0]), total(sums[1]), total(sums[2]), total(sums[3])]
}

/// The maximum number of columns of the regression: lagged changes, the previous value, and the change.
const COLUMNS: usize = Cointegration::LAGS_MAX + 2;

/// The t statistic of `g` in `change = g * previous value + sum(c[i] * change[i]) + error`, `i` from 1 to `lags`;
/// `changes` is scratch.
fn dickey_fuller(values: &[f64], changes: &mut [f64], lags: usize) -> f64 {
    difference(values, changes);
    let bars = values.len() - lags - 1;
    let mut columns = [&values[lags..][..bars]; COLUMNS];
    for lag in 1..=lags {
        columns[lag - 1] = &changes[lags - lag..][..bars];
    }
    columns[lags + 1] = &changes[lags..][..bars];
    let mut products = [[0.0; COLUMNS]; COLUMNS];
    gram(&columns[..lags + 2], &mut products);
    let [value, change] = cholesky_tail(products, lags + 2);
    let errors = bars - (lags + 1);
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
