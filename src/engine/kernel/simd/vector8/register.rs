//! One register of lanes that differ: what recurrences side by side compute in, one per lane.
//!
//! Eight lanes of AVX2 are two registers, and eight rows of them do not fit its sixteen.

use std::ops::Mul;

/// One register.
pub(crate) trait Register: Copy + Mul<Output = Self> {
    /// The number of lanes, which divides 8.
    const LANES: usize;

    /// The lanes of the first values of a slice, at least as many.
    fn load(values: &[f64]) -> Self;

    /// The number in all lanes.
    fn splat(value: f64) -> Self;

    /// Writes the lanes to the first values of a slice, at least as many.
    fn store(self, values: &mut [f64]);

    /// `self * by + to`, rounded once.
    fn times_plus(self, by: Self, to: Self) -> Self;

    /// 0 where the magnitude is below `least`, else `self`.
    fn unless_below(self, least: Self) -> Self;

    /// Transposes eight rows: writes lane `l` of each to block number `block`, of eight values, of output `l`.
    fn store_columns(rows: [Self; 8], outputs: &mut [&mut [[f64; 8]]], block: usize);
}
