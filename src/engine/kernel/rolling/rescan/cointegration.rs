//! Rolling cointegration of two inputs (Engle and Granger 1987): a regression, then the Dickey-Fuller test of its
//! residuals.
//!
//! Each window is computed for itself, O(w * lags^2): the residuals are those of the window's own slope, and sums of
//! products of the inputs, from which theirs would follow, lose all digits where the residuals are small. Sums have eight
//! interleaved parts, so that they are vectorised over the bars of the window. Normal equations by Cholesky rather than QR:
//! the columns are differences of residuals, well scaled, and a zero pivot means collinearity.

#![allow(clippy::needless_range_loop, reason = "the loops over columns run over a cholesky_tail")]

use crate::kernel::cost::per_bar;
use crate::kernel::simd::dot_product::{PARTS, dot, halves, total_with};
use crate::kernel::simd::vector8::vectored;
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
        100.0 + per_bar(self.window, 1.2 + 0.06 * columns * columns) + 0.6 * columns * columns * columns
    }

    fn start(&self) -> Box<dyn State> {
        let history = || History::new(self.window - 1);
        Box::new(CointegrationState {
            kernel: self.clone(),
            inputs: [history(), history()],
            deviations: [vec![0.0; self.window], vec![0.0; self.window]],
            changes: vec![0.0; self.window - 1],
        })
    }
}

#[derive(Clone)]
struct CointegrationState {
    kernel: Cointegration,
    inputs: [History; 2],
    /// Scratch for the deviations of a window from its means, of which the first become the residuals, and for their changes.
    deviations: [Vec<f64>; 2],
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
            let [residuals, regressor] = &mut self.deviations;
            center(&a[at..=at + before], residuals);
            center(&b[at..=at + before], regressor);
            hedges[at] = regress(residuals, regressor);
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

vectored! {
    /// Writes the deviations from the mean.
    fn center(values: &[f64], deviations: &mut [f64]) {
        // Differences from the newest bar, so that an offset costs no digits.
        let newest = values[values.len() - 1];
        let mut sums = [V::splat(0.0); 2];
        let (chunks, rest) = values.as_chunks::<PARTS>();
        for values in chunks {
            let values = halves::<V>(values);
            let newest = V::splat(newest);
            sums = [sums[0] + (values[0] - newest), sums[1] + (values[1] - newest)];
        }
        let mean = total_with(sums, rest.iter().map(|value| value - newest)) / values.len() as f64;
        for (deviation, value) in deviations.iter_mut().zip(values) {
            *deviation = (value - newest) - mean;
        }
    }

    /// The slope of `a` against `b`, 0 if `b` is constant; replaces the deviations `a` by the residuals, all 0 if they are
    /// within rounding error.
    fn regress(a: &mut [f64], b: &[f64]) -> f64 {
        let (square_a, square_b, products) = (dot::<V>(a, a), dot::<V>(b, b), dot::<V>(a, b));
        let slope = if square_b == 0.0 { products } else { products / square_b };
        for (a, b) in a.iter_mut().zip(b) {
            *a -= slope * b;
        }
        const ROUNDING: f64 = 1e-24;
        if dot::<V>(a, a) <= ROUNDING * square_a {
            a.fill(0.0);
        }
        slope
    }

    /// The lower triangle of the sums of the products of the columns.
    fn gram(columns: &[&[f64]], products: &mut [[f64; COLUMNS]; COLUMNS]) {
        for i in 0..columns.len() {
            for j in 0..=i {
                products[i][j] = dot::<V>(columns[i], columns[j]);
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
