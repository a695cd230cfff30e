//! Runs of a plan: block-at-a-time execution (vectorised execution, as in MonetDB/X100, Boncz et al. 2005).
//!
//! Every step computes a block of values before the next step runs: one virtual call per block instead of per bar, and
//! intermediate values stay in the first-level cache instead of whole columns in memory.

use std::array::from_fn;
use std::ops::Range;
use std::sync::Arc;

use super::buffer_allocation::{Destination, PORTS_MAX, Slot};
use crate::indicator::{Checkpoint, Plan};
use crate::kernel::{BLOCK, State, canonicalize_in_place, copy_canonical, stream};

/// A plan under way: the state of each kernel at the bars fed so far.
#[derive(Clone)]
pub struct Run {
    plan: Arc<Plan>,
    states: Vec<Box<dyn State>>,
    buffers: Vec<Buffer>,
}

/// A buffer for one block of values, aligned to a cache line. It is longer than a block, so that no two start at the same
/// offset in their pages: 4K aliasing makes a load wait for a store to the same offset.
#[derive(Clone)]
#[repr(align(64))]
struct Buffer([f64; BLOCK + 72]);

const EMPTY: Buffer = Buffer([0.0; BLOCK + 72]);

/// From this number of values on, outputs use non-temporal stores: the caches would not hold them.
const NONTEMPORAL_MIN: usize = 1 << 22;

/// A slice split in three: what one step writes, and what is before and after, which it may read.
struct Cut<'a, T> {
    before: &'a [T],
    own: &'a mut [T],
    after: &'a [T],
}

impl<'a, T> Cut<'a, T> {
    fn new(list: &'a mut [T], own: Range<usize>) -> Self {
        let (before, rest) = list.split_at_mut(own.start);
        let (own, after) = rest.split_at_mut(own.len());
        Self { before, own, after }
    }

    fn get(&self, index: usize) -> &'a T {
        self.before.get(index).unwrap_or_else(|| &self.after[index - self.before.len() - self.own.len()])
    }
}

impl Run {
    /// A run whose kernels are in these states.
    pub(crate) fn new(plan: &Arc<Plan>, states: Vec<Box<dyn State>>) -> Self {
        Self { states, buffers: vec![EMPTY; plan.buffers], plan: Arc::clone(plan) }
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The run as it is, `row` being the first that it was not fed yet.
    pub fn save_checkpoint(&self, row: usize) -> Checkpoint {
        Checkpoint { row, states: self.states.clone() }
    }

    /// Takes the next bars of each of the plan's columns, then of those of other series, and their times last if it reads
    /// them, and gives the values of each output at those bars. All slices have the same length, 1 or more. NaN is
    /// canonical.
    pub fn feed(&mut self, columns: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let len = outputs[0].len();
        if len * outputs.len() >= NONTEMPORAL_MIN {
            return self.stream(columns, outputs);
        }
        for start in (0..len).step_by(self.plan.block) {
            let rows = start..len.min(start.saturating_add(self.plan.block));
            self.block(columns, &rows, outputs, start);
        }
    }

    /// As `feed`, past the caches.
    fn stream(&mut self, columns: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let len = outputs[0].len();
        let mut buffers = vec![EMPTY; outputs.len()];
        let mut block: Vec<&mut [f64]> = buffers.iter_mut().map(|buffer| &mut buffer.0[..BLOCK]).collect();
        for start in (0..len).step_by(BLOCK) {
            let rows = start..len.min(start + BLOCK);
            self.block(columns, &rows, &mut block, 0);
            stream(&block, outputs, &rows);
        }
    }

    /// Takes at most as many bars as the plan's block has, and puts the values from `start` of the outputs on.
    fn block(&mut self, columns: &[&[f64]], rows: &Range<usize>, outputs: &mut [&mut [f64]], start: usize) {
        let places = start..start + rows.len();
        self.steps(columns, rows, outputs, &places, true);
        for (&slot, output) in self.plan.outputs.iter().zip(outputs) {
            let output = &mut output[places.clone()];
            match slot {
                Slot::Given(_) => {}
                Slot::Column(index) => copy_canonical(&columns[index][rows.clone()], output),
                Slot::Time => copy_canonical(&columns[columns.len() - 1][rows.clone()], output),
                Slot::Buffer(index) => copy_canonical(&self.buffers[index].0[..rows.len()], output),
            }
        }
    }

    /// As `feed`, of at most [`BLOCK`] bars whose outputs are not read; `outputs` is left unspecified.
    pub(crate) fn advance(&mut self, columns: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let rows = 0..outputs[0].len();
        self.steps(columns, &rows, outputs, &rows, false);
    }

    fn steps(
        &mut self,
        columns: &[&[f64]],
        rows: &Range<usize>,
        outputs: &mut [&mut [f64]],
        places: &Range<usize>,
        is_read: bool,
    ) {
        for (step, state) in self.plan.steps.iter().zip(&mut self.states) {
            let (given, kept) = match &step.outputs {
                Destination::Given(range) => (range.clone(), 0..0),
                Destination::Buffers(range) => (0..0, range.clone()),
            };
            let (given, kept) = (Cut::new(outputs, given), Cut::new(&mut self.buffers, kept));
            // Built in place: a copy would stall on the stores of the step before (store forwarding).
            let mut inputs: [&[f64]; PORTS_MAX] = [&[]; PORTS_MAX];
            for (input, &slot) in inputs.iter_mut().zip(&step.inputs) {
                *input = match slot {
                    Slot::Column(index) => &columns[index][rows.clone()],
                    Slot::Time => &columns[columns.len() - 1][rows.clone()],
                    Slot::Buffer(index) => &kept.get(index).0[..rows.len()],
                    Slot::Given(index) => &given.get(index)[places.clone()],
                };
            }
            let inputs = &inputs[..step.inputs.len()];
            let given = given.own.iter_mut().map(|output| &mut output[places.clone()]);
            let places = given.chain(kept.own.iter_mut().map(|buffer| &mut buffer.0[..rows.len()]));
            with_slices(step.outputs.len(), places, |places| {
                if !is_read && !step.is_read {
                    return state.advance(inputs, places);
                }
                state.feed(inputs, places);
                if step.canonicalizes {
                    places.iter_mut().for_each(|place| canonicalize_in_place(place));
                }
            });
        }
    }
}

/// Calls `work` with the slices, without a heap allocation as long as they are few.
fn with_slices<'a>(count: usize, slices: impl Iterator<Item = &'a mut [f64]>, work: impl FnOnce(&mut [&mut [f64]])) {
    if count > PORTS_MAX {
        return work(&mut slices.collect::<Vec<_>>());
    }
    let mut few: [&mut [f64]; PORTS_MAX] = from_fn(|_| &mut [][..]);
    few.iter_mut().zip(slices).for_each(|(place, slice)| *place = slice);
    work(&mut few[..count]);
}
