//! Statistics, volatilities, ratios of risk, stops and questions about bars that TA-Lib does not have, against naive references
//! in exact arithmetic.

mod logic;
mod ranks;
mod ratios;
mod statistic;
mod stops;
mod volatility;

use std::sync::LazyLock;

use atrad::series::Bars;

use crate::TOLERANCE;
use crate::arithmetic::*;
use crate::common::Series;
use crate::common::series::compared;
use crate::common::trials::Trials;
use crate::reference::complaint;

const ROWS: usize = 2500;

/// An expression with the number of bars for `{n}`, the fewest of them that are tried, and its reference.
type Reference = (&'static str, usize, fn(&Bars, usize) -> Values);

/// A number without its rounding error.
fn number(value: f64) -> Exact {
    Exact::from(value)
}

/// The logarithm of a ratio, rounded once it is made.
fn ln_ratio(a: Exact, b: Exact) -> Exact {
    let more = ((a - b) / b).value();
    number(if more.abs() < 0.5 { libm::log1p(more) } else { libm::log((a / b).value()) })
}

/// Logarithms of values divided by those some bars before.
fn log_returns(values: &[Exact], bars: usize) -> Values {
    windows(values, bars + 1, |x| ln_ratio(x[bars], x[0]))
}

/// Changes as fractions, rounded once they are made.
fn returns(values: &[Exact]) -> Values {
    paired(values, |x, before| number(((x - before) / before).value()))
}

fn largest(values: &[Exact]) -> Exact {
    number(values.iter().fold(f64::MIN, |largest, x| largest.max(x.value())))
}

fn smallest(values: &[Exact]) -> Exact {
    number(values.iter().fold(f64::MAX, |smallest, x| smallest.min(x.value())))
}

/// A function of all inputs at each bar, one after the other; bars without one of them are passed over.
fn walked(inputs: &[&[Exact]], mut step: impl FnMut(&[Exact]) -> Exact) -> Values {
    let bar = |row: usize| inputs.iter().map(|input| input[row]).collect::<Values>();
    let mut next = |bar: Values| if bar.iter().any(|x| x.is_missing()) { Exact::MISSING } else { step(&bar) };
    (0..inputs[0].len()).map(|row| next(bar(row))).collect()
}

static ALL: LazyLock<Vec<Series>> = LazyLock::new(|| compared(ROWS));

pub(crate) fn add(trials: &mut Trials) {
    let groups = [
        ("statistic", statistic::REFERENCES),
        ("ranks", ranks::REFERENCES),
        ("volatility", volatility::REFERENCES),
        ("ratios", ratios::REFERENCES),
        ("stops", stops::REFERENCES),
        ("logic", logic::REFERENCES),
    ];
    for (group, references) in groups {
        trials.table(group, references, |reference| reference.0, complaints);
    }
}

fn complaints((text, least, reference): &Reference) -> Vec<String> {
    let mut wrong = Vec::new();
    for (series, n) in ALL.iter().flat_map(|series| [2, 5, 14, 200].map(|n| (series, n))) {
        if n < *least {
            continue;
        }
        let (text, exact) = (text.replace("{n}", &n.to_string()), reference(&series.bars, n));
        assert!(exact.iter().any(|value| !value.is_missing()), "the reference of {text} has values");
        wrong.extend(complaint(&text, series, &exact, TOLERANCE));
    }
    wrong
}
