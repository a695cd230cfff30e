//! Sums over ten million bars of heavy-tailed volume, against exact arithmetic: no drift, however long the series.

use std::sync::{Arc, LazyLock};

use atrad::series::{Bar, Bars, Column, Columns};

use crate::arithmetic::Exact;
use crate::common::columns;
use crate::common::series::Random;
use crate::common::trials::Trials;

const ROWS: usize = 10_000_000;
const WINDOW: usize = 250;
const TOLERANCE: f64 = 1e-13;

/// Bars whose volumes have no mean: most are of the order of one, a few of ten thousand millions.
static HEAVY: LazyLock<Arc<Bars>> = LazyLock::new(|| {
    let mut random = Random(11);
    let mut columns = Columns::with_capacity(ROWS);
    for row in 0..ROWS {
        let price = 100.0 + random.unit();
        let volume = random.unit().max(1e-8).powf(-1.25);
        columns.push(Bar { time: row as i64, open: price, high: price, low: price, close: price, volume });
    }
    Arc::new(Bars::new(columns).expect("good"))
});

pub(crate) fn add(trials: &mut Trials) {
    trials.single("sums::sum", || {
        assert_exact("sum(volume, 250)", |volume, row| is_judged(row).then(|| window(volume, row)))
    });
    trials.single("sums::sma", || {
        let mean = |volume: &[f64], row| window(volume, row) / Exact::from(WINDOW);
        assert_exact("sma(volume, 250)", |volume, row| is_judged(row).then(|| mean(volume, row)));
    });
    trials.single("sums::cumsum", || {
        let mut total = Exact::ZERO;
        assert_exact("cumsum(volume)", |volume, row| {
            total = total + Exact::from(volume[row]);
            is_judged(row).then_some(total)
        });
    });
    trials.single("sums::obv", || {
        let (close, mut balance) = (HEAVY.column(Column::Close), Exact::ZERO);
        assert_exact("obv", |volume, row| {
            let value = Exact::from(volume[row]);
            if row == 0 || close[row] > close[row - 1] {
                balance = balance + value;
            } else if close[row] < close[row - 1] {
                balance = balance - value;
            }
            is_judged(row).then_some(balance)
        });
    });
}

/// The compared rows: a sample of all, and the last.
fn is_judged(row: usize) -> bool {
    (row.is_multiple_of(9973) && row >= WINDOW) || row == ROWS - 1
}

/// The sum of the newest volumes.
fn window(volume: &[f64], row: usize) -> Exact {
    volume[row + 1 - WINDOW..=row].iter().fold(Exact::ZERO, |sum, &value| sum + Exact::from(value))
}

/// Compares a sum; `exact` sees all rows in order and gives its value at the compared ones.
fn assert_exact(text: &str, mut exact: impl FnMut(&[f64], usize) -> Option<Exact>) {
    let ours = &columns(&[text], &HEAVY)[0];
    let volume = HEAVY.column(Column::Volume);
    for (row, &ours) in ours.iter().enumerate() {
        let Some(exact) = exact(volume, row).map(Exact::value) else { continue };
        let off = (ours - exact).abs() / exact.abs();
        assert!(off <= TOLERANCE, "{text} at bar {row}: {ours} for {exact}, {off:e} off");
    }
}
