//! Indicators that other suites have, against naive references in exact arithmetic: the formulas as their authors give them.

mod averages;
mod bands;
mod breadth;
mod cycle;
mod differences;
mod flows;
mod oscillators;
mod ratios;
mod stops;
mod structures;

use atrad::series::{Bars, Column};

use crate::TOLERANCE;
use crate::arithmetic::*;
use crate::common::trials::Trials;
use crate::reference::{COMPARED, compared_except, complaints, number};

/// On which series a reference is compared.
#[derive(Clone, Copy)]
enum On {
    /// All.
    All,
    /// Those whose prices are not far larger than their changes: a difference of prices has no more digits than they leave.
    Near,
    /// Those without heavy tails, whose traces in a recurrence are larger than what follows.
    Calm,
    /// The smooth one: a recurrence of differences.
    Smooth,
    /// A rough one, without equal bars: ranks and counts.
    Rough,
}

/// An expression with the number of bars for `{n}`, the series, and its reference.
type Case = (&'static str, On, fn(&Bars, usize) -> Values);

pub(crate) fn add(trials: &mut Trials) {
    let groups = [
        ("averages", averages::REFERENCES),
        ("bands", bands::REFERENCES),
        ("breadth", breadth::REFERENCES),
        ("cycle", cycle::REFERENCES),
        ("differences", differences::REFERENCES),
        ("flows", flows::REFERENCES),
        ("oscillators", oscillators::REFERENCES),
        ("ratios", ratios::REFERENCES),
        ("stops", stops::REFERENCES),
        ("structures", structures::REFERENCES),
    ];
    for (group, references) in groups {
        trials.table(&format!("suites::{group}"), references, |reference| reference.0, wrong);
    }
}

fn wrong(&(text, on, reference): &Case) -> Vec<String> {
    let only = |names: &'static [&str]| COMPARED.iter().filter(move |series| names.contains(&&*series.name));
    let pair = (text, reference);
    match on {
        On::All => complaints(&pair, COMPARED.iter(), TOLERANCE),
        On::Near => complaints(&pair, only(&["smooth", "rough"]), TOLERANCE),
        On::Calm => complaints(&pair, compared_except("rough"), TOLERANCE),
        On::Smooth => complaints(&pair, only(&["smooth"]), TOLERANCE),
        On::Rough => complaints(&pair, only(&["rough"]), TOLERANCE),
    }
}

fn open(bars: &Bars) -> Values {
    column(bars, Column::Open)
}

fn high(bars: &Bars) -> Values {
    column(bars, Column::High)
}

fn low(bars: &Bars) -> Values {
    column(bars, Column::Low)
}

fn volume(bars: &Bars) -> Values {
    column(bars, Column::Volume)
}

fn atr(bars: &Bars, n: usize) -> Values {
    wilder(&true_range(bars), n)
}

fn plus(one: &[Exact], two: &[Exact]) -> Values {
    zipped(one, two, |one, two| one + two)
}

fn times(values: &[Exact], factor: f64) -> Values {
    values.iter().map(|&x| x * number(factor)).collect()
}

/// The first values, and so many of the second.
fn band(middle: &[Exact], width: &[Exact], factor: f64) -> Values {
    plus(middle, &times(width, factor))
}

fn deviation(values: &[Exact]) -> Exact {
    variance(values, 0).sqrt()
}

fn root_mean_square(values: &[Exact], n: usize) -> Values {
    windows(values, n, |x| mean(&x.iter().map(|&x| x * x).collect::<Values>()).sqrt())
}

/// What is above zero, and what is below it.
fn parts(values: &[Exact]) -> [Values; 2] {
    [1.0, -1.0].map(|side| values.iter().map(|&x| (x * number(side)).positive()).collect())
}

/// A function of all inputs at each bar, one after the other; none where one of them is missing, and such bars are passed over.
fn walked<const N: usize, const O: usize>(
    inputs: [&[Exact]; N],
    mut step: impl FnMut([f64; N]) -> [f64; O],
) -> [Values; O] {
    let mut found = [const { Vec::new() }; O];
    for row in 0..inputs[0].len() {
        let bar = inputs.map(|input| input[row].value());
        let values = if bar.iter().any(|x| x.is_nan()) { [f64::NAN; O] } else { step(bar) };
        found.iter_mut().zip(values).for_each(|(column, value)| column.push(number(value)));
    }
    found
}

/// 1 where it holds, else 0.
fn mark(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

/// Weights of Ehlers' Hann window.
fn hann(values: &[Exact], n: usize) -> Values {
    let weight = |i: usize| number(1.0 - libm::cos(std::f64::consts::TAU * (i + 1) as f64 / (n + 1) as f64));
    let weights: Values = (0..n).map(weight).collect();
    windows(values, n, |x| sum(&zipped(x, &weights, |x, w| x * w)) / sum(&weights))
}

/// John Ehlers' coefficients of second-order filters: of the two outputs before.
fn poles(period: f64) -> [Exact; 2] {
    let root = libm::exp(-1.414 * std::f64::consts::PI / period);
    [number(2.0 * root * libm::cos(1.414 * std::f64::consts::PI / period)), number(-root * root)]
}

/// What his high-pass filter multiplies second differences by.
fn high_pass_gain(period: f64) -> Exact {
    let [near, far] = poles(period);
    (number(1.0) + near - far) / number(4.0)
}

/// The true range, that of the first bar from its own prices.
fn ranges(bars: &Bars) -> Values {
    let mut ranges = true_range(bars);
    ranges[0] = number(bars.bar(0).high) - number(bars.bar(0).low);
    ranges
}
