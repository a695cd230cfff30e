//! The shape of the distribution of the values of a window, by its third and fourth moment.
//!
//! Sums are of differences from the newest bar, and powers of two neighbouring pieces are joined by the difference of
//! their means (Pebay 2008), as in `moments`.

use super::window::{Fold, Piece, Windows, windowed, zero_at};
use super::{Kernel, State};

/// What a sample of the newest `window` values, 4 or more, tells of the excess kurtosis of what it comes from.
#[derive(Debug, Clone)]
pub struct Kurtosis {
    /// The number of bars.
    pub window: usize,
}

/// What a sample of the newest `window` values, 3 or more, tells of the skewness of what it comes from.
#[derive(Debug, Clone)]
pub struct Skewness {
    /// The number of bars.
    pub window: usize,
}

/// The differences from the newest bar, and the second, third and fourth powers of those from the mean.
type Powers = Piece<1, 4>;

#[inline(always)]
fn join(newer: Powers, older: Powers) -> [f64; 4] {
    let (n, m) = (newer.bars, older.bars);
    let [sum_n, square_n, cube_n, fourth_n] = newer.fold;
    let [sum_m, square_m, cube_m, fourth_m] = older.fold;
    let between = older.newest[0] - newer.newest[0];
    let all = n + m;
    // The difference of the means, divided by the number of bars.
    let apart = ((n * sum_m - m * sum_n) + n * m * between) * (1.0 / (n * m * all));
    let weight = apart * apart * (n * m);
    let square = square_n + square_m + weight * all;
    let cube = cube_n + cube_m + (weight * apart * (n - m) * all + 3.0 * apart * (n * square_m - m * square_n));
    let fourth = fourth_n
        + fourth_m
        + (weight * (apart * apart) * all * (n * n - n * m + m * m)
            + 6.0 * (apart * apart) * (n * n * square_m + m * m * square_n)
            + 4.0 * apart * (n * cube_m - m * cube_n));
    [sum_n + (sum_m + m * between), square, cube, fourth]
}

impl Fold<1, 4, 1> for Kurtosis {
    #[inline(always)]
    fn single(bar: [f64; 1]) -> [f64; 4] {
        [zero_at(bar); 4]
    }

    #[inline(always)]
    fn join(newer: Powers, older: Powers) -> [f64; 4] {
        join(newer, older)
    }

    #[inline(always)]
    fn finish(&self, window: Powers) -> [f64; 1] {
        let n = window.bars;
        let [_, square, _, fourth] = window.fold;
        let variance = square / (n - 1.0);
        let scale = n * (n + 1.0) / ((n - 1.0) * (n - 2.0) * (n - 3.0));
        let normal = 3.0 * (n - 1.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0));
        [scale * (fourth / (variance * variance)) - normal]
    }
}

impl Fold<1, 4, 1> for Skewness {
    #[inline(always)]
    fn single(bar: [f64; 1]) -> [f64; 4] {
        [zero_at(bar); 4]
    }

    #[inline(always)]
    fn join(newer: Powers, older: Powers) -> [f64; 4] {
        join(newer, older)
    }

    #[inline(always)]
    fn finish(&self, window: Powers) -> [f64; 1] {
        let n = window.bars;
        let [_, square, cube, _] = window.fold;
        let variance = square / n;
        let scale = (n * (n - 1.0)).sqrt() / (n - 2.0);
        [scale * (cube / n) / (variance * variance.sqrt())]
    }
}

windowed!(Kurtosis: 1, Skewness: 1);
