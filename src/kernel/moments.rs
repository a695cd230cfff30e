//! Variances, covariances and what follows from them, over windows.
//!
//! Sums are of differences from the newest bar, and the squares of two neighbouring pieces are joined by the difference
//! of their means, so nothing cancels: the variance of a quiet series far from zero is as good as any, and that of a
//! flat one is exactly zero.

use super::window::{Fold, Piece, Windows, windowed};
use super::{Kernel, State};

/// The variance of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Variance {
    /// The number of bars.
    pub window: usize,
    /// What is taken off the number of bars before dividing by it: 0 for a population, 1 for a sample.
    pub ddof: usize,
}

/// The standard deviation of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Deviation {
    /// The number of bars.
    pub window: usize,
    /// As of [`Variance`].
    pub ddof: usize,
}

/// The mean and the standard deviation of the newest `window` values.
#[derive(Debug, Clone)]
pub struct MeanAndDeviation {
    /// The number of bars.
    pub window: usize,
    /// As of [`Variance`].
    pub ddof: usize,
}

/// The covariance of the newest `window` values of two inputs.
#[derive(Debug, Clone)]
pub struct Covariance {
    /// The number of bars.
    pub window: usize,
    /// As of [`Variance`].
    pub ddof: usize,
}

/// The correlation of the newest `window` values of two inputs, -1 to 1, and 0 where one of them is flat.
#[derive(Debug, Clone)]
pub struct Correlation {
    /// The number of bars.
    pub window: usize,
}

/// The slope of the second input against the first over the newest `window` values, and 0 where the first is flat.
#[derive(Debug, Clone)]
pub struct Slope {
    /// The number of bars.
    pub window: usize,
}

/// The differences from the newest bar, and the squares of those from the mean.
type Moments = Piece<1, 2>;

/// The sum of the differences from the newest bar of the newer piece, for input `r` and part `r` of the fold.
#[inline(always)]
fn differences<const R: usize, const P: usize>(newer: &Piece<R, P>, older: &Piece<R, P>, r: usize) -> f64 {
    newer.fold[r] + (older.fold[r] + older.bars * (older.newest[r] - newer.newest[r]))
}

/// The difference of the means of two pieces, times the number of bars of each.
#[inline(always)]
fn apart<const R: usize, const P: usize>(newer: &Piece<R, P>, older: &Piece<R, P>, r: usize) -> f64 {
    let (n, m) = (newer.bars, older.bars);
    (n * older.fold[r] - m * newer.fold[r]) + n * m * (older.newest[r] - newer.newest[r])
}

/// What a product of two such differences adds to the sum of products.
#[inline(always)]
fn share<const R: usize, const P: usize>(newer: &Piece<R, P>, older: &Piece<R, P>) -> f64 {
    1.0 / (newer.bars * older.bars * (newer.bars + older.bars))
}

#[inline(always)]
fn join(newer: Moments, older: Moments) -> [f64; 2] {
    let apart = apart(&newer, &older, 0);
    let squares = newer.fold[1] + older.fold[1] + apart * apart * share(&newer, &older);
    [differences(&newer, &older, 0), squares]
}

#[inline(always)]
fn mean(window: &Moments) -> f64 {
    window.newest[0] + window.fold[0] * (1.0 / window.bars)
}

#[inline(always)]
fn spread(sum: f64, bars: f64, ddof: usize) -> f64 {
    sum * (1.0 / (bars - ddof as f64))
}

impl Fold<1, 2, 1> for Variance {
    #[inline(always)]
    fn join(newer: Moments, older: Moments) -> [f64; 2] {
        join(newer, older)
    }

    #[inline(always)]
    fn finish(&self, window: Moments) -> [f64; 1] {
        [spread(window.fold[1], window.bars, self.ddof)]
    }
}

impl Fold<1, 2, 1> for Deviation {
    #[inline(always)]
    fn join(newer: Moments, older: Moments) -> [f64; 2] {
        join(newer, older)
    }

    #[inline(always)]
    fn finish(&self, window: Moments) -> [f64; 1] {
        [spread(window.fold[1], window.bars, self.ddof).sqrt()]
    }
}

impl Fold<1, 2, 2> for MeanAndDeviation {
    #[inline(always)]
    fn join(newer: Moments, older: Moments) -> [f64; 2] {
        join(newer, older)
    }

    #[inline(always)]
    fn finish(&self, window: Moments) -> [f64; 2] {
        [mean(&window), spread(window.fold[1], window.bars, self.ddof).sqrt()]
    }
}

impl Fold<2, 3, 1> for Covariance {
    #[inline(always)]
    fn join(newer: Piece<2, 3>, older: Piece<2, 3>) -> [f64; 3] {
        let products = apart(&newer, &older, 0) * apart(&newer, &older, 1) * share(&newer, &older);
        let product = newer.fold[2] + older.fold[2] + products;
        [differences(&newer, &older, 0), differences(&newer, &older, 1), product]
    }

    #[inline(always)]
    fn finish(&self, window: Piece<2, 3>) -> [f64; 1] {
        [spread(window.fold[2], window.bars, self.ddof)]
    }
}

impl Fold<2, 4, 1> for Slope {
    #[inline(always)]
    fn join(newer: Piece<2, 4>, older: Piece<2, 4>) -> [f64; 4] {
        let (first, second, share) = (apart(&newer, &older, 0), apart(&newer, &older, 1), share(&newer, &older));
        [
            differences(&newer, &older, 0),
            differences(&newer, &older, 1),
            newer.fold[2] + older.fold[2] + first * first * share,
            newer.fold[3] + older.fold[3] + first * second * share,
        ]
    }

    #[inline(always)]
    fn finish(&self, window: Piece<2, 4>) -> [f64; 1] {
        let [_, _, squares, products] = window.fold;
        // The products of a flat input are zeros, or NaN where the other input is.
        [if squares == 0.0 { products } else { products / squares }]
    }
}

impl Fold<2, 5, 1> for Correlation {
    #[inline(always)]
    fn join(newer: Piece<2, 5>, older: Piece<2, 5>) -> [f64; 5] {
        let (first, second, share) = (apart(&newer, &older, 0), apart(&newer, &older, 1), share(&newer, &older));
        [
            differences(&newer, &older, 0),
            differences(&newer, &older, 1),
            newer.fold[2] + older.fold[2] + first * first * share,
            newer.fold[3] + older.fold[3] + second * second * share,
            newer.fold[4] + older.fold[4] + first * second * share,
        ]
    }

    #[inline(always)]
    fn finish(&self, window: Piece<2, 5>) -> [f64; 1] {
        let [_, _, first, second, products] = window.fold;
        let scale = first.sqrt() * second.sqrt();
        let correlation = if scale == 0.0 { products } else { products / scale };
        [if correlation > 1.0 {
            1.0
        } else if correlation < -1.0 {
            -1.0
        } else {
            correlation
        }]
    }
}

windowed!(Variance: 1, Deviation: 1, MeanAndDeviation: 2, Covariance: 1, Slope: 1, Correlation: 1);
