//! Delta encoding of times, in units of the greatest common divisor (GCD) of all steps in the block.
//!
//! A regular series has one step, so with unit = step the packed width is 0 and a block costs 32 bytes. Gaps (weekends,
//! halts) become multiples of the unit and are patches. Delta-of-delta (Gorilla, VLDB 2015) would be as small on
//! regular times, but it needs two dependent sums and makes two outliers of each gap.
//!
//! The running sum is sequential; FastLanes transposes rows to sum lanes in parallel. Not worth it here: kernels read
//! values, and times are decoded only where a request needs them.

use super::integers::{Fit, HEAD_BYTES, INTEGER_MAX, Integers};
use super::packing::LANES;

/// Bytes of first time and unit, between the head of the payload and its planes.
const EXTRA_BYTES: usize = 16;

/// A parsed block of times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps<'a> {
    pub(super) integers: Integers<'a>,
    rows: usize,
    first: i64,
    pub(super) unit: i64,
}

impl<'a> Steps<'a> {
    /// Parses exactly `rows` times from a payload.
    pub(super) fn parse(payload: &'a [u8], rows: usize) -> Option<Self> {
        let integers = Integers::parse(payload, rows, EXTRA_BYTES)?;
        let extra = payload.get(HEAD_BYTES..HEAD_BYTES + EXTRA_BYTES)?;
        let word = |at: usize| extra[at..].first_chunk().map(|bytes| i64::from_le_bytes(*bytes));
        (integers.tags == [0, 0]).then_some(Self { integers, rows, first: word(0)?, unit: word(8)? })
    }

    /// Appends all times.
    pub(super) fn decode(&self, times: &mut Vec<i64>) {
        let mut steps = vec![[0.0; LANES]; self.rows.div_ceil(LANES)];
        self.integers.fill(self.integers.base as f64, 0, &mut steps, |step| step);
        let start = times.len();
        times.extend(steps.as_flattened()[..self.rows].iter().map(|&step| step as i64));
        let times = &mut times[start..];
        for (row, step) in self.integers.exceptions() {
            times[row] = i64::from_le_bytes(step);
        }
        let mut time = self.first;
        for (row, step) in times.iter_mut().enumerate() {
            if row > 0 {
                time = time.wrapping_add(step.wrapping_mul(self.unit));
            }
            *step = time;
        }
    }
}

/// Appends a payload to `out`; `None` if a step overflows or the steps have no positive divisor.
pub(super) fn encode(times: &[i64], out: &mut Vec<u8>) -> Option<()> {
    let steps = times.windows(2).map(|pair| pair[1].checked_sub(pair[0])).collect::<Option<Vec<i64>>>()?;
    let unit = steps.iter().copied().fold(0, greatest_divisor);
    if unit <= 0 {
        return None;
    }
    let counted = steps.iter().map(|step| Some(step / unit).filter(|&count| count < INTEGER_MAX));
    // Row 0 has no step; repeat the first one, which costs nothing.
    let mut numbers: Vec<_> = counted.clone().take(1).chain(counted).collect();
    let fit = Fit::best(&numbers, &mut Vec::new());
    let mut extra = [0; EXTRA_BYTES];
    extra[..8].copy_from_slice(&times[0].to_le_bytes());
    extra[8..].copy_from_slice(&unit.to_le_bytes());
    let exception = |row: usize| (steps[row.max(1) - 1] / unit).to_le_bytes();
    fit.encode(&mut numbers, [0, 0], &extra, exception, out);
    Some(())
}

fn greatest_divisor(mut one: i64, mut other: i64) -> i64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}
