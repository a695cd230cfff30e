//! Plans: a graph compiled to steps, and readers that pull a source through them.

use std::ops::Range;
use std::sync::Arc;

use super::buffer_allocation::{BufferAllocator, Destination, Slot, Step};
use crate::indicator::{Checkpoint, Graph, Port, Run};
use crate::kernel::{BLOCK, Memory};
use crate::series::{Column, Matrix, Partner, Source, Symbol};

/// What is computed for some outputs, each kernel once, in an order in which every input comes first.
pub struct Plan {
    columns: Vec<Column>,
    series: Vec<Symbol>,
    joined: Vec<(usize, Column)>,
    reads_time: bool,
    pub(crate) steps: Vec<Step>,
    pub(crate) buffers: usize,
    pub(crate) outputs: Vec<Slot>,
    /// The most bars that are fed at once.
    pub(crate) block: usize,
    memory: Memory,
    window_bars: usize,
}

/// Somebody asked to stop before the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

impl Plan {
    /// The plan that computes `outputs` of `graph`.
    pub fn new(graph: Graph, outputs: &[Port]) -> Self {
        let memory = outputs.iter().map(|&port| graph.memory(port)).fold(Memory::Bars(0), Memory::or);
        let (nodes, series) = graph.into_parts();
        let mut allocator = BufferAllocator::new(&nodes, outputs);
        let steps: Vec<_> = (0..nodes.len()).filter_map(|node| allocator.step(node)).collect();
        Self {
            outputs: outputs.iter().map(|&port| allocator.slot(port)).collect(),
            buffers: allocator.buffers(),
            block: block(&steps),
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

    /// The other series that are read, of the same timeframe, joined by time.
    pub fn series(&self) -> &[Symbol] {
        &self.series
    }

    /// The columns that are read of other series: which of [`Plan::series`], and which column.
    pub fn joined(&self) -> &[(usize, Column)] {
        &self.joined
    }

    /// Whether the times are read too, as a column after the others: [`Input::Time`](crate::indicator::Input::Time).
    pub fn reads_time(&self) -> bool {
        self.reads_time
    }

    /// The number of outputs.
    pub fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// The number of kernels: what a bar costs.
    pub fn kernels(&self) -> usize {
        self.steps.iter().map(|step| step.nodes).sum()
    }

    /// The bars that all windows hold together: what a run keeps in memory.
    pub fn window_bars(&self) -> usize {
        self.window_bars
    }

    /// About the bytes that the state of a run takes, all kernels together.
    pub fn state_bytes(&self) -> usize {
        20_000 * self.steps.len() + 32 * self.window_bars
    }

    /// The rows that must be read for the values of `rows` to be what they are.
    pub fn reads(&self, rows: &Range<usize>) -> Range<usize> {
        match self.memory {
            Memory::Bars(bars) => rows.start.saturating_sub(bars)..rows.end,
            Memory::Unbounded => 0..rows.end,
        }
    }

    /// More bars before the first would change what is given of `rows`.
    pub fn reads_before_first(&self, rows: &Range<usize>) -> bool {
        match self.memory {
            Memory::Bars(bars) => rows.start < bars,
            Memory::Unbounded => true,
        }
    }

    /// A run before its first bar.
    pub fn start(self: &Arc<Self>) -> Run {
        Run::new(self, self.steps.iter().map(|step| step.kernel.start()).collect())
    }

    /// A run that resumes from a checkpoint of the same plan.
    pub fn resume(self: &Arc<Self>, checkpoint: Checkpoint) -> Run {
        Run::new(self, checkpoint.states)
    }

    /// Every value depends on all bars before it, so that a checkpoint saves reading them again.
    pub fn remembers_all(&self) -> bool {
        self.memory == Memory::Unbounded
    }

    /// The values of all outputs in `rows` of `source`, while `is_active` returns true; it is called before each block.
    /// Other series have no bars here: [`Reading::joined`] takes them.
    pub fn compute<S: Source>(
        self: &Arc<Self>,
        source: &Arc<S>,
        rows: Range<usize>,
        is_active: &dyn Fn() -> bool,
    ) -> Result<Matrix, Stopped> {
        let mut matrix = Matrix::zeros(rows.len(), self.outputs.len());
        if rows.is_empty() {
            return Ok(matrix);
        }
        Reading::new(self, source, rows.start).next(rows.len(), &mut matrix, is_active)?;
        Ok(matrix)
    }
}

/// The most bars that are fed at once: any number where nothing but one step's outputs is written, as they flow through the
/// caches most evenly then.
fn block(steps: &[Step]) -> usize {
    match steps {
        [Step { outputs: Destination::Given(_), kernel, .. }] => kernel.block(),
        _ => BLOCK,
    }
}

/// A run over a source that stands at some row and gives the values from there on, portion by portion.
pub struct Reading<S> {
    run: Run,
    source: Arc<S>,
    /// The other series, and when the bars of the block at hand open, by which they are joined.
    partners: Vec<Partner<S>>,
    opens: Vec<i64>,
    /// The next row to feed.
    fed: usize,
    /// The next row to give.
    row: usize,
    scratch: Vec<Vec<f64>>,
    times: Vec<f64>,
    /// Buffers for outputs that are not read.
    unread: Vec<Vec<f64>>,
}

impl<S: Source> Reading<S> {
    /// A reading whose first value is that of `row`.
    pub fn new(plan: &Arc<Plan>, source: &Arc<S>, row: usize) -> Self {
        let fed = plan.reads(&(row..row)).start;
        let source = Arc::clone(source);
        Self {
            run: plan.start(),
            source,
            partners: vec![],
            opens: vec![],
            fed,
            row,
            scratch: vec![vec![0.0; BLOCK]; plan.columns.len() + plan.joined.len()],
            times: vec![],
            unread: vec![],
        }
    }

    /// As `new`, joined to a partner for each of [`Plan::series`].
    pub fn joined(plan: &Arc<Plan>, source: &Arc<S>, row: usize, partners: Vec<Partner<S>>) -> Self {
        Self { partners, ..Self::new(plan, source, row) }
    }

    /// A reading that resumes from a checkpoint of the same plan, at or before `row`.
    pub fn resume(plan: &Arc<Plan>, source: &Arc<S>, row: usize, checkpoint: Checkpoint) -> Self {
        let fed = checkpoint.row();
        Self { run: plan.resume(checkpoint), fed, ..Self::new(plan, source, row) }
    }

    /// Feeds what comes before `row`, which is at or before the next row to give, and sets the plan down there.
    pub fn save_checkpoint(&mut self, row: usize, is_active: &dyn Fn() -> bool) -> Result<Checkpoint, Stopped> {
        self.feed_to(row, is_active)?;
        Ok(self.run.save_checkpoint(row))
    }

    fn feed_to(&mut self, row: usize, is_active: &dyn Fn() -> bool) -> Result<(), Stopped> {
        while self.fed < row {
            self.block(BLOCK.min(row - self.fed), None, is_active)?;
        }
        Ok(())
    }

    /// Fills the columns of `matrix`, one per output, with the values of the next `rows` rows.
    pub fn next(&mut self, rows: usize, matrix: &mut Matrix, is_active: &dyn Fn() -> bool) -> Result<(), Stopped> {
        self.feed_to(self.row, is_active)?;
        let mut given: Vec<&mut [f64]> = matrix.columns_mut().collect();
        let mut left = rows;
        while left > 0 {
            let len = BLOCK.min(left);
            let mut block: Vec<&mut [f64]> = Vec::with_capacity(given.len());
            for column in &mut given {
                let (now, later) = std::mem::take(column).split_at_mut(len);
                block.push(now);
                *column = later;
            }
            self.block(len, Some(&mut block), is_active)?;
            left -= len;
        }
        self.row += rows;
        Ok(())
    }

    fn block(
        &mut self,
        len: usize,
        outputs: Option<&mut [&mut [f64]]>,
        is_active: &dyn Fn() -> bool,
    ) -> Result<(), Stopped> {
        if !is_active() {
            return Err(Stopped);
        }
        let rows = self.fed..self.fed + len;
        let plan = self.run.plan();
        if plan.reads_time || !self.partners.is_empty() {
            self.opens.clear();
            self.source.times(rows.clone(), &mut self.opens);
        }
        for partner in &mut self.partners {
            partner.follow(&self.opens);
        }
        let (own, others) = self.scratch.split_at_mut(plan.columns.len());
        let own = plan.columns.iter().zip(own);
        let own = own.map(|(&column, scratch)| self.source.values(column, rows.clone(), &mut scratch[..len]));
        let others = plan.joined.iter().zip(others);
        let others =
            others.map(|(&(series, column), scratch)| values(self.partners.get(series), column, &mut scratch[..len]));
        let mut columns: Vec<&[f64]> = own.chain(others).collect();
        if plan.reads_time {
            seconds(&self.opens, &mut self.times);
            columns.push(&self.times);
        }
        match outputs {
            Some(outputs) => self.run.feed(&columns, outputs),
            None => {
                self.unread.resize(self.run.plan().outputs.len(), vec![0.0; BLOCK]);
                let mut unread: Vec<_> = self.unread.iter_mut().map(|output| &mut output[..len]).collect();
                self.run.advance(&columns, &mut unread);
            }
        }
        self.fed += len;
        Ok(())
    }
}

/// The values of another series, which are missing where there is none.
fn values<'a, S: Source>(partner: Option<&'a Partner<S>>, column: Column, scratch: &'a mut [f64]) -> &'a [f64] {
    match partner {
        Some(partner) => partner.values(column, scratch),
        None => {
            scratch.fill(f64::NAN);
            scratch
        }
    }
}

/// When bars open, in seconds: whole ones are exact.
fn seconds(times: &[i64], seconds: &mut Vec<f64>) {
    const SECOND: i64 = 1_000_000_000;
    seconds.clear();
    seconds.extend(times.iter().map(|time| {
        let whole = time.div_euclid(SECOND) as f64;
        whole + time.rem_euclid(SECOND) as f64 / SECOND as f64
    }));
}
