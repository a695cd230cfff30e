//! Differences of averages that TA-Lib does not have, against naive references in exact arithmetic. A difference
//! of far larger prices loses digits, so they are compared on series where prices are not.

use atrad::series::{Bars, Column};

use crate::TOLERANCE;
use crate::arithmetic::*;
use crate::common::Series;
use crate::common::trials::Trials;
use crate::reference::*;

pub(crate) fn add(trials: &mut Trials) {
    trials.table("differences", REFERENCES, text, |reference| complaints(reference, near(), TOLERANCE));
}

/// The series whose prices are not far larger than their changes.
fn near() -> impl Iterator<Item = &'static Series> {
    ["smooth", "rough"].map(|name| COMPARED.iter().find(|series| series.name == name).expect("it is there")).into_iter()
}

/// The fast average minus the slow one, both begun so that their first values are at the same bar, and its average.
fn macd_and_signal(values: &[Exact]) -> [Values; 2] {
    let mut late = values.to_vec();
    late[..26 - 12].fill(Exact::MISSING);
    let line = minus(&exponential(&late, 12), &exponential(values, 26));
    let signal = exponential(&line, 9);
    [line, signal]
}

fn impulse(values: &[Exact], n: usize) -> Values {
    let [line, signal] = macd_and_signal(values);
    let (trend, momentum) = (changes(&exponential(values, n), 1), changes(&minus(&line, &signal), 1));
    let both = |(&trend, &momentum): (&Exact, &Exact)| {
        let (one, two) = (sign(trend), sign(momentum));
        number(if one.is_nan() || two.is_nan() {
            f64::NAN
        } else if one == two {
            one
        } else {
            0.0
        })
    };
    trend.iter().zip(&momentum).map(both).collect()
}

fn alligator(bars: &Bars, n: usize) -> [Values; 3] {
    let line = |n, shift| lagged(&wilder(&middle(bars), n), shift);
    [line(n, 8), line(8, 5), line(5, 3)]
}

fn volume_weighted(bars: &Bars, n: usize) -> Values {
    let volume = column(bars, Column::Volume);
    let money = zipped(&close(bars), &volume, |x, volume| x * volume);
    zipped(&exponential(&money, n), &exponential(&volume, n), |money, traded| money / traded)
}

fn double(values: &[Exact], n: usize) -> Values {
    let once = exponential(values, n);
    zipped(&once, &exponential(&once, n), |once, twice| once + once - twice)
}

fn ahead(values: &[Exact], n: usize) -> Values {
    exponential(&zipped(values, &lagged(values, (n - 1) / 2), |x, before| x + x - before), n)
}

/// The line, its signal and the difference, of averages of `n`, 26 and 9 bars.
fn zero_lag(values: &[Exact], n: usize, average: fn(&[Exact], usize) -> Values) -> [Values; 3] {
    let line = minus(&average(values, n), &average(values, 26));
    let signal = average(&line, 9);
    [shown(&line, &signal), signal.clone(), minus(&line, &signal)]
}

const REFERENCES: &[Reference] = &[
    ("bias({n})", |bars, n| {
        let average = simple(&close(bars), n);
        percent(&minus(&close(bars), &average), &average, 0.0)
    }),
    ("bias({n}, ema)", |bars, n| {
        let average = exponential(&close(bars), n);
        percent(&minus(&close(bars), &average), &average, 0.0)
    }),
    ("elder_impulse({n})", |bars, n| impulse(&close(bars), n)),
    ("gator({n}).upper", |bars, n| {
        let [jaw, teeth, _] = alligator(bars, n);
        each(&minus(&jaw, &teeth), Exact::abs)
    }),
    ("gator({n}).lower", |bars, n| {
        let [_, teeth, lips] = alligator(bars, n);
        each(&minus(&teeth, &lips), |apart| Exact::ZERO - apart.abs())
    }),
    ("ravi({n})", |bars, n| {
        let slow = simple(&close(bars), 65);
        percent(&each(&minus(&simple(&close(bars), n), &slow), Exact::abs), &slow, 0.0)
    }),
    ("vwmacd({n}).macd", |bars, n| {
        let line = minus(&volume_weighted(bars, n), &volume_weighted(bars, 26));
        shown(&line, &exponential(&line, 9))
    }),
    ("vwmacd({n}).signal", |bars, n| exponential(&minus(&volume_weighted(bars, n), &volume_weighted(bars, 26)), 9)),
    ("vwmacd({n}).hist", |bars, n| {
        let line = minus(&volume_weighted(bars, n), &volume_weighted(bars, 26));
        minus(&line, &exponential(&line, 9))
    }),
    ("zlmacd({n}).macd", |bars, n| zero_lag(&close(bars), n, double)[0].clone()),
    ("zlmacd({n}).signal", |bars, n| zero_lag(&close(bars), n, double)[1].clone()),
    ("zlmacd({n}).hist", |bars, n| zero_lag(&close(bars), n, double)[2].clone()),
    ("zlmacd({n}, method=zlema).hist", |bars, n| zero_lag(&close(bars), n, ahead)[2].clone()),
];
