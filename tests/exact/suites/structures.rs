//! Swing points and what is made of them.

use super::*;
use crate::reference::*;

const LEFT: usize = 3;

/// The swing point that each bar confirms: above the bars before and after it.
fn pivots(values: &[f64], left: usize, right: usize, side: f64) -> Vec<Option<f64>> {
    let at = |row: usize| {
        let place = row.checked_sub(right)?;
        let first = place.checked_sub(left)?;
        let beyond = |other: usize| other == place || side * values[place] > side * values[other];
        (first..=row).all(beyond).then_some(values[place])
    };
    (0..values.len()).map(at).collect()
}

fn last(pivots: &[Option<f64>]) -> Vec<f64> {
    let mut last = f64::NAN;
    let next = |pivot: &Option<f64>| {
        last = pivot.unwrap_or(last);
        last
    };
    pivots.iter().map(next).collect()
}

fn fractal(bars: &Bars, of: Column, n: usize, side: f64) -> Values {
    last(&pivots(bars.column(of), n, n, side)).into_iter().map(number).collect()
}

/// Whether each bar confirms a swing point near to the one before it.
fn equal(bars: &Bars, of: Column, right: usize, side: f64) -> Values {
    let pivots = pivots(bars.column(of), LEFT, right, side);
    let distance = atr(bars, 9);
    let mut before: Option<f64> = None;
    let first = 9.max(LEFT + right);
    let at = |row: usize| {
        if row < first {
            return Exact::MISSING;
        }
        let Some(pivot) = pivots[row] else { return Exact::ZERO };
        let near = before.is_some_and(|before| (pivot - before).abs() < distance[row].value() * 0.5);
        before = Some(pivot);
        number(mark(near))
    };
    (0..pivots.len()).map(at).collect()
}

/// Whether each bar passes the latest swing point, and closes back within it.
fn sweeps(bars: &Bars, of: Column, right: usize, side: f64) -> Values {
    let swings = last(&pivots(bars.column(of), LEFT, right, side));
    let mut passed = f64::NAN;
    let at = |row: usize| {
        let (swing, bar) = (swings[row], bars.bar(row));
        if swing.is_nan() {
            return Exact::MISSING;
        }
        let extreme = if side > 0.0 { bar.high } else { bar.low };
        if side * (extreme - swing) <= 0.0 || passed == swing {
            return Exact::ZERO;
        }
        passed = swing;
        number(mark(side * (swing - bar.close) > 0.0))
    };
    (0..swings.len()).map(at).collect()
}

/// The top and the bottom of the block of a side.
fn blocks(bars: &Bars, right: usize, side: f64) -> [Values; 2] {
    let highs = last(&pivots(bars.column(Column::High), LEFT, right, 1.0));
    let lows = last(&pivots(bars.column(Column::Low), LEFT, right, -1.0));
    let (mut passed, mut candle, mut block) = (f64::NAN, None, None);
    let [mut tops, mut bottoms] = [const { Vec::new() }; 2];
    for row in 0..highs.len() {
        let bar = bars.bar(row);
        if !(highs[row] + lows[row]).is_nan() {
            let swing = if side > 0.0 { highs[row] } else { lows[row] };
            if side * (bar.close - swing) > 0.0 && passed != swing {
                passed = swing;
                block = candle.or(block);
            }
            let broken = |(high, low): (f64, f64)| if side > 0.0 { bar.close < low } else { bar.close > high };
            if block.is_some_and(broken) {
                block = None;
            }
            if side * (bar.open - bar.close) > 0.0 {
                candle = Some((bar.high, bar.low));
            }
        }
        let (top, bottom) = block.unwrap_or((f64::NAN, f64::NAN));
        tops.push(number(top));
        bottoms.push(number(bottom));
    }
    [tops, bottoms]
}

pub(super) const REFERENCES: &[Case] = &[
    ("equal_levels(3, {n}, 0.5, 9).highs", On::All, |bars, n| equal(bars, Column::High, n, 1.0)),
    ("equal_levels(3, {n}, 0.5, 9).lows", On::All, |bars, n| equal(bars, Column::Low, n, -1.0)),
    ("fcb({n}).upper", On::All, |bars, n| fractal(bars, Column::High, n, 1.0)),
    ("fcb({n}).lower", On::All, |bars, n| fractal(bars, Column::Low, n, -1.0)),
    ("liquidity_sweep(3, {n}).high", On::All, |bars, n| sweeps(bars, Column::High, n, 1.0)),
    ("liquidity_sweep(3, {n}).low", On::All, |bars, n| sweeps(bars, Column::Low, n, -1.0)),
    ("order_blocks(3, {n}).bull_top", On::All, |bars, n| blocks(bars, n, 1.0)[0].clone()),
    ("order_blocks(3, {n}).bull_bottom", On::All, |bars, n| blocks(bars, n, 1.0)[1].clone()),
    ("order_blocks(3, {n}).bear_top", On::All, |bars, n| blocks(bars, n, -1.0)[0].clone()),
    ("order_blocks(3, {n}).bear_bottom", On::All, |bars, n| blocks(bars, n, -1.0)[1].clone()),
];
