//! Windows: the rows that are reduced to one row of statistics.

use std::ops::Range;

use super::blocks::Blocks;
use super::feeds::Feeds;

/// Accumulators of the columns of some variants over a range of rows.
pub(in crate::app::compute::search) struct Window {
    rows: Range<usize>,
    blocks: Vec<Blocks>,
}

impl Window {
    /// A window before its first row, for the columns of this many outputs.
    pub(in crate::app::compute::search) fn new(rows: Range<usize>, feeds: &Feeds, outputs: usize) -> Self {
        Self { rows, blocks: feeds.blocks(outputs) }
    }

    /// A window that continues accumulators.
    pub(in crate::app::compute::search) fn resume(rows: Range<usize>, blocks: Vec<Blocks>) -> Self {
        Self { rows, blocks }
    }

    /// Adds the values of a column in the rows from `row` on. They are `late` rows late: the first rows of the window have the
    /// values of bars before it, and its last bars have none, as what comes after them is unknown.
    pub(in crate::app::compute::search) fn add(&mut self, column: usize, late: usize, row: usize, values: &[f64]) {
        let (end, first) = (row + values.len(), self.rows.start + late);
        let (from, to) = (first.max(row), self.rows.end.min(end));
        if from < to {
            self.blocks[column].add(from, &values[from - row..to - row]);
            if to == self.rows.end {
                self.blocks[column].flush();
            }
        }
    }

    /// The row of statistics of each variant.
    pub(in crate::app::compute::search) fn finish(
        &mut self,
        feeds: &Feeds,
        outputs: usize,
        time: impl Fn(f64) -> f64,
    ) -> Vec<Vec<f64>> {
        self.blocks.chunks_mut(outputs * feeds.count()).map(|blocks| feeds.row(blocks, &time)).collect()
    }

    /// Its accumulators, to be continued.
    pub(in crate::app::compute::search) fn into_blocks(self) -> Vec<Blocks> {
        self.blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::{Reduction, Statistic};
    use crate::kernel::BLOCK;

    #[test]
    fn a_window_has_the_bits_of_its_rows_alone_however_they_come() {
        let values: Vec<f64> = (0..9000).map(|i| 1e3 + f64::from(i * 7919 % 1013).sqrt()).collect();
        let feeds = Feeds::new(vec![
            Statistic::Of(Reduction::Sum),
            Statistic::Of(Reduction::ArgMax),
            Statistic::ProbabilisticSharpe { benchmark: 1.0 },
        ]);
        for (rows, late) in [(0..9000, 0), (17..8000, 0), (1024..2048, 0), (5..4500, 3), (700..701, 0), (9..12, 3)] {
            let judged = rows.start..rows.end.max(rows.start + late) - late;
            let mut alone = feeds.blocks(1);
            values[judged.clone()].chunks(BLOCK).enumerate().for_each(|(at, block)| {
                alone[0].whole(rows.start + late + at * BLOCK, block);
            });
            let expected = feeds.row(&mut alone, |row| row);
            for step in [1, 1000, 1024, 9000] {
                let mut window = Window::new(rows.clone(), &feeds, 1);
                // Row t has the value of bar t - late.
                let delayed: Vec<f64> = (0..9000).map(|row: usize| values[row.saturating_sub(late)]).collect();
                delayed.chunks(step).enumerate().for_each(|(at, block)| window.add(0, late, at * step, block));
                let found = window.finish(&feeds, 1, |row| row).remove(0);
                let bits = |row: &[f64]| row.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(&found), bits(&expected), "{rows:?} by {step}");
            }
        }
    }
}
