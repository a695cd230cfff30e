//! Two series joined by time: the bars of one that open when the bars of another do.

use std::ops::Range;
use std::sync::Arc;

use super::{Column, Source};

/// How many rows are read ahead.
const AHEAD: usize = 1024;

/// The bars of a series as partners of the bars of another, which is followed from front to back. A bar and its partner
/// open at the same time; what opens at a time of its own has no partner.
pub struct Partner<S> {
    source: Arc<S>,
    /// The next row that can be a partner, and the end of those that can.
    rows: Range<usize>,
    /// When the rows ahead open, and how many of these have been passed.
    ahead: Vec<i64>,
    passed: usize,
    /// The partners of the bars that were followed last.
    runs: Vec<Run>,
}

/// Bars side by side whose partners are side by side.
#[derive(Debug, Clone, Copy)]
struct Run {
    at: usize,
    row: usize,
    len: usize,
}

impl<S: Source> Partner<S> {
    /// The bars in `rows` of a source, as partners of bars that open when the first of them does, or later.
    pub fn new(source: Arc<S>, rows: Range<usize>) -> Self {
        Self { source, rows, ahead: vec![], passed: 0, runs: vec![] }
    }

    /// Finds the partners of the bars that open at `times`, all later than those before, and tells how many there are.
    pub fn follow(&mut self, times: &[i64]) -> usize {
        self.runs.clear();
        let mut at = 0;
        while at < times.len() && self.look_ahead() {
            let (ahead, times) = (&self.ahead[self.passed..], &times[at..]);
            let same = ahead.iter().zip(times).take_while(|(one, two)| one == two).count();
            if same > 0 {
                self.meet(at, same);
                at += same;
            } else if ahead[0] < times[0] {
                self.pass(ahead.partition_point(|&time| time < times[0]));
            } else {
                at += times.partition_point(|&time| time < ahead[0]);
            }
        }
        self.runs.iter().map(|run| run.len).sum()
    }

    /// The values of `column` at the bars that were followed last, as many as `scratch` is long: a view where they lie in
    /// one piece, or else a copy in `scratch`. NaN where a bar has no partner.
    pub fn values<'a>(&'a self, column: Column, scratch: &'a mut [f64]) -> &'a [f64] {
        if let [Run { at: 0, row, len }] = self.runs[..]
            && len == scratch.len()
        {
            return self.source.values(column, row..row + len, scratch);
        }
        scratch.fill(f64::NAN);
        let mut room = vec![0.0; AHEAD];
        let mut read: (usize, &[f64]) = (0, &[]);
        for &Run { at, row, len } in &self.runs {
            for (at, row) in (at..at + len).zip(row..) {
                // Runs are often short and near each other, and a read of one row costs about as much as one of many.
                if row >= read.0 + read.1.len() {
                    let end = self.rows.start.min(row + AHEAD);
                    read = (row, self.source.values(column, row..end, &mut room[..end - row]));
                }
                scratch[at] = read.1[row - read.0];
            }
        }
        scratch
    }

    /// There are rows to come, and the times of some are known.
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

    fn meet(&mut self, at: usize, len: usize) {
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

    /// Bars that open at these times, with the time as their price.
    fn bars(times: impl IntoIterator<Item = i64>) -> Arc<Bars> {
        let mut columns = Columns::default();
        for time in times {
            let price = time as f64;
            columns.push(Bar { time, open: price, high: price, low: price, close: price, volume: 1.0 });
        }
        Arc::new(Bars::new(columns).expect("good"))
    }

    /// The times at which both have a bar, found one by one.
    fn met(times: &[i64], others: &Bars) -> Vec<f64> {
        let price = |time: &i64| if others.times().contains(time) { *time as f64 } else { f64::NAN };
        times.iter().map(price).collect()
    }

    #[test]
    fn partners_open_at_the_same_time_however_it_is_cut() {
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
            let expected = met(&times, &others);
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
    fn rows_outside_are_no_partners() {
        let mut partner = Partner::new(bars(0..10), 3..5);
        assert_eq!(partner.follow(&[1, 2, 3, 4, 5, 6]), 2);
        let values = partner.values(Column::Open, &mut [0.0; 6]).to_vec();
        assert_eq!(values[2..4], [3.0, 4.0]);
        assert_eq!(values.iter().filter(|value| value.is_nan()).count(), 4);
    }
}
