//! `SlidingWindow`, the driver of sliding-window aggregation: the state of one aggregate over windows of `w` bars.
//!
//! Invariant: after each block, every row retains as many entries as the largest lag at which it is read.

use std::array::from_fn;

use super::aggregate::Aggregate;
use super::combine::{BlockRange, TableRow, columns_of, combine_rows, lift_rows, lower_short_windows, lower_windows};
use super::decomposition::{Cover, LIFTED_MAX, Row, SHORT, sparse_table};
use crate::kernel::simd::tile::TILE;
use crate::kernel::state::gap_mask::GapMask;
use crate::kernel::state::ring_buffer::History;
use crate::kernel::{Field, Fields, State};

/// The state of an aggregate over windows of `w` bars.
#[derive(Clone)]
pub(crate) struct SlidingWindow<F, const R: usize, const P: usize, const O: usize> {
    aggregate: F,
    window: Row,
    /// The windows that contain a NaN, if the aggregate drops it.
    gaps: GapMask,
    bars: [History; R],
    /// The sparse table; each row is combined from earlier ones.
    rows: Vec<TableRow<P>>,
}

impl<F: Aggregate<R, P, O>, const R: usize, const P: usize, const O: usize> SlidingWindow<F, R, P, O> {
    /// The aggregate over windows of `window` bars, 1 or more.
    pub(crate) fn new(aggregate: F, window: usize) -> Self {
        let cover = if F::IDEMPOTENT { Cover::Overlapping } else { Cover::Disjoint };
        let mut rows = sparse_table(window, cover);
        let lag = |index: usize| {
            let segments = rows.iter().flat_map(|row| &row.segments);
            segments.filter(|segment| segment.row == index).map(|segment| segment.lag).max().unwrap_or(0)
        };
        let lags: Vec<usize> = (0..rows.len() - 1).map(lag).collect();
        let window_row = rows.pop().expect("the last row is the window");
        let partials = |(row, history)| TableRow { row, columns: from_fn(|_| History::new(history)) };
        let rows = rows.into_iter().zip(lags).map(partials).collect();
        let bars = from_fn(|_| History::new(Self::history(window)));
        Self { aggregate, window: window_row, gaps: GapMask::new(window), bars, rows }
    }

    /// The bars of history that a block reads, other than through the table.
    fn history(window: usize) -> usize {
        if F::IDEMPOTENT { window.clamp(LIFTED_MAX, SHORT) } else { window.max(LIFTED_MAX) }
    }

    /// Extends every row by the bars of the block.
    fn extend_table(rows: &mut [TableRow<P>], ranges: &[BlockRange<'_, R>], len: usize) {
        for index in 0..rows.len() {
            let (known, rest) = rows.split_at_mut(index);
            let TableRow { row, columns } = &mut rest[0];
            let mut block = columns.each_mut().map(|column| column.block_mut(len));
            for range in ranges {
                let out = &mut range.slices(&mut block);
                match (row.bars, row.segments.len()) {
                    (1, _) => lift_rows::<F, R, P, O, 1>(range, out),
                    (2, _) => lift_rows::<F, R, P, O, 2>(range, out),
                    (3, 0) => lift_rows::<F, R, P, O, 3>(range, out),
                    (4, 0) => lift_rows::<F, R, P, O, 4>(range, out),
                    (5, 0) => lift_rows::<F, R, P, O, 5>(range, out),
                    (6, 0) => lift_rows::<F, R, P, O, 6>(range, out),
                    (7, 0) => lift_rows::<F, R, P, O, 7>(range, out),
                    (_, 2) => combine_rows::<F, R, P, O, 2>(&columns_of::<F, R, P, O, 2>(range, known, row), out),
                    (_, 4) => combine_rows::<F, R, P, O, 4>(&columns_of::<F, R, P, O, 4>(range, known, row), out),
                    _ => combine_rows::<F, R, P, O, 5>(&columns_of::<F, R, P, O, 5>(range, known, row), out),
                }
            }
        }
    }

    /// The results of the windows that end in a range of the block.
    fn lower_ranges(
        aggregate: &F,
        window: &Row,
        rows: &[TableRow<P>],
        range: &BlockRange<'_, R>,
        out: &mut [&mut [f64]; O],
    ) {
        match (window.bars, window.segments.len()) {
            (1, _) => lower_short_windows::<F, R, P, O, 1>(aggregate, range, out),
            (2, _) => lower_short_windows::<F, R, P, O, 2>(aggregate, range, out),
            (3, _) => lower_short_windows::<F, R, P, O, 3>(aggregate, range, out),
            (4, _) => lower_short_windows::<F, R, P, O, 4>(aggregate, range, out),
            (5, _) => lower_short_windows::<F, R, P, O, 5>(aggregate, range, out),
            (6, _) => lower_short_windows::<F, R, P, O, 6>(aggregate, range, out),
            (7, _) => lower_short_windows::<F, R, P, O, 7>(aggregate, range, out),
            (bars, 2) => {
                lower_windows::<F, R, P, O, 2>(aggregate, bars, &columns_of::<F, R, P, O, 2>(range, rows, window), out)
            }
            (bars, 3) => {
                lower_windows::<F, R, P, O, 3>(aggregate, bars, &columns_of::<F, R, P, O, 3>(range, rows, window), out)
            }
            (bars, 4) => {
                lower_windows::<F, R, P, O, 4>(aggregate, bars, &columns_of::<F, R, P, O, 4>(range, rows, window), out)
            }
            (bars, _) => {
                lower_windows::<F, R, P, O, 5>(aggregate, bars, &columns_of::<F, R, P, O, 5>(range, rows, window), out)
            }
        }
    }
}

impl<F: Aggregate<R, P, O>, const R: usize, const P: usize, const O: usize> State for SlidingWindow<F, R, P, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let block: [&[f64]; R] = from_fn(|r| inputs[r]);
        let mut outputs = outputs.iter_mut();
        let mut out = from_fn(|_| &mut **outputs.next().expect("a state is fed as many outputs as it has"));
        let (len, history) = (block[0].len(), Self::history(self.window.bars));
        // If each bar is read only a few times, a long block is read in place; only its first bars are copied behind
        // the history.
        let head = history.next_multiple_of(TILE);
        let copied = if F::IDEMPOTENT && len >= 2 * head { head } else { len };
        self.bars.iter_mut().zip(block).for_each(|(bars, x)| bars.block_mut(copied).copy_from_slice(&x[..copied]));
        let buffered = self.bars.each_ref().map(|bars| bars.with_history(history, 0));
        let ranges = [
            BlockRange { inputs: buffered, before: history, bars: 0..copied },
            BlockRange { inputs: block, before: copied, bars: copied..len },
        ];
        let ranges = &ranges[..if copied < len { 2 } else { 1 }];
        Self::extend_table(&mut self.rows, ranges, len);
        for range in ranges {
            Self::lower_ranges(&self.aggregate, &self.window, &self.rows, range, &mut range.slices(&mut out));
        }
        if copied < len {
            self.bars.iter_mut().zip(block).for_each(|(bars, x)| bars.resume(x));
        }
        if F::LOSES_NAN {
            self.gaps.mask(&block[..F::AGGREGATED], &mut out);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.gaps, &mut self.bars]);
        self.rows.iter_mut().for_each(|row| row.columns.visit(fields));
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
