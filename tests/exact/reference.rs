//! Building blocks of reference implementations, and the comparison.

use std::sync::LazyLock;

use atrad::series::Bars;

use crate::arithmetic::*;
use crate::common::series::compared;
use crate::common::{Series, columns, worst};

/// The number of bars that are compared.
pub(crate) const ROWS: usize = 3000;

/// An expression with the number of bars for `{n}`, and its reference.
pub(crate) type Reference = (&'static str, fn(&Bars, usize) -> Values);

/// The series that are compared.
pub(crate) static COMPARED: LazyLock<Vec<Series>> = LazyLock::new(|| compared(ROWS));

/// The series that are compared, except one.
pub(crate) fn compared_except(name: &str) -> impl Iterator<Item = &'static Series> {
    assert!(COMPARED.iter().any(|series| series.name == name), "{name} is there");
    COMPARED.iter().filter(move |series| series.name != name)
}

/// The expression of a reference.
pub(crate) fn text(reference: &Reference) -> &str {
    reference.0
}

/// What is wrong with a reference on these series, further off than `tolerance`. `{n}` is a few numbers of bars in turn,
/// `{n+4}` four more.
pub(crate) fn complaints<'a>(
    (text, reference): &Reference,
    all: impl Iterator<Item = &'a Series>,
    tolerance: f64,
) -> Vec<String> {
    let bars: &[usize] = if text.contains("{n") { &[2, 5, 14, 200] } else { &[1] };
    let mut wrong = Vec::new();
    for (series, &n) in all.flat_map(|series| bars.iter().map(move |n| (series, n))) {
        let text = text.replace("{n}", &n.to_string()).replace("{n+4}", &(n + 4).to_string());
        wrong.extend(complaint(&text, series, &reference(&series.bars, n), tolerance));
    }
    wrong
}

/// What is wrong where an expression over a series is further off its reference than `tolerance`.
pub(crate) fn complaint(text: &str, series: &Series, reference: &[Exact], tolerance: f64) -> Option<String> {
    let ours = &columns(&[text], &series.bars)[0];
    let exact: Vec<f64> = reference.iter().map(|value| value.value()).collect();
    let (off, at) = worst(ours, &exact);
    let wrong = off > tolerance;
    wrong.then(|| format!("{text} of {}: {off:e} off at bar {at}: {} and {}", series.name, ours[at], exact[at]))
}

/// What our typical price is: rounded once it is made.
pub(crate) fn typical(bars: &Bars) -> Values {
    let at = |row| (bars.bar(row).high + bars.bar(row).low + bars.bar(row).close) / 3.0;
    (0..bars.len()).map(|row| Exact::from(at(row))).collect()
}

pub(crate) fn weighted(values: &[Exact]) -> Exact {
    let weights: Values = (1..=values.len()).map(Exact::from).collect();
    sum(&zipped(values, &weights, |x, w| x * w)) / sum(&weights)
}

pub(crate) fn strength(gain: Exact, loss: Exact) -> Exact {
    (Exact::from(100usize) * gain).over(gain + loss, 50.0)
}

pub(crate) fn moves(values: &[Exact]) -> [Values; 2] {
    [paired(values, |x, before| (x - before).positive()), paired(values, |x, before| (before - x).positive())]
}

/// The exponential average, begun with the mean of its first values.
pub(crate) fn exponential(values: &[Exact], period: usize) -> Values {
    smoothed(values, Exact::from(2usize) / Exact::from(period + 1), period)
}

/// The middle of high and low, rounded once it is made.
pub(crate) fn middle(bars: &Bars) -> Values {
    (0..bars.len()).map(|row| Exact::from((bars.bar(row).high + bars.bar(row).low) / 2.0)).collect()
}

/// The values so many bars before.
pub(crate) fn lagged(values: &[Exact], bars: usize) -> Values {
    let missing = std::iter::repeat_n(Exact::MISSING, bars);
    missing.chain(values.iter().copied()).take(values.len()).collect()
}

/// A function of each value.
pub(crate) fn each(values: &[Exact], function: impl Fn(Exact) -> Exact) -> Values {
    values.iter().map(|&x| function(x)).collect()
}

/// The largest.
pub(crate) fn largest(values: &[Exact]) -> Exact {
    values.iter().copied().reduce(|a, b| if a.is_missing() || (a - b).value() > 0.0 { a } else { b }).expect("some")
}

/// The smallest.
pub(crate) fn smallest(values: &[Exact]) -> Exact {
    values.iter().copied().reduce(|a, b| if a.is_missing() || (a - b).value() < 0.0 { a } else { b }).expect("some")
}

pub(crate) fn n_last(values: &[Exact]) -> usize {
    values.len() - 1
}

pub(crate) fn number(value: impl Into<f64>) -> Exact {
    Exact::from(value.into())
}

pub(crate) fn minus(one: &[Exact], two: &[Exact]) -> Values {
    zipped(one, two, |one, two| one - two)
}

pub(crate) fn changes(values: &[Exact], bars: usize) -> Values {
    minus(values, &lagged(values, bars))
}

/// In percent, and `flat` where the whole is zero.
pub(crate) fn percent(part: &[Exact], whole: &[Exact], flat: f64) -> Values {
    zipped(part, whole, |part, whole| (number(100.0) * part).over(whole, flat))
}

/// The first values where the others are there too.
pub(crate) fn shown(values: &[Exact], others: &[Exact]) -> Values {
    zipped(values, others, |x, other| if other.is_missing() { other } else { x })
}

pub(crate) fn sign(value: Exact) -> f64 {
    if value.value() > 0.0 {
        1.0
    } else if value.value() < 0.0 {
        -1.0
    } else {
        0.0 * value.value()
    }
}

pub(crate) fn simple(values: &[Exact], n: usize) -> Values {
    windows(values, n, mean)
}
