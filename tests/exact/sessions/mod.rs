//! Indicators of sessions, volumes and the structure of prices against exact arithmetic: each with a naive reference that says
//! it as its definition does, on series that are smooth, rough, far from zero and tiny.

mod charts;
mod days;
mod levels;
mod structures;
mod volumes;

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use atrad::series::{Bar, Bars, Column};

use crate::TOLERANCE;
use crate::arithmetic::*;
use crate::common::Series;
use crate::common::series::{Random, compared, walk};
use crate::common::trials::Trials;
use crate::reference::complaint;

pub(crate) fn add(trials: &mut Trials) {
    for (group, references) in [
        ("days", days::SESSIONS),
        ("volumes", volumes::VOLUMES),
        ("structures", structures::STRUCTURES),
        ("charts", charts::CHARTS),
    ] {
        trials.table(group, references, |reference| reference.0, complaints);
    }
    levels::add(trials);
}

const ROWS: usize = 1500;

const HOUR: i64 = 3_600_000_000_000;

static ALL: LazyLock<Vec<Series>> = LazyLock::new(|| {
    let mut columns = walk(6, ROWS, 100.0, 2.0);
    // Nights and a week without bars, and hours in which nothing is traded.
    let mut random = Random(10);
    for row in 0..ROWS {
        columns.times[row] += (row as i64 / 9) * 15 * HOUR + if row > 700 { 170 * HOUR } else { 0 };
        if random.below(5) == 0 {
            columns.volume[row] = 0.0;
        }
    }
    let nights = Series { name: "nights".into(), bars: Arc::new(Bars::new(columns).expect("good")) };
    compared(ROWS).into_iter().chain([nights]).collect()
});

fn n(number: usize) -> Exact {
    Exact::from(number)
}

fn volume(bars: &Bars) -> Values {
    column(bars, Column::Volume)
}

/// What is made of each bar.
fn each(bars: &Bars, value: impl Fn(Bar) -> Exact) -> Values {
    (0..bars.len()).map(|row| value(bars.bar(row))).collect()
}

/// What is made of each bar and the one so many before.
fn lagged(bars: &Bars, lag: usize, value: impl Fn(Bar, Bar) -> Exact) -> Values {
    let at = |row: usize| row.checked_sub(lag).map_or(Exact::MISSING, |before| value(bars.bar(row), bars.bar(before)));
    (0..bars.len()).map(at).collect()
}

fn e(value: f64) -> Exact {
    Exact::from(value)
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(f64::MIN, |a, &b| a.max(b))
}

fn smallest(values: &[f64]) -> f64 {
    values.iter().fold(f64::MAX, |a, &b| a.min(b))
}

/// What our typical price is: rounded once it is made.
fn typical(bars: &Bars) -> Values {
    each(bars, |bar| e((bar.high + bar.low + bar.close) / 3.0))
}

/// The mean with weights, and the deviation from it; `otherwise` and 0 where there is no weight.
fn weighed(values: &[Exact], weights: &[Exact], otherwise: Exact) -> [Exact; 2] {
    let weight = sum(weights);
    if weight.value() == 0.0 {
        return [otherwise, Exact::ZERO];
    }
    let mean = sum(&zipped(values, weights, |x, w| x * w)) / weight;
    let square = sum(&zipped(values, weights, |x, w| w * (x - mean) * (x - mean))) / weight;
    [mean, square.sqrt()]
}

fn sign_of(change: f64, tick: f64) -> f64 {
    if change > tick {
        1.0
    } else if change < -tick {
        -1.0
    } else {
        0.0
    }
}

fn plain(values: impl IntoIterator<Item = f64>) -> Values {
    values.into_iter().map(Exact::from).collect()
}

/// An expression with the number of bars for `{n}`, and its reference.
type Reference = (&'static str, fn(&Bars, usize) -> Values);

/// Whether something happens.
fn varies(reference: &[Exact]) -> bool {
    let mut known = reference.iter().filter(|value| !value.is_missing()).map(|value| value.value());
    known.next().is_some_and(|first| known.any(|value| value != first))
}

fn complaints((text, reference): &Reference) -> Vec<String> {
    let counts: &[usize] = if text.contains("{n}") { &[2, 5, 14, 60] } else { &[0] };
    let (mut wrong, mut happens) = (Vec::new(), false);
    for (series, count) in ALL.iter().flat_map(|series| counts.iter().map(move |&count| (series, count))) {
        let (text, reference) = (text.replace("{n}", &count.to_string()), reference(&series.bars, count));
        wrong.extend(complaint(&text, series, &reference, TOLERANCE));
        happens |= varies(&reference);
    }
    assert!(happens, "{text} is always the same");
    wrong
}
