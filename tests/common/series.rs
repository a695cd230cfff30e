//! Synthetic bars: random walks, and adversarial input for sums.

use std::sync::Arc;

use atrad::series::{Bar, Bars, Columns};

use super::Series;

/// The nanoseconds from bar to bar.
const HOUR: i64 = 3_600_000_000_000;

/// Numbers that look random and are the same each time (a linear congruence and an xor).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// The next number, 0 to below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = self.0 ^ (self.0 >> 29);
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }

    /// The next whole number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.unit() * end as f64) as usize
    }
}

/// Bars whose closes walk from `level` by steps of about `step`.
pub(crate) fn walk(seed: u64, rows: usize, level: f64, step: f64) -> Columns {
    let mut random = Random(seed);
    let mut columns = Columns::with_capacity(rows);
    let mut close = level;
    for row in 0..rows {
        let open = close;
        // Held near the level, so that prices stay above zero.
        close += step * (random.unit() - 0.5) + (level - close) / 50.0;
        let high = open.max(close) + step * random.unit() / 4.0;
        let low = open.min(close) - step * random.unit() / 4.0;
        let volume = (random.unit() * 1000.0).floor();
        columns.push(Bar { time: row as i64 * HOUR, open, high, low, close, volume });
    }
    columns
}

/// Bars that all are the same.
pub(crate) fn flat(rows: usize, price: f64, volume: f64) -> Columns {
    let mut columns = Columns::with_capacity(rows);
    for row in 0..rows {
        columns.push(Bar { time: row as i64 * HOUR, open: price, high: price, low: price, close: price, volume });
    }
    columns
}

/// Every value of one bar a million million times as large.
pub(crate) fn spiked(mut columns: Columns, row: usize) -> Columns {
    for column in prices(&mut columns) {
        column[row] *= 1e13;
    }
    columns.volume[row] *= 1e13;
    columns
}

/// The columns without values in `rows`.
pub(crate) fn holed(mut columns: Columns, rows: std::ops::Range<usize>) -> Columns {
    for column in prices(&mut columns) {
        column[rows.clone()].fill(f64::NAN);
    }
    columns.volume[rows].fill(f64::NAN);
    columns
}

fn prices(columns: &mut Columns) -> [&mut Vec<f64>; 4] {
    [&mut columns.open, &mut columns.high, &mut columns.low, &mut columns.close]
}

/// The first rows.
pub(crate) fn prefix(bars: &Bars, rows: usize) -> Arc<Bars> {
    let mut columns = bars.clone().into_columns();
    columns.times.truncate(rows);
    let Columns { open, high, low, close, volume, .. } = &mut columns;
    [open, high, low, close, volume].into_iter().for_each(|column| column.truncate(rows));
    Arc::new(Bars::with_gaps(columns).expect("part of good bars"))
}

/// Series that are finite and hard: whatever is asked, every answer after the lookback is finite too.
pub(crate) fn hard(rows: usize) -> Vec<Series> {
    let named = |name: &str, columns| Series { name: name.into(), bars: Arc::new(Bars::new(columns).expect("good")) };
    vec![
        named("a walk", walk(1, rows, 100.0, 2.0)),
        named("flat", flat(rows, 100.0, 1000.0)),
        named("flat and untraded", flat(rows, 0.1, 0.0)),
        named("one huge bar", spiked(walk(2, rows, 100.0, 2.0), rows / 2)),
        named("far from zero", walk(3, rows, 1e8, 1.0)),
        named("tiny", walk(4, rows, 1e-9, 1e-11)),
    ]
}

/// Series that are smooth, rough, far from zero and tiny, for comparison with exact arithmetic.
pub(crate) fn compared(rows: usize) -> Vec<Series> {
    let named = |name: &str, columns| Series { name: name.into(), bars: Arc::new(Bars::new(columns).expect("good")) };
    let mut rough = walk(2, rows, 1000.0, 1.0);
    let mut random = Random(9);
    for row in 0..rows {
        // Heavy tails: most factors are near 1, some are thousands.
        let factor = 1.0 / (random.unit() + 1e-4);
        for column in [&mut rough.open, &mut rough.high, &mut rough.low, &mut rough.close, &mut rough.volume] {
            column[row] *= factor;
        }
    }
    vec![
        named("smooth", smooth(rows)),
        named("rough", rough),
        named("quiet", walk(3, rows, 1e8, 1.0)),
        named("tiny", walk(4, rows, 1e-9, 1e-11)),
    ]
}

fn smooth(rows: usize) -> Columns {
    let mut columns = walk(1, rows, 100.0, 0.0);
    for row in 0..rows {
        let wave = 10.0 * (row as f64 / 40.0).sin() + (row as f64 / 7.0).cos();
        columns.open[row] += wave;
        columns.close[row] += wave + 0.25;
        columns.high[row] += wave + 1.0;
        columns.low[row] += wave - 1.0;
    }
    columns
}
