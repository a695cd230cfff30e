//! Merge join of two series on opening time.

use std::ops::Range;
use std::sync::Arc;

use crate::series::{Column, Source};

/// Rows of read-ahead.
const AHEAD: usize = 1024;

/// The right side of a merge join: its bars are matched, front to back, to those of the left side with equal opening
/// times. A bar without an equal time on the left is skipped.
pub struct Partner<S> {
    source: Arc<S>,
    /// The next candidate row, and the end of the candidates.
    rows: Range<usize>,
    /// The opening times of the read-ahead rows, and how many have been consumed.
    ahead: Vec<i64>,
    passed: usize,
    /// The matches of the last batch.
    runs: Vec<Run>,
}

/// A run: consecutive bars whose matches are consecutive.
#[derive(Debug, Clone, Copy)]
struct Run {
    at: usize,
    row: usize,
    len: usize,
}

impl<S: Source> Partner<S> {
    /// Joins the bars in `rows` of a source to bars that open no earlier than the first of them.
    pub fn new(source: Arc<S>, rows: Range<usize>) -> Self {
        Self { source, rows, ahead: vec![], passed: 0, runs: vec![] }
    }

    /// Matches the bars that open at `times`, all later than in earlier calls, and returns the number of matches.
    pub fn follow(&mut self, times: &[i64]) -> usize {
        self.runs.clear();
        let mut at = 0;
        while at < times.len() && self.look_ahead() {
            let (ahead, times) = (&self.ahead[self.passed..], &times[at..]);
            let same = ahead.iter().zip(times).take_while(|(one, two)| one == two).count();
            if same > 0 {
                self.add_run(at, same);
                at += same;
            } else if ahead[0] < times[0] {
                self.pass(ahead.partition_point(|&time| time < times[0]));
            } else {
                at += times.partition_point(|&time| time < ahead[0]);
            }
        }
        self.runs.iter().map(|run| run.len).sum()
    }

    /// The values of `column` for the last batch, as many as `scratch` is long: a view if contiguous, otherwise a copy
    /// in `scratch`. NaN where a bar has no match.
    pub fn values<'a>(&'a self, column: Column, scratch: &'a mut [f64]) -> &'a [f64] {
        if let [Run { at: 0, row, len }] = self.runs[..]
            && len == scratch.len()
        {
            return self.source.values(column, row..row + len, scratch);
        }
        scratch.fill(f64::NAN);
        let mut buffer = vec![0.0; AHEAD];
        let mut read: (usize, &[f64]) = (0, &[]);
        for &Run { at, row, len } in &self.runs {
            for (at, row) in (at..at + len).zip(row..) {
                // Runs are often short and close together, and reading one row costs about as much as reading many.
                if row >= read.0 + read.1.len() {
                    let end = self.rows.start.min(row + AHEAD);
                    read = (row, self.source.values(column, row..end, &mut buffer[..end - row]));
                }
                scratch[at] = read.1[row - read.0];
            }
        }
        scratch
    }

    /// Whether candidates remain, with the times of some of them read ahead.
    fn look_ahead(&mut self) -> bool {
        if self.passed == self.ahead.len() {
            let end = self.rows.end.min(self.rows.start + AHEAD);
            self.ahead.clear();
            self.source.times(self.rows.start..end, &mut self.ahead);
            self.passed = 0;
        }
        !self.ahead.is_empty()
    }

    fn pass(&mut self, rows: usize) {
        self.passed += rows;
        self.rows.start += rows;
    }

    fn add_run(&mut self, at: usize, len: usize) {
        let row = self.rows.start;
        match self.runs.last_mut() {
            Some(last) if (last.at + last.len, last.row + last.len) == (at, row) => last.len += len,
            _ => self.runs.push(Run { at, row, len }),
        }
        self.pass(len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::{Bar, Bars, Columns};

    /// Bars at these times, with the time as the price.
    fn bars(times: impl IntoIterator<Item = i64>) -> Arc<Bars> {
        let mut columns = Columns::default();
        for time in times {
            let price = time as f64;
            columns.push(Bar { time, open: price, high: price, low: price, close: price, volume: 1.0 });
        }
        Arc::new(Bars::new(columns).expect("good"))
    }

    /// The reference: common times, by linear search.
    fn matched_values(times: &[i64], others: &Bars) -> Vec<f64> {
        let price = |time: &i64| if others.times().contains(time) { *time as f64 } else { f64::NAN };
        times.iter().map(price).collect()
    }

    #[test]
    fn a_join_does_not_depend_on_the_batches() {
        let all = || 1..5000_i64;
        let cases: [(Vec<i64>, Arc<Bars>); 6] = [
            (all().collect(), bars(all())),
            (all().collect(), bars(all().filter(|time| time % 97 != 0 && !(1000..2500).contains(time)))),
            (all().filter(|time| time % 50 != 3).collect(), bars(all().filter(|time| time % 2 == 0))),
            (all().filter(|time| time % 1000 == 0).collect(), bars(all())),
            (all().collect(), bars([2000])),
            (vec![3, 7], bars(100..200)),
        ];
        for (times, others) in cases {
            let expected = matched_values(&times, &others);
            for cut in [1, 7, 1000, 1024, 5000] {
                let mut partner = Partner::new(Arc::clone(&others), 0..others.len());
                let (mut found, mut matched) = (Vec::new(), 0);
                for times in times.chunks(cut) {
                    matched += partner.follow(times);
                    found.extend_from_slice(partner.values(Column::Close, &mut vec![0.0; times.len()]));
                }
                let same = |(one, two): (&f64, &f64)| one == two || (one.is_nan() && two.is_nan());
                assert!(found.iter().zip(&expected).all(same), "{} times by {cut}", times.len());
                assert_eq!(matched, expected.iter().filter(|value| !value.is_nan()).count());
            }
        }
    }

    #[test]
    fn rows_outside_the_range_are_not_joined() {
        let mut partner = Partner::new(bars(0..10), 3..5);
        assert_eq!(partner.follow(&[1, 2, 3, 4, 5, 6]), 2);
        let values = partner.values(Column::Open, &mut [0.0; 6]).to_vec();
        assert_eq!(values[2..4], [3.0, 4.0]);
        assert_eq!(values.iter().filter(|value| value.is_nan()).count(), 4);
    }
}
