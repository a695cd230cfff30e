//! Columns: a quantity at a tile of bars, and at a few bars before them.

use super::condition::{AGO_END, Measure};
use super::marks::TILE;
use crate::kernel::lanes::array;
use crate::kernel::{Field, Fields};

/// Bars that are kept from before a tile.
const KEEP: usize = AGO_END;

/// The values of a tile of bars, after the last ones before it. Tiles start where cache lines do.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(super) struct Column([f64; KEEP + TILE]);

impl Column {
    /// The column before the first bar.
    pub(super) fn new() -> Self {
        Self([f64::NAN; KEEP + TILE])
    }

    /// The tile at hand, to be written.
    #[inline(always)]
    pub(super) fn tile_mut(&mut self) -> &mut [f64] {
        &mut self.0[KEEP..]
    }

    /// The tile at hand as it was so many bars before, fewer than `AGO_END`.
    #[inline(always)]
    pub(super) fn lagged(&self, bars: usize) -> &[f64; TILE] {
        // It is less anyway; so the compiler knows, too.
        self.0[KEEP - bars % AGO_END..][..TILE].try_into().expect("a slice of a tile")
    }

    /// Goes on to the tile that starts so many bars after this one.
    #[inline(always)]
    pub(super) fn go_on(&mut self, bars: usize) {
        self.0.copy_within(bars..bars + KEEP, 0);
    }
}

impl Field for Column {
    fn pass(&mut self, fields: &mut Fields<'_>) {
        self.0[..KEEP].pass(fields);
    }
}

impl Measure {
    /// The measure of each bar, times a factor.
    #[inline(always)]
    pub(super) fn of(self, [open, high, low, close]: [&[f64]; 4], factor: f64, output: &mut [f64]) {
        match self {
            Self::Open => each(|[o]| factor * o, [open], output),
            Self::High => each(|[h]| factor * h, [high], output),
            Self::Low => each(|[l]| factor * l, [low], output),
            Self::Close => each(|[c]| factor * c, [close], output),
            Self::Top => each(|[o, c]| factor * larger(o, c), [open, close], output),
            Self::Bottom => each(|[o, c]| factor * smaller(o, c), [open, close], output),
            Self::Body => each(|[o, c]: [f64; 2]| factor * (c - o).abs(), [open, close], output),
            Self::Range => each(|[h, l]| factor * (h - l), [high, low], output),
            Self::UpperShadow => each(|[h, o, c]| factor * (h - larger(o, c)), [high, open, close], output),
            Self::LowerShadow => each(|[l, o, c]| factor * (smaller(o, c) - l), [low, open, close], output),
            Self::Shadows => {
                let shadows = |[o, h, l, c]: [f64; 4]| factor * ((h - larger(o, c)) + (smaller(o, c) - l));
                each(shadows, [open, high, low, close], output);
            }
        }
    }
}

// Where a price is missing nothing depends on what these give.

#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[inline(always)]
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The values of a rule at each bar.
#[inline(always)]
pub(super) fn each<const I: usize>(rule: impl Fn([f64; I]) -> f64, inputs: [&[f64]; I], output: &mut [f64]) {
    let inputs: [&[f64]; I] = array(&[][..], |i| &inputs[i][..output.len()]);
    for bar in 0..output.len() {
        output[bar] = rule(array(0.0, |i| inputs[i][bar]));
    }
}
