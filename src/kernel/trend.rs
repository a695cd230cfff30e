//! Straight lines through windows: weighted means and least squares.
//!
//! Sums are of differences from the newest bar and of those times their age in bars.

use super::window::{Fold, Piece, Windows, windowed, zero_at};
use super::{Kernel, State};

/// The mean of the newest `window` values, weighted `window` for the newest down to 1 for the oldest.
#[derive(Debug, Clone)]
pub struct Weighted {
    /// The number of bars.
    pub window: usize,
}

/// The straight line of least squares through the newest `window` values: its value at the newest bar, its slope per
/// bar, and its value at the oldest bar.
#[derive(Debug, Clone)]
pub struct Regression {
    /// The number of bars.
    pub window: usize,
}

type Line = Piece<1, 2>;

#[inline(always)]
fn join(newer: Line, older: Line) -> [f64; 2] {
    let (n, m) = (newer.bars, older.bars);
    let apart = older.newest[0] - newer.newest[0];
    let ages = m * n + m * (m - 1.0) / 2.0;
    let differences = newer.fold[0] + (older.fold[0] + m * apart);
    [differences, newer.fold[1] + ((older.fold[1] + n * older.fold[0]) + ages * apart)]
}

#[inline(always)]
fn four(bars: [[f64; 1]; 4]) -> [f64; 2] {
    let [newest] = bars[0];
    let [one, two, three] = [bars[1][0] - newest, bars[2][0] - newest, bars[3][0] - newest];
    [one + two + three, one + 2.0 * two + 3.0 * three]
}

impl Fold<1, 2, 1> for Weighted {
    #[inline(always)]
    fn single(bar: [f64; 1]) -> [f64; 2] {
        [zero_at(bar); 2]
    }

    #[inline(always)]
    fn four(bars: [[f64; 1]; 4]) -> [f64; 2] {
        four(bars)
    }

    #[inline(always)]
    fn join(newer: Line, older: Line) -> [f64; 2] {
        join(newer, older)
    }

    #[inline(always)]
    fn finish(&self, window: Line) -> [f64; 1] {
        let w = window.bars;
        [window.newest[0] + (w * window.fold[0] - window.fold[1]) * (2.0 / (w * (w + 1.0)))]
    }
}

impl Fold<1, 2, 3> for Regression {
    #[inline(always)]
    fn single(bar: [f64; 1]) -> [f64; 2] {
        [zero_at(bar); 2]
    }

    #[inline(always)]
    fn four(bars: [[f64; 1]; 4]) -> [f64; 2] {
        four(bars)
    }

    #[inline(always)]
    fn join(newer: Line, older: Line) -> [f64; 2] {
        join(newer, older)
    }

    #[inline(always)]
    fn finish(&self, window: Line) -> [f64; 3] {
        let w = window.bars;
        let half = (w - 1.0) / 2.0;
        // The line through a single bar is level.
        let scale = if w > 1.0 { 12.0 / (w * (w * w - 1.0)) } else { 0.0 };
        let slope = (half * window.fold[0] - window.fold[1]) * scale;
        let mean = window.fold[0] * (1.0 / w);
        [window.newest[0] + (mean + half * slope), slope, window.newest[0] + (mean - half * slope)]
    }
}

windowed!(Weighted: 1, Regression: 3);
