//! Plans: a graph compiled to steps.

use std::ops::Range;

use super::buffer_allocation::{BufferAllocator, Destination, Slot, Step, Use};
use super::chains::fuse_chains;
use super::fusion::{fuse_masks, fuse_scans};
use crate::indicator::{Graph, Port};
use crate::kernel::{BLOCK, Kernel, Memory};
use crate::series::{Column, Symbol};

/// The compiled computation of some outputs: each kernel once, in topological order.
pub struct Plan {
    columns: Vec<Column>,
    series: Vec<Symbol>,
    joined: Vec<(usize, Column)>,
    reads_time: bool,
    pub(crate) steps: Vec<Step>,
    pub(crate) buffers: usize,
    pub(crate) outputs: Vec<Slot>,
    /// The maximum number of bars fed at once.
    pub(crate) block: usize,
    /// Whether the outputs are folded, not written.
    pub(crate) is_folded: bool,
    memory: Memory,
    window_bars: usize,
}

impl Plan {
    /// The plan that computes `outputs` of `graph`.
    pub fn new(graph: Graph, outputs: &[Port]) -> Self {
        Self::of(graph, outputs, Use::Written)
    }

    /// The plan that computes `outputs` of `graph` to fold them block by block, as [`PlanReader::fold`] does: however many
    /// outputs there are, only those that others still read take memory.
    ///
    /// [`PlanReader::fold`]: crate::indicator::PlanReader::fold
    pub fn folded(graph: Graph, outputs: &[Port]) -> Self {
        Self::of(graph, outputs, Use::Folded)
    }

    fn of(graph: Graph, outputs: &[Port], used: Use) -> Self {
        let memory = outputs.iter().map(|&port| graph.memory(port)).fold(Memory::Bars(0), Memory::or);
        let (mut nodes, series) = graph.into_parts();
        let mut outputs = outputs.to_vec();
        fuse_chains(&mut nodes, &mut outputs);
        fuse_scans(&mut nodes, &outputs);
        fuse_masks(&mut nodes, &outputs);
        let mut allocator = BufferAllocator::new(&nodes, &outputs, used);
        let steps: Vec<_> = (0..nodes.len()).filter_map(|node| allocator.step(node)).collect();
        Self {
            outputs: outputs.iter().map(|&port| allocator.slot(port)).collect(),
            buffers: allocator.buffers(),
            block: if used == Use::Folded { BLOCK } else { block(&steps) },
            is_folded: used == Use::Folded,
            window_bars: steps.iter().map(|step| step.kernel.lookback()).sum(),
            columns: allocator.columns,
            series,
            joined: allocator.joined,
            reads_time: allocator.reads_time,
            steps,
            memory,
        }
    }

    /// The columns that are read.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The other series that are read, of the same timeframe, joined on opening time.
    pub fn series(&self) -> &[Symbol] {
        &self.series
    }

    /// The columns that are read of other series: index in [`Plan::series`], and column.
    pub fn joined(&self) -> &[(usize, Column)] {
        &self.joined
    }

    /// Whether the times are read, as a column after the others: [`Input::Time`](crate::indicator::Input::Time).
    pub fn reads_time(&self) -> bool {
        self.reads_time
    }

    /// The number of outputs.
    pub fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// The kernels that run, some fused from several, each with its number of inputs.
    pub fn steps(&self) -> impl Iterator<Item = (&dyn Kernel, usize)> {
        self.steps.iter().map(|step| (&*step.kernel, step.inputs.len()))
    }

    /// The CPU time per bar in nanoseconds: see [`Kernel::cost`].
    pub fn cost(&self) -> f64 {
        self.steps.iter().map(|step| step.kernel.cost()).sum()
    }

    /// The number of kernels that expressions name, before fusion.
    pub fn kernels(&self) -> usize {
        self.steps.iter().map(|step| step.nodes).sum()
    }

    /// The total length of all windows, in bars: the history that a run stores.
    pub fn window_bars(&self) -> usize {
        self.window_bars
    }

    /// The approximate size of the state of a run, in bytes.
    pub fn state_bytes(&self) -> usize {
        20_000 * self.steps.len() + 32 * self.window_bars
    }

    /// The rows that the values of `rows` depend on.
    pub fn reads(&self, rows: &Range<usize>) -> Range<usize> {
        match self.memory {
            Memory::Bars(bars) => rows.start.saturating_sub(bars)..rows.end,
            Memory::Unbounded => 0..rows.end,
        }
    }

    /// Whether more bars before the first would change the values of `rows`.
    pub fn reads_before_first(&self, rows: &Range<usize>) -> bool {
        match self.memory {
            Memory::Bars(bars) => rows.start < bars,
            Memory::Unbounded => true,
        }
    }

    /// Whether values depend on all bars before them, so that a checkpoint saves reading these again.
    pub fn remembers_all(&self) -> bool {
        self.memory == Memory::Unbounded
    }
}

/// The maximum number of bars fed at once: unlimited for a single step that writes only outputs, as nothing has to stay in
/// cache.
fn block(steps: &[Step]) -> usize {
    match steps {
        [Step { outputs: Destination::Output(_), kernel, .. }] => kernel.block(),
        _ => BLOCK,
    }
}
