//! Recurrences over the same inputs side by side, one per lane, where only their newest values are read.
//!
//! Of each block only the carry is computed. It takes the last lane of every step of the scan in `block8`: seven fused
//! multiply-adds of eight recurrences at once instead of eight scans, and the same bits.

#![allow(clippy::needless_range_loop, reason = "the loops over lanes run over several arrays at once")]

use super::block8::{Block8, Carry, FLUSH_THRESHOLD, WIDTH, flush_to_zero, magnitude_bits, one_before};
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::array;

/// The number of recurrences advanced in parallel, one per lane.
const LANES: usize = WIDTH;

/// Advances recurrences over the same inputs without outputs: computes only the carries, one recurrence per lane.
pub(crate) fn advance(all: &mut [&mut Block8], inputs: &[f64]) {
    // Those that started share a grid; others come to it within a few bars.
    let phase = |scan: &Block8| (scan.missing, scan.free(), scan.weights.past == 0.0);
    all.sort_unstable_by_key(|scan| phase(scan));
    for in_phase in all.chunk_by_mut(|one, other| phase(one) == phase(other)) {
        let mut discarded = [0.0; WIDTH];
        let lead = in_phase.iter_mut().map(|scan| scan.lead(inputs, &mut discarded)).max().unwrap_or_default();
        let inputs = &inputs[lead..];
        let head = in_phase[0].free().min(inputs.len());
        in_phase.iter_mut().for_each(|scan| scan.push(&inputs[..head]));
        let ended = usize::from(in_phase[0].count == WIDTH);
        let (full, tail) = inputs[head..].as_chunks::<WIDTH>();
        let first = in_phase[0].inputs;
        let last = full.last().or([first][..ended].last()).copied();
        for group in in_phase.chunks_mut(LANES) {
            let state = RecurrencePerLane::new(array(&*group[0], |lane| &*group[lane.min(group.len() - 1)]));
            let changes = carries(&state, &[first][..ended], full);
            for (scan, changes) in group.iter_mut().zip(changes) {
                if let Some(block) = last {
                    (scan.carry, scan.count) = (Carry { last: block[WIDTH - 1], changes }, 0);
                }
                scan.push(tail);
            }
        }
    }
}

/// One recurrence per lane.
#[derive(Clone, Copy)]
struct RecurrencePerLane {
    /// `beta^1`, `beta^2`, `beta^4` and `beta^8`.
    powers: [[f64; LANES]; 4],
    /// The last input, and its weight in a change.
    last: f64,
    past: f64,
    /// The recurrences over the changes.
    changes: [f64; LANES],
}

impl RecurrencePerLane {
    fn new(of: [&Block8; LANES]) -> Self {
        Self {
            powers: [0, 1, 3, 7].map(|power| of.map(|scan| scan.weights.powers[power])),
            last: of[0].carry.last,
            past: of[0].weights.past,
            changes: of.map(|scan| scan.carry.changes),
        }
    }

    /// Consumes one more block, but for the flush to zero.
    #[inline(always)]
    fn consume(&mut self, inputs: &[f64; WIDTH]) {
        let before = one_before(self.last, inputs);
        let changes: [f64; WIDTH] =
            array(0.0, |at| if self.past == 0.0 { inputs[at] } else { inputs[at] - before[at] });
        let [one, two, four, eight] = &self.powers;
        for lane in 0..LANES {
            let pair = |at: usize| changes[at].mul_add(one[lane], changes[at + 1]);
            let first = pair(0).mul_add(two[lane], pair(2));
            let second = pair(4).mul_add(two[lane], pair(6));
            let local = first.mul_add(four[lane], second);
            self.changes[lane] = self.changes[lane].mul_add(eight[lane], local);
        }
        self.last = inputs[WIDTH - 1];
    }
}

leveled! {
    /// The recurrences over the changes after full blocks.
    fn carries(state: &RecurrencePerLane, first: &[[f64; WIDTH]], others: &[[f64; WIDTH]]) -> [f64; LANES] {
        let (mut lanes, mut least) = (*state, [u64::MAX; LANES]);
        for blocks in [first, others] {
            for inputs in blocks {
                lanes.consume(inputs);
                for lane in 0..LANES {
                    least[lane] = least[lane].min(magnitude_bits(lanes.changes[lane]));
                }
            }
        }
        // A flush is rare and detected at the end: all blocks then run again with it.
        if least.iter().all(|&least| least >= magnitude_bits(FLUSH_THRESHOLD)) {
            return lanes.changes;
        }
        carries_flushed(state, first, others)
    }

    fn carries_flushed(state: &RecurrencePerLane, first: &[[f64; WIDTH]], others: &[[f64; WIDTH]]) -> [f64; LANES] {
        let mut lanes = *state;
        for blocks in [first, others] {
            for inputs in blocks {
                lanes.consume(inputs);
                for lane in 0..LANES {
                    lanes.changes[lane] = flush_to_zero(lanes.changes[lane]);
                }
            }
        }
        lanes.changes
    }
}
