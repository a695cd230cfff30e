//! Runs of a plan: block-at-a-time execution (vectorised execution, as in MonetDB/X100, Boncz et al. 2005).
//!
//! Every step computes a block of values before the next step runs: one virtual call per block instead of per bar, and
//! intermediate values stay in the first-level cache instead of whole columns in memory.

use std::array::from_fn;
use std::ops::Range;
use std::sync::Arc;

use super::buffer_allocation::{Destination, PORTS_MAX, Slot, Step};
use crate::indicator::{Checkpoint, Plan};
use crate::kernel::{BLOCK, State, canonicalize_in_place, copy_canonical, stream};

/// A running plan: the state of each kernel after the bars fed so far.
#[derive(Clone)]
pub struct Run {
    plan: Arc<Plan>,
    states: Vec<Box<dyn State>>,
    buffers: Vec<Buffer>,
}

/// A buffer for one block of values, aligned to a cache line. It is longer than a block, so that no two buffers start at the
/// same page offset: with 4K aliasing a load waits for a store to the same offset.
#[derive(Clone)]
#[repr(align(64))]
struct Buffer([f64; BLOCK + 72]);

const EMPTY: Buffer = Buffer([0.0; BLOCK + 72]);

/// Outputs of at least this many values use non-temporal stores, as they exceed the caches.
const NONTEMPORAL_MIN: usize = 1 << 22;

/// Where the outputs of a block are written, and whether they are read.
struct Window<'a, 'o> {
    outputs: &'a mut [&'o mut [f64]],
    rows: &'a Range<usize>,
    is_read: bool,
}

/// A slice split in three: the part that a step writes, and the parts before and after, which it may read.
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

impl Plan {
    /// A run before its first bar.
    pub fn start(self: &Arc<Self>) -> Run {
        Run::new(self, self.steps.iter().map(|step| step.kernel.start()).collect())
    }

    /// A run that resumes from a checkpoint of the same plan.
    pub fn resume(self: &Arc<Self>, checkpoint: Checkpoint) -> Run {
        Run::new(self, checkpoint.states)
    }
}

impl Run {
    /// A run with these states of its kernels.
    pub(crate) fn new(plan: &Arc<Plan>, states: Vec<Box<dyn State>>) -> Self {
        Self { states, buffers: vec![EMPTY; plan.buffers], plan: Arc::clone(plan) }
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The checkpoint of the run; `row` is the first row that has not been fed.
    pub fn save_checkpoint(&self, row: usize) -> Checkpoint {
        Checkpoint { row, states: self.states.clone() }
    }

    /// Feeds the next bars and writes the values of each output at those bars. `columns` are the plan's columns, then those of
    /// other series, then the times if the plan reads them. All slices have the same length, 1 or more. NaN is canonical.
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

    /// As `feed`, with non-temporal stores.
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

    /// Feeds at most [`Plan::block`] bars, and writes the values to the outputs from `start` on.
    fn block(&mut self, columns: &[&[f64]], rows: &Range<usize>, outputs: &mut [&mut [f64]], start: usize) {
        let window = start..start + rows.len();
        self.steps(columns, rows, Window { outputs, rows: &window, is_read: true }, |_, _| ());
        for (&slot, output) in self.plan.outputs.iter().zip(outputs) {
            let output = &mut output[window.clone()];
            match slot {
                Slot::Output(_) => {}
                Slot::Column(index) => copy_canonical(&columns[index][rows.clone()], output),
                Slot::Time => copy_canonical(&columns[columns.len() - 1][rows.clone()], output),
                Slot::Buffer(index) => copy_canonical(&self.buffers[index].0[..rows.len()], output),
            }
        }
    }

    /// As `feed`, for at most [`BLOCK`] bars whose outputs are ignored; `outputs` is left unspecified.
    pub(crate) fn advance(&mut self, columns: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let rows = 0..outputs[0].len();
        self.steps(columns, &rows, Window { outputs, rows: &rows, is_read: false }, |_, _| ());
    }

    /// Feeds `bars` bars, at most [`BLOCK`], to a plan whose outputs are folded, and hands each block of values to `fold`, with
    /// the index of its output, while it is in cache. NaN is not canonical.
    pub(crate) fn fold(&mut self, columns: &[&[f64]], bars: usize, fold: &mut dyn FnMut(usize, &[f64])) {
        let rows = 0..bars;
        self.steps(columns, &rows, Window { outputs: &mut [], rows: &rows, is_read: true }, |step, buffers| {
            for &(buffer, output) in &step.folds {
                fold(output, &buffers[buffer].0[..bars]);
            }
        });
        for (output, &slot) in self.plan.outputs.iter().enumerate() {
            match slot {
                Slot::Column(index) => fold(output, &columns[index][..bars]),
                Slot::Time => fold(output, &columns[columns.len() - 1][..bars]),
                Slot::Output(_) | Slot::Buffer(_) => {}
            }
        }
    }

    /// As `fold`, of bars whose values are ignored.
    pub(crate) fn advance_folded(&mut self, columns: &[&[f64]], bars: usize) {
        let rows = 0..bars;
        self.steps(columns, &rows, Window { outputs: &mut [], rows: &rows, is_read: false }, |_, _| ());
    }

    fn steps(
        &mut self,
        columns: &[&[f64]],
        rows: &Range<usize>,
        target: Window<'_, '_>,
        mut done: impl FnMut(&Step, &[Buffer]),
    ) {
        let Window { outputs, rows: window, is_read } = target;
        for (step, state) in self.plan.steps.iter().zip(&mut self.states) {
            let (outputs_cut, buffers_cut) = match &step.outputs {
                Destination::Output(range) => (range.clone(), 0..0),
                Destination::Buffers(range) => (0..0, range.clone()),
            };
            let (outputs_cut, buffers_cut) = (Cut::new(outputs, outputs_cut), Cut::new(&mut self.buffers, buffers_cut));
            // Built in place: a copy would stall on store forwarding.
            let mut inputs: [&[f64]; PORTS_MAX] = [&[]; PORTS_MAX];
            for (input, &slot) in inputs.iter_mut().zip(&step.inputs) {
                *input = match slot {
                    Slot::Column(index) => &columns[index][rows.clone()],
                    Slot::Time => &columns[columns.len() - 1][rows.clone()],
                    Slot::Buffer(index) => &buffers_cut.get(index).0[..rows.len()],
                    Slot::Output(index) => &outputs_cut.get(index)[window.clone()],
                };
            }
            let inputs = &inputs[..step.inputs.len()];
            let outputs_cut = outputs_cut.own.iter_mut().map(|output| &mut output[window.clone()]);
            let written = outputs_cut.chain(buffers_cut.own.iter_mut().map(|buffer| &mut buffer.0[..rows.len()]));
            with_slices(step.outputs.len(), written, |window| {
                if !is_read && !step.is_read {
                    return state.advance(inputs, window);
                }
                state.feed(inputs, window);
                if step.canonicalizes {
                    window.iter_mut().for_each(|place| canonicalize_in_place(place));
                }
            });
            done(step, &self.buffers);
        }
    }
}

/// Calls `work` with the slices, without a heap allocation if they are few.
fn with_slices<'a>(count: usize, slices: impl Iterator<Item = &'a mut [f64]>, work: impl FnOnce(&mut [&mut [f64]])) {
    if count > PORTS_MAX {
        return work(&mut slices.collect::<Vec<_>>());
    }
    let mut few: [&mut [f64]; PORTS_MAX] = from_fn(|_| &mut [][..]);
    few.iter_mut().zip(slices).for_each(|(place, slice)| *place = slice);
    work(&mut few[..count]);
}
