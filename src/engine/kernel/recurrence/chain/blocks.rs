//! The loop over full blocks, and both ways to evaluate each shape.

use super::apart::{Apart, PREVIOUS, run_apart};
use super::registers::{Carries, Registers, Together, run};
use super::rules::values;
use super::shape::{INPUTS, NUMBERS, OUTPUTS, SCANS, SHAPES, Shape};
use crate::kernel::lagged::hold::Held;
use crate::kernel::recurrence::block8::{Carry, WIDTH, Weights};
use crate::kernel::simd::vector8::{Lanes, Same, Vector8, vectored};

/// A factor by which a number that is not moderate overflows: sums and differences of moderate ones exist.
const IMMODERATE: f64 = f64::from_bits((1023 + 123) << 52);

/// The inputs and outputs of blocks.
struct Columns<'a> {
    blocks: [&'a [[f64; WIDTH]]; INPUTS],
    /// From one bar before the second block on.
    before: [&'a [[f64; WIDTH]]; INPUTS],
    outputs: [&'a mut [[f64; WIDTH]]; OUTPUTS],
    first: [f64; INPUTS],
}

/// Computes the block `at` in the first stage.
#[inline(always)]
fn step<V: Vector8, const SHAPE: usize, const GUARDED: usize>(
    registers: &mut Registers<V>,
    numbers: &[f64; NUMBERS],
    columns: &mut Columns<'_>,
    [at, blocks]: [usize; 2],
) {
    let facts = const { SHAPES[SHAPE].facts() };
    let block = if GUARDED == 1 { at.min(blocks - 1) } else { at };
    let mut now = [V::splat(0.0); INPUTS];
    let mut before = now;
    for input in 0..facts.inputs {
        now[input] = V::load(&columns.blocks[input][block]);
        before[input] = if GUARDED == 1 && block == 0 {
            now[input].one_before(V::splat(columns.first[input]))
        } else {
            V::load(&columns.before[input][block - 1])
        };
    }
    // Gaps are looked for here, as a pass for it would wait for memory without anything else to do.
    let mut probe = now[0] * V::splat(IMMODERATE);
    for input in &now[1..facts.inputs] {
        probe = input.times_plus(V::splat(IMMODERATE), probe);
    }
    registers.excess = probe.times_plus(V::splat(0.0), registers.excess);
    let mut together = Together::<V, GUARDED> { registers, at, blocks };
    let values = values::<V, _, SHAPE>(&mut together, numbers, now, before);
    if GUARDED == 0 || at >= facts.depth {
        for (values, output) in values.into_iter().zip(&mut columns.outputs).take(facts.outputs) {
            values.store(&mut output[at - facts.depth]);
        }
    }
}

vectored! {
    /// The outputs of full blocks without gaps.
    fn run_blocks<const SHAPE: usize>(
        weights: &[Weights; SCANS],
        numbers: &[f64; NUMBERS],
        carries: Carries,
        inputs: [&[f64]; INPUTS],
        outputs: [&mut [f64]; OUTPUTS],
    ) -> Carries {
        let facts = const { SHAPES[SHAPE].facts() };
        let (mut registers, numbers) = (Registers::<V>::new(weights, &carries), *numbers);
        let blocks = inputs[0].len() / WIDTH;
        let own = |input: usize| inputs[if input < facts.inputs { input } else { 0 }];
        let mut index = 0;
        let mut columns = Columns {
            blocks: [own(0), own(1), own(2), own(3)].map(|input| &input.as_chunks::<WIDTH>().0[..blocks]),
            before: [own(0), own(1), own(2), own(3)].map(|input| &input[WIDTH - 1..].as_chunks::<WIDTH>().0[..blocks - 1]),
            outputs: outputs.map(|output| {
                let len = if index < facts.outputs { blocks } else { 0 };
                index += 1;
                &mut output.as_chunks_mut::<WIDTH>().0[..len]
            }),
            first: carries.memory.inputs,
        };
        // The first block reads the inputs before it, the stages fill, and drain at the end. Twice the same loops, as a
        // third copy of their bodies would take long to compile.
        let start = facts.depth.max(1).min(blocks);
        for [guarded, plain] in [[0..start, start..blocks], [blocks..blocks + facts.depth, 0..0]] {
            for at in guarded {
                step::<V, SHAPE, 1>(&mut registers, &numbers, &mut columns, [at, blocks]);
            }
            for at in plain {
                step::<V, SHAPE, 0>(&mut registers, &numbers, &mut columns, [at, blocks]);
            }
        }
        let mut after = Carries { is_valid: registers.excess.zeros() == 0xff, ..carries };
        for scan in 0..facts.forms.len() {
            let last = registers.last[scan].last().value();
            after.scans[scan] = Carry { last, changes: registers.carries[scan].value() };
        }
        for sum in 0..facts.sums {
            after.sums[sum] = registers.sums[sum].total();
        }
        for slot in 0..PREVIOUS {
            after.memory.previous[slot] = registers.previous[slot].last().value();
        }
        after.memory.inputs = inputs.map(|input| input.last().copied().unwrap_or_default());
        after.memory.value = registers.before.last().value();
        after.memory.held = Held { newest: registers.newest.last().value(), still: run(registers.still) };
        after
    }
}

/// Computes blocks.
type RunBlocks = fn(&[Weights; SCANS], &[f64; NUMBERS], Carries, [&[f64]; INPUTS], [&mut [f64]; OUTPUTS]) -> Carries;

/// Computes up to a block of bars.
type RunApart = fn(&mut Apart<'_>, &[f64; NUMBERS], [Lanes; INPUTS], [Lanes; INPUTS]) -> [Lanes; OUTPUTS];

/// Both ways of each shape, by number.
macro_rules! ways {
    ($($shape:literal)+) => { [$((run_blocks::<$shape> as RunBlocks, run_apart::<$shape> as RunApart)),+] };
}

const WAYS: [(RunBlocks, RunApart); SHAPES.len()] = ways!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22);

impl Shape {
    pub(super) fn ways(self) -> (RunBlocks, RunApart) {
        WAYS[self as usize]
    }
}
