//! Reference implementations of indicators: building blocks, and the comparison.

use atrad::series::Bars;

use super::exact::*;
use super::{Series, columns, worst};

/// The number of bars compared.
pub(crate) const ROWS: usize = 3000;

/// An expression with the number of bars for `{n}`, and its reference.
pub(crate) type Reference = (&'static str, fn(&Bars, usize) -> Values);

/// The mismatches of these references on these series beyond `tolerance`. `{n}` runs over several periods, `{n+4}` is four
/// more.
pub(crate) fn mismatches(references: &[Reference], all: &[Series], tolerance: f64) -> Vec<String> {
    let mut wrong = Vec::new();
    for (text, reference) in references {
        let bars: &[usize] = if text.contains("{n") { &[2, 5, 14, 200] } else { &[1] };
        for (series, &n) in all.iter().flat_map(|series| bars.iter().map(move |n| (series, n))) {
            let text = text.replace("{n}", &n.to_string()).replace("{n+4}", &(n + 4).to_string());
            let ours = &columns(&[&text], &series.bars)[0];
            let exact: Vec<f64> = reference(&series.bars, n).iter().map(|value| value.value()).collect();
            let (off, at) = worst(ours, &exact);
            if off > tolerance {
                let (name, ours, exact) = (&series.name, ours[at], exact[at]);
                wrong.push(format!("{text} of {name}: {off:e} off at bar {at}: {ours} and {exact}"));
            }
        }
    }
    wrong
}

/// The typical price, rounded to `f64`.
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

/// The exponential average, seeded with the mean of its first values.
pub(crate) fn exponential(values: &[Exact], period: usize) -> Values {
    smoothed(values, Exact::from(2usize) / Exact::from(period + 1), period)
}

/// The midpoint of high and low, rounded to `f64`.
pub(crate) fn middle(bars: &Bars) -> Values {
    (0..bars.len()).map(|row| Exact::from((bars.bar(row).high + bars.bar(row).low) / 2.0)).collect()
}

/// The lagged values.
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

/// The ratio in percent, `flat` where the denominator is zero.
pub(crate) fn percent(part: &[Exact], whole: &[Exact], flat: f64) -> Values {
    zipped(part, whole, |part, whole| (number(100.0) * part).over(whole, flat))
}

/// The first values, masked where the others are missing.
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
