//! Readers: run a plan over a source, portion by portion.

use std::ops::Range;
use std::sync::Arc;

use crate::indicator::{Checkpoint, Plan, Run};
use crate::kernel::BLOCK;
use crate::series::{Column, Matrix, Partner, Source};

/// The caller stopped the computation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

impl Plan {
    /// The values of all outputs in `rows` of `source`, while `is_active` returns true; it is called before each block.
    /// Joined series are NaN here; use [`PlanReader::joined`].
    pub fn compute<S: Source>(
        self: &Arc<Self>,
        source: &Arc<S>,
        rows: Range<usize>,
        is_active: &dyn Fn() -> bool,
    ) -> Result<Matrix, Stopped> {
        let mut matrix = Matrix::zeros(rows.len(), self.outputs());
        if rows.is_empty() {
            return Ok(matrix);
        }
        PlanReader::new(self, source, rows.start).next(rows.len(), &mut matrix, is_active)?;
        Ok(matrix)
    }
}

/// Runs a plan over a source and returns the values from a row on, portion by portion.
pub struct PlanReader<S> {
    run: Run,
    source: Arc<S>,
    /// The joined series, and the opening times of the current block, the join key.
    partners: Vec<Partner<S>>,
    opens: Vec<i64>,
    /// The next row to feed.
    fed: usize,
    /// The next row to return.
    row: usize,
    scratch: Vec<Vec<f64>>,
    times: Vec<f64>,
    /// Buffers for outputs that are not read.
    unread: Vec<Vec<f64>>,
}

impl<S: Source> PlanReader<S> {
    /// A reader whose first value is that of `row`.
    pub fn new(plan: &Arc<Plan>, source: &Arc<S>, row: usize) -> Self {
        Self::joined(plan, source, row, vec![])
    }

    /// As `new`, with a partner for each of [`Plan::series`].
    pub fn joined(plan: &Arc<Plan>, source: &Arc<S>, row: usize, partners: Vec<Partner<S>>) -> Self {
        Self::of(plan.start(), source, plan.reads(&(row..row)).start, row, partners)
    }

    /// A reader that resumes from a checkpoint of the same plan, at or before `row`.
    pub fn resume(plan: &Arc<Plan>, source: &Arc<S>, row: usize, checkpoint: Checkpoint) -> Self {
        Self::resume_joined(plan, source, row, checkpoint, vec![])
    }

    /// As `resume`, with a partner for each of [`Plan::series`], whose bars begin no later than the row of the checkpoint.
    pub fn resume_joined(
        plan: &Arc<Plan>,
        source: &Arc<S>,
        row: usize,
        checkpoint: Checkpoint,
        partners: Vec<Partner<S>>,
    ) -> Self {
        let fed = checkpoint.row();
        Self::of(plan.resume(checkpoint), source, fed, row, partners)
    }

    fn of(run: Run, source: &Arc<S>, fed: usize, row: usize, partners: Vec<Partner<S>>) -> Self {
        // A reader of the newest bars has few to read.
        let longest = BLOCK.min(source.rows() - fed);
        let scratch = vec![vec![0.0; longest]; run.plan().columns().len() + run.plan().joined().len()];
        let source = Arc::clone(source);
        Self { run, source, partners, opens: vec![], fed, row, scratch, times: vec![], unread: vec![] }
    }

    /// Feeds the rows before `row`, which is at or before the next row to return, and takes a checkpoint there.
    pub fn save_checkpoint(&mut self, row: usize, is_active: &dyn Fn() -> bool) -> Result<Checkpoint, Stopped> {
        self.feed_to(row, is_active)?;
        Ok(self.run.save_checkpoint(row))
    }

    /// The next row to feed.
    pub fn fed(&self) -> usize {
        self.fed
    }

    /// Feeds the rows before `row`, which is at or before the next row to return. `next` does so by itself; this is for
    /// callers that do other things in between.
    pub fn feed_to(&mut self, row: usize, is_active: &dyn Fn() -> bool) -> Result<(), Stopped> {
        while self.fed < row {
            self.block(BLOCK.min(row - self.fed), Target::Nothing, is_active)?;
        }
        Ok(())
    }

    /// Fills the columns of `matrix`, one per output, with the values of the next `rows` rows.
    pub fn next(&mut self, rows: usize, matrix: &mut Matrix, is_active: &dyn Fn() -> bool) -> Result<(), Stopped> {
        self.fill(rows, matrix.columns_mut().collect(), is_active)
    }

    /// As `next`, into slices of `rows` values, one per output.
    pub fn fill(
        &mut self,
        rows: usize,
        mut columns: Vec<&mut [f64]>,
        is_active: &dyn Fn() -> bool,
    ) -> Result<(), Stopped> {
        self.feed_to(self.row, is_active)?;
        let mut left = rows;
        while left > 0 {
            let len = BLOCK.min(left);
            let mut block: Vec<&mut [f64]> = Vec::with_capacity(columns.len());
            for column in &mut columns {
                let (now, later) = std::mem::take(column).split_at_mut(len);
                block.push(now);
                *column = later;
            }
            self.block(len, Target::Values(&mut block), is_active)?;
            left -= len;
        }
        self.row += rows;
        Ok(())
    }

    /// Computes the next `rows` rows of a plan whose outputs are folded ([`Plan::folded`]). Hands each block of values to
    /// `fold`, with the index of its output and the row of its first value. Blocks have 1,024 rows, except the last.
    pub fn fold(
        &mut self,
        rows: usize,
        fold: &mut dyn FnMut(usize, usize, &[f64]),
        is_active: &dyn Fn() -> bool,
    ) -> Result<(), Stopped> {
        self.feed_to(self.row, is_active)?;
        let end = self.row + rows;
        while self.row < end {
            let row = self.row;
            let len = BLOCK.min(end - row);
            self.block(len, Target::Fold(&mut |output, values| fold(output, row, values)), is_active)?;
            self.row += len;
        }
        Ok(())
    }

    fn block(&mut self, len: usize, target: Target<'_, '_>, is_active: &dyn Fn() -> bool) -> Result<(), Stopped> {
        if !is_active() {
            return Err(Stopped);
        }
        let rows = self.fed..self.fed + len;
        let plan = self.run.plan();
        if plan.reads_time() || !self.partners.is_empty() {
            self.opens.clear();
            self.source.times(rows.clone(), &mut self.opens);
        }
        for partner in &mut self.partners {
            partner.follow(&self.opens);
        }
        let (own, others) = self.scratch.split_at_mut(plan.columns().len());
        let own = plan.columns().iter().zip(own);
        let own = own.map(|(&column, scratch)| self.source.values(column, rows.clone(), &mut scratch[..len]));
        let others = plan.joined().iter().zip(others);
        let others =
            others.map(|(&(series, column), scratch)| values(self.partners.get(series), column, &mut scratch[..len]));
        let mut columns: Vec<&[f64]> = own.chain(others).collect();
        if plan.reads_time() {
            self.times.clear();
            self.times.extend(self.opens.iter().map(|&time| seconds(time)));
            columns.push(&self.times);
        }
        match target {
            Target::Values(outputs) => self.run.feed(&columns, outputs),
            Target::Fold(fold) => self.run.fold(&columns, len, fold),
            Target::Nothing if self.run.plan().is_folded => self.run.advance_folded(&columns, len),
            Target::Nothing => {
                self.unread.resize(self.run.plan().outputs(), vec![0.0; BLOCK]);
                let mut unread: Vec<_> = self.unread.iter_mut().map(|output| &mut output[..len]).collect();
                self.run.advance(&columns, &mut unread);
            }
        }
        self.fed += len;
        Ok(())
    }
}

/// What becomes of the values of a block.
enum Target<'a, 'o> {
    Values(&'a mut [&'o mut [f64]]),
    Fold(&'a mut dyn FnMut(usize, &[f64])),
    /// They are not read.
    Nothing,
}

/// The values of a joined series; NaN if there is no partner.
fn values<'a, S: Source>(partner: Option<&'a Partner<S>>, column: Column, scratch: &'a mut [f64]) -> &'a [f64] {
    match partner {
        Some(partner) => partner.values(column, scratch),
        None => {
            scratch.fill(f64::NAN);
            scratch
        }
    }
}

/// An opening time in seconds since the Unix epoch, as the column `time` has it; integral seconds are exact.
pub fn seconds(time: i64) -> f64 {
    const SECOND: i64 = 1_000_000_000;
    time.div_euclid(SECOND) as f64 + time.rem_euclid(SECOND) as f64 / SECOND as f64
}
