//! Sums over ten million bars of heavy-tailed volume, against exact arithmetic: no drift, however long the series.

mod common;

use std::sync::Arc;

use atrad::series::{Bar, Bars, Columns};
use common::columns;
use common::exact::Exact;
use common::series::Random;

const ROWS: usize = 10_000_000;
const WINDOW: usize = 250;
const TOLERANCE: f64 = 1e-13;

/// Bars whose volumes have no mean: most are of the order of one, a few of ten thousand millions.
fn heavy() -> Arc<Bars> {
    let mut random = Random(11);
    let mut columns = Columns::with_capacity(ROWS);
    for row in 0..ROWS {
        let price = 100.0 + random.unit();
        let volume = random.unit().max(1e-8).powf(-1.25);
        columns.push(Bar { time: row as i64, open: price, high: price, low: price, close: price, volume });
    }
    Arc::new(Bars::new(columns).expect("good"))
}

#[track_caller]
fn assert_near(what: &str, row: usize, ours: f64, exact: Exact) {
    let exact = exact.value();
    let off = (ours - exact).abs() / exact.abs();
    assert!(off <= TOLERANCE, "{what} at bar {row}: {ours} for {exact}, {off:e} off");
}

#[test]
fn sums_over_ten_million_bars_are_exact() {
    let bars = heavy();
    let found = columns(&["sum(volume, 250)", "sma(volume, 250)", "cumsum(volume)", "obv"], &bars);
    let (close, volume) = (bars.column(atrad::series::Column::Close), bars.column(atrad::series::Column::Volume));
    let (mut total, mut balance) = (Exact::ZERO, Exact::from(volume[0]));
    for row in 0..ROWS {
        let value = Exact::from(volume[row]);
        total = total + value;
        if row > 0 && close[row] != close[row - 1] {
            balance = if close[row] > close[row - 1] { balance + value } else { balance - value };
        }
        if row % 9973 == 0 && row >= WINDOW || row == ROWS - 1 {
            let window =
                volume[row + 1 - WINDOW..=row].iter().fold(Exact::ZERO, |sum, &value| sum + Exact::from(value));
            assert_near("sum", row, found[0][row], window);
            assert_near("sma", row, found[1][row], window / Exact::from(WINDOW));
            assert_near("cumsum", row, found[2][row], total);
            assert_near("obv", row, found[3][row], balance);
        }
    }
}
