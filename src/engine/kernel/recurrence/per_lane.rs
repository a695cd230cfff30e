//! Recurrences over the same inputs side by side, one per lane.
//!
//! The arithmetic of a block stands in columns instead of rows: lane `l` of register `t` is bar `t` of recurrence `l`, so
//! that the moves between lanes of the scan in `block8` are names of registers. Differences between inputs are taken once
//! for all recurrences.
//!
//! Invariant: the bits are those of `block8`. Each lane computes the operations of that scan in the same order, but for
//! products with weights of 0. These change no bit: values exist, and the second bar of a pair is -0 only if the first is
//! negative or -0, so that its product with 0 is -0 too.
//!
//! Where only the newest values are read, a block takes the last lane of every step: eight fused multiply-adds of sixteen
//! recurrences at once (0.07 ns a bar and recurrence at AVX-512, 0.10 at AVX2, on an Intel Xeon of 2024; eight at once 0.09
//! and 0.10, as the chain of one register is as long as its work). Else 28 of them for eight bars of eight recurrences, and
//! the transposition of the outputs (0.20 and 0.22; one recurrence after the other 0.31).

#![allow(clippy::needless_range_loop, reason = "the loops over lanes and bars run over several arrays at once")]

use std::array::from_fn;

use super::block8::{AROUND_ZERO, Block8, Carry, FLUSH_THRESHOLD, GENERAL, MEAN, WIDTH, flush_to_zero};
use crate::kernel::BLOCK;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::array;
use crate::kernel::simd::vector8::{Register, vectored};

/// The most recurrences whose carries are computed at once.
const CARRIES: usize = 2 * WIDTH;

/// A recurrence that has started, and where its outputs go.
pub(crate) struct Member<'a> {
    pub(crate) scan: &'a mut Block8,
    pub(crate) output: &'a mut [f64],
}

impl Member<'_> {
    /// The outputs of the inputs from `start` to `end`.
    fn run(&mut self, inputs: &[f64], start: usize, end: usize) {
        if start < end {
            self.scan.run(&inputs[start..end], &mut self.output[start..end]);
        }
    }
}

/// Recurrences whose blocks begin at the same inputs, and the full blocks of the inputs.
struct Together<'a, 'm> {
    members: &'a mut [Member<'m>],
    inputs: &'a [f64],
    /// The inputs of the first full block, and those behind the last.
    start: usize,
    end: usize,
    form: usize,
    /// What the recurrences run over in the full blocks.
    changes: &'a [f64],
}

/// Computes the outputs of the next inputs.
pub(crate) fn run(all: &mut [Member<'_>], inputs: &[f64]) {
    together(all, inputs, |together| together.run());
}

/// Consumes the next inputs; the outputs are left unspecified.
pub(crate) fn advance(all: &mut [Member<'_>], inputs: &[f64]) {
    together(all, inputs, |together| together.advance());
}

/// Hands on those that are in phase. Those that started share a grid; others come to it within a few bars.
fn together(all: &mut [Member<'_>], inputs: &[f64], work: impl Fn(Together<'_, '_>)) {
    let phase = |member: &Member<'_>| (member.scan.missing + member.scan.free(), member.scan.weights.form());
    all.sort_unstable_by_key(phase);
    let mut scratch = [0.0; BLOCK];
    for members in all.chunk_by_mut(|one, other| phase(one) == phase(other)) {
        let (before, form) = phase(&members[0]);
        let start = before.min(inputs.len());
        let end = start + (inputs.len() - start) / WIDTH * WIDTH;
        let last = inputs[..start].last().copied().unwrap_or(members[0].scan.carry.last);
        let own = &inputs[start..end];
        let changes = if form == AROUND_ZERO { own } else { differences(own, last, &mut scratch) };
        work(Together { members, inputs, start, end, form, changes });
    }
}

/// The differences between neighbours, the first of which is given.
fn differences<'a>(inputs: &[f64], last: f64, scratch: &'a mut [f64; BLOCK]) -> &'a [f64] {
    let differences = &mut scratch[..inputs.len()];
    for (difference, pair) in differences.iter_mut().skip(1).zip(inputs.windows(2)) {
        *difference = pair[1] - pair[0];
    }
    if let (Some(difference), Some(first)) = (differences.first_mut(), inputs.first()) {
        *difference = first - last;
    }
    differences
}

impl Together<'_, '_> {
    fn run(self) {
        let Self { members, inputs, start, end, form, changes } = self;
        let outputs = match form {
            MEAN => outputs::<MEAN>,
            AROUND_ZERO => outputs::<AROUND_ZERO>,
            _ => outputs::<GENERAL>,
        };
        let (groups, others) = members.as_chunks_mut::<WIDTH>();
        others.iter_mut().for_each(|member| member.run(inputs, 0, inputs.len()));
        for group in groups {
            group.iter_mut().for_each(|member| member.run(inputs, 0, start));
            let lanes = PerLane::new(&group.each_ref().map(|member| &*member.scan));
            let mut columns = group.each_mut().map(|member| &mut member.output[start..end]);
            let changes = outputs(&lanes, changes, &inputs[start..end], &mut columns);
            for (member, changes) in group.iter_mut().zip(changes) {
                if start < end {
                    member.scan.carry = Carry { last: inputs[end - 1], changes };
                }
                member.run(inputs, end, inputs.len());
            }
        }
    }

    fn advance(self) {
        let Self { members, inputs, start, end, changes, .. } = self;
        for group in members.chunks_mut(CARRIES) {
            group.iter_mut().for_each(|member| member.run(inputs, 0, start));
            if start < end {
                let scan = |lane: usize| &*group[lane.min(group.len() - 1)].scan;
                let carries: [[f64; WIDTH]; 2] = if group.len() > WIDTH {
                    carries::<2>(&from_fn(|half| PerLane::new(&from_fn(|lane| scan(WIDTH * half + lane)))), changes)
                } else {
                    [carries::<1>(&[PerLane::new(&from_fn(scan))], changes)[0]; 2]
                };
                for (member, &changes) in group.iter_mut().zip(carries.as_flattened()) {
                    member.scan.carry = Carry { last: inputs[end - 1], changes };
                }
            }
            if end < inputs.len() {
                group.iter_mut().for_each(|member| member.scan.push(&inputs[end..]));
            }
        }
    }
}

/// One recurrence per lane.
#[derive(Clone, Copy)]
struct PerLane {
    /// `beta^1 .. beta^8`.
    powers: [[f64; WIDTH]; WIDTH],
    /// As of the weights of each.
    level: [f64; WIDTH],
    lag: [f64; WIDTH],
    /// The recurrences over the changes.
    changes: [f64; WIDTH],
}

impl PerLane {
    fn new(of: &[&Block8; WIDTH]) -> Self {
        Self {
            powers: from_fn(|power| of.map(|scan| scan.weights.powers[power])),
            level: of.map(|scan| scan.weights.level),
            lag: of.map(|scan| scan.weights.lag),
            changes: of.map(|scan| scan.carry.changes),
        }
    }
}

vectored! {
    /// The recurrences over the changes after full blocks of these.
    fn carries<const GROUPS: usize>(lanes: &[PerLane; GROUPS], changes: &[f64]) -> [[f64; WIDTH]; GROUPS] {
        let zero = V::splat(0.0);
        let powers: [[V; 4]; GROUPS] =
            array([zero; 4], |group| array(zero, |power| V::load(&lanes[group].powers[(1 << power) - 1])));
        let mut carries: [V; GROUPS] = array(zero, |group| V::load(&lanes[group].changes));
        let mut least = [V::splat(f64::INFINITY); GROUPS];
        for changes in changes.as_chunks::<WIDTH>().0 {
            let changes: [V; WIDTH] = array(zero, |bar| V::splat(changes[bar]));
            for group in 0..GROUPS {
                let [one, two, four, eight] = powers[group];
                let pair = |bar: usize| changes[bar].times_plus(one, changes[bar + 1]);
                let first = pair(0).times_plus(two, pair(2));
                let second = pair(4).times_plus(two, pair(6));
                let local = first.times_plus(four, second);
                carries[group] = carries[group].times_plus(eight, local);
                least[group] = carries[group].magnitude().smaller(least[group]);
            }
        }
        let mut values = [[0.0; WIDTH]; GROUPS];
        least.into_iter().zip(&mut values).for_each(|(least, values)| least.store(values));
        // A flush is rare and detected at the end: all blocks then run again with it.
        if values.as_flattened().iter().any(|&least| least < FLUSH_THRESHOLD) {
            return lanes.map(|lanes| carries_flushed(&lanes, changes));
        }
        carries.into_iter().zip(&mut values).for_each(|(carry, values)| carry.store(values));
        values
    }

    /// The outputs of full blocks, given the changes that the recurrences run over; returns these recurrences.
    fn outputs<const FORM: usize>(
        lanes: &PerLane, changes: &[f64], inputs: &[f64], columns: &mut [&mut [f64]; WIDTH],
    ) -> [f64; WIDTH] {
        let (zero, limit) = (V::Register::splat(0.0), V::Register::splat(FLUSH_THRESHOLD));
        // One length for all, so that no bound is checked in the loop.
        let blocks = inputs.len() / WIDTH;
        let (changes, inputs) = (&changes.as_chunks::<WIDTH>().0[..blocks], &inputs.as_chunks::<WIDTH>().0[..blocks]);
        let mut columns = columns.each_mut().map(|column| &mut column.as_chunks_mut::<WIDTH>().0[..blocks]);
        let mut after = [0.0; WIDTH];
        for lane in (0..WIDTH).step_by(V::Register::LANES) {
            let powers: [_; WIDTH] = array(zero, |power| V::Register::load(&lanes.powers[power][lane..]));
            let (level, lag) = (V::Register::load(&lanes.level[lane..]), V::Register::load(&lanes.lag[lane..]));
            let mut carry = V::Register::load(&lanes.changes[lane..]);
            for block in 0..blocks {
                let (changes, inputs) = (&changes[block], &inputs[block]);
                let mut rows: [_; WIDTH] = array(zero, |bar| V::Register::splat(changes[bar]));
                // The steps of the scan, of which bar 0 of each part is the first: pairs, quads, halves.
                for bar in [1, 3, 5, 7] {
                    rows[bar] = rows[bar - 1].times_plus(powers[0], rows[bar]);
                }
                for bar in [2, 3, 6, 7] {
                    rows[bar] = rows[bar / 4 * 4 + 1].times_plus(powers[bar % 2], rows[bar]);
                }
                for bar in [4, 5, 6, 7] {
                    rows[bar] = rows[3].times_plus(powers[bar - 4], rows[bar]);
                }
                for bar in 0..WIDTH {
                    rows[bar] = carry.times_plus(powers[bar], rows[bar]);
                }
                carry = rows[WIDTH - 1].unless_below(limit);
                for bar in 0..WIDTH {
                    let input = V::Register::splat(inputs[bar]);
                    rows[bar] = match FORM {
                        MEAN => rows[bar].times_plus(lag, input),
                        AROUND_ZERO => rows[bar] * lag,
                        _ => rows[bar].times_plus(lag, input * level),
                    };
                }
                V::Register::store_columns(rows, &mut columns[lane..], block);
            }
            carry.store(&mut after[lane..]);
        }
        after
    }
}

leveled! {
    /// As `carries`, of one group, with the flush to zero.
    fn carries_flushed(lanes: &PerLane, changes: &[f64]) -> [f64; WIDTH] {
        let mut carries = lanes.changes;
        let [one, two, _, four, _, _, _, eight] = &lanes.powers;
        for changes in changes.as_chunks::<WIDTH>().0 {
            for lane in 0..WIDTH {
                let pair = |bar: usize| changes[bar].mul_add(one[lane], changes[bar + 1]);
                let first = pair(0).mul_add(two[lane], pair(2));
                let second = pair(4).mul_add(two[lane], pair(6));
                let local = first.mul_add(four[lane], second);
                carries[lane] = flush_to_zero(carries[lane].mul_add(eight[lane], local));
            }
        }
        carries
    }
}
