//! Statistics, volatilities, risk ratios, stops and logic that TA-Lib lacks, against reference implementations in
//! double-double arithmetic.

mod common;

#[path = "exact_risk/logic.rs"]
mod logic;
#[path = "exact_risk/ranks.rs"]
mod ranks;
#[path = "exact_risk/risk.rs"]
mod risk;
#[path = "exact_risk/statistic.rs"]
mod statistic;
#[path = "exact_risk/stops.rs"]
mod stops;
#[path = "exact_risk/volatility.rs"]
mod volatility;

use atrad::series::Bars;
use common::exact::*;
use common::series::judged;
use common::{columns, worst};

const ROWS: usize = 2500;

/// The largest error, as `common::worst` measures it.
const TOLERANCE: f64 = 1e-12;

/// An expression with the number of bars for `{n}`, the fewest of them that are tried, and its reference.
type Reference = (&'static str, usize, fn(&Bars, usize) -> Values);

/// A number of whose rounding nothing is kept.
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

fn check(reference: &[Reference]) {
    let all = judged(ROWS);
    let mut wrong = Vec::new();
    for (text, least, reference) in reference {
        for (series, n) in all.iter().flat_map(|series| [2, 5, 14, 200].map(|n| (series, n))) {
            if n < *least {
                continue;
            }
            let text = text.replace("{n}", &n.to_string());
            let ours = &columns(&[&text], &series.bars)[0];
            let exact: Vec<f64> = reference(&series.bars, n).iter().map(|value| value.value()).collect();
            assert!(exact.iter().any(|value| !value.is_nan()), "the reference of {text} has values");
            let (off, at) = worst(ours, &exact);
            if off > TOLERANCE {
                let (ours, exact) = (ours[at], exact[at]);
                wrong.push(format!("{text} of {}: {off:e} off at bar {at}: {ours} and {exact}", series.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn statistics_are_exact() {
    check(statistic::REFERENCES);
    check(ranks::REFERENCES);
}

#[test]
fn volatilities_are_exact() {
    check(volatility::REFERENCES);
}

#[test]
fn risk_ratios_are_exact() {
    check(risk::REFERENCES);
}

#[test]
fn stops_are_exact() {
    check(stops::REFERENCES);
}

#[test]
fn logic_is_exact() {
    check(logic::REFERENCES);
}
