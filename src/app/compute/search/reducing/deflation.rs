//! Deflated Sharpe ratios: known when every variant is, as they depend on how many were tried and how these differ.

use super::feeds::Feeds;
use crate::indicator::{SharpeEstimate, Statistic, deviation, expected_maximum};

/// The deflated ratios among the columns of an expression.
pub(in crate::app::compute::search) struct Deflation {
    /// The column, the place of its estimate in the row, and the number of trials if it is given.
    columns: Vec<(usize, usize, Option<f64>)>,
    /// The number of columns that leave.
    width: usize,
}

impl Deflation {
    /// The deflated ratios of an expression with this many outputs; `None` if there are none.
    pub(in crate::app::compute::search) fn of(feeds: &Feeds, outputs: usize) -> Option<Self> {
        let statistics = feeds.statistics();
        let width = outputs * statistics.len();
        let (mut columns, mut place) = (Vec::new(), width);
        for column in 0..width {
            if let Statistic::DeflatedSharpe { trials } = statistics[column % statistics.len()] {
                columns.push((column, place, trials));
                place += SharpeEstimate::REDUCTIONS.len();
            }
        }
        (!columns.is_empty()).then_some(Self { columns, width })
    }

    /// Deflates the ratios of all variants that were tried. The deviation of their ratios is summed in the order of their
    /// numbers, whoever computed them.
    pub(in crate::app::compute::search) fn among(&self, rows: &mut [(u64, Vec<f64>)]) {
        rows.sort_unstable_by_key(|(number, _)| *number);
        let tried = rows.len() as f64;
        for &(column, place, trials) in &self.columns {
            let ratios: Vec<f64> = rows.iter().map(|(_, row)| row[place]).collect();
            let expected = expected_maximum(trials.unwrap_or(tried), deviation(&ratios));
            for (_, row) in rows.iter_mut() {
                row[column] = estimate(row, place).probability_above(expected);
            }
        }
        rows.iter_mut().for_each(|(_, row)| row.truncate(self.width));
    }

    /// The ratios of a variant that was not chosen by these values: probabilistic ones.
    pub(in crate::app::compute::search) fn alone(&self, row: &mut Vec<f64>) {
        for &(column, place, _) in &self.columns {
            row[column] = estimate(row, place).probability_above(0.0);
        }
        row.truncate(self.width);
    }
}

fn estimate(row: &[f64], place: usize) -> SharpeEstimate {
    SharpeEstimate::of([row[place], row[place + 1], row[place + 2], row[place + 3]])
}
