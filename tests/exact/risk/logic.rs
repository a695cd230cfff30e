//! What bars are to those before them.

use atrad::series::{Bars, Column};

use super::Reference;
use crate::arithmetic::*;

/// A number for each row, of all closes.
fn rows(bars: &Bars, value: impl Fn(&[f64], usize) -> Option<f64>) -> Values {
    let x = bars.column(Column::Close);
    (0..x.len()).map(|row| value(x, row).map_or(Exact::MISSING, Exact::from)).collect()
}

fn truth(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

/// The rows up to one at which the close was above the open, newest first.
fn ups(bars: &Bars, row: usize) -> impl Iterator<Item = usize> {
    (0..=row).rev().filter(|&row| bars.bar(row).close > bars.bar(row).open)
}

/// How many bars ago the extreme of the newest `n` values was.
fn ago(values: &[f64], row: usize, n: usize, better: fn(f64, f64) -> bool) -> Option<f64> {
    let window = &values[(row + 1).checked_sub(n)?..=row];
    let is_extreme = |x: &&f64| !window.iter().any(|other| better(*other, **x));
    let ago = window.iter().rev().position(|x| is_extreme(&x)).expect("it is one of them");
    Some(-(ago as f64))
}

fn streak(x: &[f64], row: usize) -> f64 {
    let way = |row: usize| x[row].partial_cmp(&x[row - 1]).expect("numbers") as i32;
    let bars = (1..=row).rev().take_while(|&earlier| way(earlier) == way(row)).count();
    f64::from(way(row)) * bars as f64
}

pub(super) const REFERENCES: &[Reference] = &[
    ("barssince(close > open)", 14, |bars, _| rows(bars, |_, row| ups(bars, row).next().map(|up| (row - up) as f64))),
    ("change({n})", 2, |bars, n| windows(&close(bars), n + 1, |x| x[n_last(x)] - x[0])),
    ("cross(close, sma({n}))", 2, |bars, n| {
        let average: Vec<f64> = windows(&close(bars), n, mean).iter().map(|x| x.value()).collect();
        rows(bars, |x, row| {
            let before = row.checked_sub(n)? + n - 1;
            let side = |row: usize| x[row] - average[row];
            let crosses = side(row) * side(before) < 0.0 || (side(row) != 0.0 && side(before) == 0.0);
            Some(truth(crosses))
        })
    }),
    ("falling({n})", 2, |bars, n| {
        rows(bars, |x, row| Some(truth(x[row.checked_sub(n)?..row].iter().all(|before| x[row] < *before))))
    }),
    ("highestbars({n})", 2, |bars, n| rows(bars, |_, row| ago(bars.column(Column::High), row, n, |a, b| a > b))),
    ("lowestbars({n})", 2, |bars, n| rows(bars, |_, row| ago(bars.column(Column::Low), row, n, |a, b| a < b))),
    ("rising({n})", 2, |bars, n| {
        rows(bars, |x, row| Some(truth(x[row.checked_sub(n)?..row].iter().all(|before| x[row] > *before))))
    }),
    ("streak", 14, |bars, _| rows(bars, |x, row| (row > 0).then(|| streak(x, row)))),
    ("valuewhen(close > open, close)", 14, |bars, _| rows(bars, |x, row| ups(bars, row).next().map(|up| x[up]))),
    ("valuewhen(close > open, close, {n})", 2, |bars, n| rows(bars, |x, row| ups(bars, row).nth(n).map(|up| x[up]))),
];

fn n_last(values: &[Exact]) -> usize {
    values.len() - 1
}
