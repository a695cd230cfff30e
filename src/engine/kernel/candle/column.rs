//! Columns of measures: a tile of bars, with the carry-over of a few bars before it.

use super::condition::{AGO_END, Measure};
use super::marks::TILE;
use crate::kernel::rolling::sums::mean::quotient;
use crate::kernel::simd::tile::array;
use crate::kernel::state::gap_mask::{is_signed, nan_sign};
use crate::kernel::{Field, Fields};

/// The number of bars carried over from before a tile.
const CARRY_OVER: usize = 16;

/// Means of at most this many bars are summed from the carried-over bars.
pub(super) const SHORT: usize = CARRY_OVER;

/// The values of a tile of bars, preceded by the carry-over. Tiles are aligned to cache lines.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(super) struct Column([f64; CARRY_OVER + TILE]);

impl Column {
    /// The column before the first bar.
    pub(super) fn new() -> Self {
        Self([f64::NAN; CARRY_OVER + TILE])
    }

    /// The current tile.
    #[inline(always)]
    pub(super) fn tile(&self) -> &[f64; TILE] {
        self.lagged(0)
    }

    /// The current tile, mutable.
    #[inline(always)]
    pub(super) fn tile_mut(&mut self) -> &mut [f64; TILE] {
        self.0.last_chunk_mut().expect("a tile is part of a column")
    }

    /// The current tile lagged by `bars` bars, fewer than `AGO_END`.
    #[inline(always)]
    pub(super) fn lagged(&self, bars: usize) -> &[f64; TILE] {
        // A no-op that tells the compiler the bound.
        self.0[CARRY_OVER - bars % AGO_END..].first_chunk().expect("a part of a column")
    }

    /// Loads the values of the next tile, or of fewer bars; returns whether one is missing.
    #[inline(always)]
    pub(super) fn load(&mut self, values: &[f64]) -> bool {
        let tile = self.tile_mut();
        let mut nan = 0;
        if let Ok(values) = <&[f64; TILE]>::try_from(values) {
            for bar in 0..TILE {
                nan |= nan_sign(values[bar]);
                tile[bar] = values[bar];
            }
        } else {
            tile.fill(0.0);
            for bar in 0..values.len() {
                nan |= nan_sign(values[bar]);
                tile[bar] = values[bar];
            }
        }
        is_signed(nan)
    }

    /// The sum of each bar and the previous one.
    #[inline(always)]
    pub(super) fn pairs(&self, output: &mut [f64; TILE]) {
        each(|[x, before]| x + before, [self.tile(), self.lagged(1)], output);
    }

    /// The mean of the `window` bars before each bar, `SHORT` or fewer, from their pairwise sums.
    #[inline(always)]
    pub(super) fn mean(&self, pairs: &Self, window: usize, output: &mut [f64; TILE]) {
        let oldest = &self.0[CARRY_OVER - window..];
        let pairs = &pairs.0[CARRY_OVER - window + window % 2 + 1..];
        match (window / 2, window % 2) {
            (0, _) => mean_of::<0, 1>(oldest, pairs, output),
            (1, 0) => mean_of::<1, 0>(oldest, pairs, output),
            (1, _) => mean_of::<1, 1>(oldest, pairs, output),
            (2, 0) => mean_of::<2, 0>(oldest, pairs, output),
            (2, _) => mean_of::<2, 1>(oldest, pairs, output),
            (3, 0) => mean_of::<3, 0>(oldest, pairs, output),
            (3, _) => mean_of::<3, 1>(oldest, pairs, output),
            (4, 0) => mean_of::<4, 0>(oldest, pairs, output),
            (4, _) => mean_of::<4, 1>(oldest, pairs, output),
            (5, 0) => mean_of::<5, 0>(oldest, pairs, output),
            (5, _) => mean_of::<5, 1>(oldest, pairs, output),
            (6, 0) => mean_of::<6, 0>(oldest, pairs, output),
            (6, _) => mean_of::<6, 1>(oldest, pairs, output),
            (7, 0) => mean_of::<7, 0>(oldest, pairs, output),
            (7, _) => mean_of::<7, 1>(oldest, pairs, output),
            _ => mean_of::<8, 0>(oldest, pairs, output),
        }
    }

    /// Advances to the tile that starts `bars` bars after this one.
    #[inline(always)]
    pub(super) fn advance(&mut self, bars: usize) {
        if bars == TILE {
            // The common case, without a call.
            let last: [f64; CARRY_OVER] = array(0.0, |bar| self.0[TILE + bar]);
            self.0[..CARRY_OVER].copy_from_slice(&last);
        } else {
            self.0.copy_within(bars..bars + CARRY_OVER, 0);
        }
    }
}

impl Field for Column {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.0[..CARRY_OVER].visit(fields);
    }
}

impl Measure {
    /// The measure of each bar, from the four prices.
    #[inline(always)]
    pub(super) fn of(self, prices: [&[f64; TILE]; 4], output: &mut [f64; TILE]) {
        let [open, high, low, close] = prices;
        match self {
            Self::Open => *output = *open,
            Self::High => *output = *high,
            Self::Low => *output = *low,
            Self::Close => *output = *close,
            Self::Top => each(|[o, c]| larger(o, c), [open, close], output),
            Self::Bottom => each(|[o, c]| smaller(o, c), [open, close], output),
            Self::Body => each(|[o, c]: [f64; 2]| (c - o).abs(), [open, close], output),
            Self::Range => each(|[h, l]| h - l, [high, low], output),
            Self::UpperShadow => each(|[h, o, c]| h - larger(o, c), [high, open, close], output),
            Self::LowerShadow => each(|[l, o, c]| smaller(o, c) - l, [low, open, close], output),
            Self::Shadows => {
                let shadows = |[o, h, l, c]: [f64; 4]| (h - larger(o, c)) + (smaller(o, c) - l);
                each(shadows, [open, high, low, close], output);
            }
        }
    }
}

// Where a price is missing, the result is masked, so NaN does not matter here.

#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[inline(always)]
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The mean of the windows that start at each value: the first value if the length is odd, then sums of pairs. The lengths are
/// constants, so that the sums of a few bars stay in registers.
#[inline(always)]
fn mean_of<const PAIRS: usize, const ODD: usize>(oldest: &[f64], pairs: &[f64], output: &mut [f64; TILE]) {
    let (oldest, pairs) = (&oldest[..TILE], &pairs[..if PAIRS == 0 { 0 } else { TILE + 2 * PAIRS - 2 }]);
    for bar in 0..TILE {
        let mut sum = if ODD == 1 { oldest[bar] } else { 0.0 };
        for pair in 0..PAIRS {
            sum += pairs[bar + 2 * pair];
        }
        output[bar] = quotient(sum, (2 * PAIRS + ODD) as f64);
    }
}

/// The values of a rule at each bar.
#[inline(always)]
pub(super) fn each<const I: usize>(
    rule: impl Fn([f64; I]) -> f64,
    inputs: [&[f64; TILE]; I],
    output: &mut [f64; TILE],
) {
    for bar in 0..TILE {
        output[bar] = rule(array(0.0, |i| inputs[i][bar]));
    }
}
