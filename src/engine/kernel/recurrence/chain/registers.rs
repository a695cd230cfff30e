//! A shape evaluated in registers, block after block without gaps.

use super::apart::{Memory, PREVIOUS};
use super::shape::{Evaluator, SCANS, SUMS, ratio};
use crate::kernel::lagged::hold::{Held, STILL_BARS};
use crate::kernel::recurrence::block8::{AROUND_ZERO, Carry, Loaded, WIDTH, Weights};
use crate::kernel::recurrence::sums::cumulative_sum::Summation;
use crate::kernel::recurrence::sums::neumaier::NeumaierSum;
use crate::kernel::simd::vector8::{Same, Vector8};

/// A factor by which what counts as missing, 2^996, overflows, and half of that too.
const OVERFLOW: f64 = (1_u64 << 29) as f64;

/// The maximum number of values that are late.
const LATE: usize = 3;

/// What a chain hands on from block to block.
#[derive(Clone, Copy)]
pub(super) struct Carries {
    pub(super) scans: [Carry; SCANS],
    pub(super) sums: [NeumaierSum; SUMS],
    pub(super) memory: Memory,
    /// Whether every input was moderate and every sum existed, so that the blocks are those of the separate kernels.
    pub(super) is_valid: bool,
}

/// Blocks in registers. Without guards every stage has a block.
pub(super) struct Together<'a, V: Vector8, const GUARDED: usize> {
    pub(super) registers: &'a mut Registers<V>,
    /// The block of the first stage; a stage `n` has the block `n` before it.
    pub(super) at: usize,
    pub(super) blocks: usize,
}

pub(super) struct Registers<V: Vector8> {
    weights: [Loaded<V>; SCANS],
    pub(super) carries: [V::Same; SCANS],
    /// The last inputs of each recurrence, in lane 7.
    pub(super) last: [V; SCANS],
    pub(super) sums: [Summation<V>; SUMS],
    /// 0 while every input is moderate and every sum exists, then NaN.
    pub(super) excess: V,
    late: [V; LATE],
    /// The values that `Evaluator::previous` asks for, in lane 7.
    pub(super) previous: [V; PREVIOUS],
    /// The value that `Evaluator::before` asks for, in lane 7.
    pub(super) before: V,
    /// The newest value that may be held, in lane 7.
    pub(super) newest: V,
    /// Whether nothing moved, a bit for each of 32 bars, the newest highest.
    pub(super) still: u32,
}

impl<V: Vector8> Registers<V> {
    #[inline(always)]
    pub(super) fn new(weights: &[Weights; SCANS], carries: &Carries) -> Self {
        let Carries { scans, sums, memory, .. } = carries;
        let ones = Weights::new(1.0, 1.0, true);
        let mut loaded = [Loaded::<V>::new(&weights[0]); SCANS];
        let (mut changes, mut last) = ([V::Same::new(0.0); SCANS], [V::splat(0.0); SCANS]);
        for scan in 0..SCANS {
            loaded[scan] = Loaded::new(&weights[scan]);
            (changes[scan], last[scan]) = (V::Same::new(scans[scan].changes), V::splat(scans[scan].last));
        }
        Self {
            weights: loaded,
            carries: changes,
            last,
            sums: [Summation::new(&ones, sums[0]), Summation::new(&ones, sums[1])],
            excess: V::splat(0.0),
            late: [V::splat(0.0); LATE],
            previous: [V::splat(memory.previous[0]), V::splat(memory.previous[1])],
            before: V::splat(memory.value),
            newest: V::splat(memory.held.newest),
            still: !(u32::MAX >> memory.held.still),
        }
    }
}

impl<V: Vector8, const GUARDED: usize> Together<'_, V, GUARDED> {
    #[inline(always)]
    fn is_active(&self, stage: usize) -> bool {
        GUARDED == 0 || (self.at >= stage && self.at - stage < self.blocks)
    }
}

impl<V: Vector8, const GUARDED: usize> Evaluator<V> for Together<'_, V, GUARDED> {
    #[inline(always)]
    fn scan_after<const FORM: usize>(&mut self, scan: usize, stage: usize, now: V, before: V) -> V {
        let is_active = self.is_active(stage);
        let Registers { weights, carries, last, .. } = &mut *self.registers;
        let mut carry = carries[scan];
        let values = weights[scan].scan::<FORM>(now, before, &mut carry);
        if is_active {
            (carries[scan], last[scan]) = (carry, now);
        }
        values
    }

    #[inline(always)]
    fn scan<const FORM: usize>(&mut self, scan: usize, stage: usize, now: V) -> V {
        let before = if FORM == AROUND_ZERO { now } else { now.one_before(self.registers.last[scan]) };
        self.scan_after::<FORM>(scan, stage, now, before)
    }

    #[inline(always)]
    fn existing(&mut self, now: V) -> V {
        let excess = &mut self.registers.excess;
        // Overflows where a value is so large that it, or a term of it, may count as missing.
        *excess = (now * V::splat(OVERFLOW)).times_plus(V::splat(0.0), *excess);
        now
    }

    #[inline(always)]
    fn sum(&mut self, sum: usize, stage: usize, now: V) -> V {
        if !self.is_active(stage) {
            return now;
        }
        let values = self.registers.sums[sum].next(now);
        self.existing(values)
    }

    #[inline(always)]
    fn previous_after(&mut self, slot: usize, now: V, before: V, _: V) -> V {
        self.registers.previous[slot] = now;
        before
    }

    #[inline(always)]
    fn previous(&mut self, slot: usize, stage: usize, now: V, _: V) -> V {
        let before = now.one_before(self.registers.previous[slot]);
        if self.is_active(stage) {
            self.registers.previous[slot] = now;
        }
        before
    }

    #[inline(always)]
    fn late(&mut self, slot: usize, now: V) -> V {
        std::mem::replace(&mut self.registers.late[slot], now)
    }

    #[inline(always)]
    fn before(&mut self, stage: usize, now: V) -> V {
        let before = now.one_before(self.registers.before);
        if self.is_active(stage) {
            self.registers.before = now;
        }
        before
    }

    #[inline(always)]
    fn aligned(&self, now: V, _: V) -> V {
        now
    }

    #[inline(always)]
    fn ratio(&self, scale: Option<f64>, parts: [V; 2], flat: f64) -> V {
        ratio(scale, parts, flat)
    }

    #[inline(always)]
    fn hold(&mut self, stage: usize, now: V, moves: V, drifts: bool) -> V {
        if !self.is_active(stage) {
            return now;
        }
        let Registers { newest, still, .. } = &mut *self.registers;
        let before = *still;
        *still = before >> WIDTH | moves.zeros() << (32 - WIDTH);
        if ends_run(*still) {
            let (mut values, mut moved) = ([0.0; WIDTH], [0.0; WIDTH]);
            now.store(&mut values);
            moves.store(&mut moved);
            let held = Held { newest: newest.last().value(), still: run(before) };
            hold(held, &mut values, &moved, drifts);
            *newest = V::load(&values);
            return *newest;
        }
        *newest = now;
        now
    }
}

/// The number of bars without a move up to the newest, at most `STILL_BARS`.
#[inline(always)]
pub(super) fn run(still: u32) -> usize {
    STILL_BARS.min(still.leading_ones() as usize)
}

/// Whether `STILL_BARS` bars without a move end in the newest block.
#[inline(always)]
pub(super) fn ends_run(still: u32) -> bool {
    // Runs of 2, 4, 8 and 16, each from two of half of it, at their oldest bars.
    let runs = [1, 2, 4, 8].iter().fold(still, |runs, step| runs & runs >> step);
    runs >> (32 - WIDTH - STILL_BARS + 1) != 0
}

/// Holds the newest value where nothing moved.
#[cold]
fn hold(mut held: Held, values: &mut [f64; WIDTH], moves: &[f64; WIDTH], drifts: bool) {
    for (value, moved) in values.iter_mut().zip(moves) {
        *value = held.next(*value, *moved == 0.0, drifts);
    }
}
