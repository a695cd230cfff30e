//! Moving averages and filters.

use super::*;
use crate::filters::{adaptive, filter};
use crate::pairs::solved;
use crate::reference::*;

fn coral(values: &[Exact], n: usize, d: f64) -> Values {
    let share = number(2.0) / (number((n - 1) as f64) / number(2.0) + number(2.0));
    let mut averages = vec![values.to_vec()];
    for _ in 0..6 {
        let next = smoothed(averages.last().expect("one"), share, 1);
        averages.push(next);
    }
    let (d, d2, d3) = (number(d), number(d * d), number(d * d * d));
    let (one, three) = (number(1.0), number(3.0));
    let weights = [
        one + three * d + three * d2 + d3,
        Exact::ZERO - (number(6.0) * d2 + three * d + three * d3),
        three * (d2 + d3),
        Exact::ZERO - d3,
    ];
    let weigh =
        |row: usize| sum(&weights.iter().enumerate().map(|(at, &w)| w * averages[at + 3][row]).collect::<Values>());
    (0..values.len()).map(weigh).collect()
}

fn distance_filter(values: &[Exact], n: usize) -> Values {
    let distances = windows(values, n, |x| {
        sum(&x.iter().map(|&before| (x[n - 1] - before) * (x[n - 1] - before)).collect::<Values>())
    });
    pairs(values, &distances, n, |x, d| {
        let total = sum(d);
        if total.value() == 0.0 { x[n - 1] } else { sum(&zipped(x, d, |x, d| x * d)) / total }
    })
}

fn gaussian(values: &[Exact], n: usize, poles: i32) -> Values {
    let sine = libm::sin(std::f64::consts::PI / n as f64);
    let b = number(2.0 * sine * sine) / (number(libm::pow(1.414, 2.0 / f64::from(poles))) - number(1.0));
    let share = (b * b + b + b).sqrt() - b;
    (0..poles).fold(values.to_vec(), |x, _| smoothed(&x, share, 1))
}

fn adaptive_q(values: &[Exact], n: usize) -> Values {
    let net = each(&changes(values, n), Exact::abs);
    let total = windows(&each(&changes(values, 1), Exact::abs), n, sum);
    let weights = zipped(&net, &total, |net, total| {
        let root = net.over(total, 0.0) * number(2.0) / number(3.0) + number(2.0) / number(31.0);
        root * root
    });
    adaptive(values, &weights)
}

fn natural(values: &[Exact], n: usize) -> Values {
    let moved = paired(values, |x, before| number(libm::log1p(((x - before) / before).value()).abs()));
    let at = |row: usize| {
        if row < n {
            return Exact::MISSING;
        }
        let root = |i: usize| Exact::from(i).sqrt();
        let weighed: Values = (0..n).map(|i| moved[row - i] * (root(i + 1) - root(i))).collect();
        let all: Values = (0..n).map(|i| moved[row - i]).collect();
        let ratio = sum(&weighed).over(sum(&all), 0.0);
        values[row + 1 - n] * ratio + values[row - n] * (number(1.0) - ratio)
    };
    (0..values.len()).map(at).collect()
}

fn rainbow(values: &[Exact], n: usize, depth: usize) -> Values {
    (0..depth).fold(values.to_vec(), |x, _| simple(&x, n))
}

/// The value at the newest bar of the least-squares polynomial, by the normal equations.
fn polynomial(values: &[Exact], n: usize, degree: usize) -> Values {
    let order = degree.min(n - 1) + 1;
    let power = |age: usize, k: usize| (0..k).fold(number(1.0), |x, _| x * Exact::from(age) / Exact::from(n));
    let product = |i: usize, j: usize| sum(&(0..n).map(|age| power(age, i) * power(age, j)).collect::<Values>());
    let matrix: Vec<Values> = (0..order).map(|i| (0..order).map(|j| product(i, j)).collect()).collect();
    let mut first = vec![Exact::ZERO; order];
    first[0] = number(1.0);
    let row = solved(matrix, first);
    let weight = |age: usize| sum(&row.iter().enumerate().map(|(k, &x)| x * power(age, k)).collect::<Values>());
    let weights: Values = (0..n).rev().map(weight).collect();
    windows(values, n, |x| sum(&zipped(x, &weights, |x, w| x * w)))
}

pub(super) fn ultimate(values: &[Exact], n: usize) -> Values {
    let ([near, far], gain) = (poles(n as f64), high_pass_gain(n as f64));
    let b = [number(1.0) - gain, gain + gain - near, Exact::ZERO - gain - far];
    filter(values, &b, &[near, far])
}

fn variable_length(values: &[Exact], shortest: f64, longest: usize) -> Values {
    let (mean, off) = (windows(values, longest, mean), windows(values, longest, deviation));
    let (mut period, mut last) = (longest as f64, Exact::MISSING);
    let at = |row: usize| {
        let (x, mean, off) = (values[row], mean[row], off[row]);
        if mean.is_missing() {
            return mean;
        }
        let beyond = |width: f64| ((x - mean).abs() - number(width) * off).value() > 0.0;
        if !beyond(0.25) {
            period += 1.0;
        } else if beyond(1.75) {
            period -= 1.0;
        }
        period = period.clamp(shortest, longest as f64);
        last = if last.is_missing() { x } else { last + number(2.0) / number(period + 1.0) * (x - last) };
        last
    };
    (0..values.len()).map(at).collect()
}

fn power_weighted(values: &[Exact], n: usize, power: f64) -> Values {
    let weights: Values = (1..=n).map(|place| number(libm::pow(place as f64 / n as f64, power))).collect();
    windows(values, n, |x| sum(&zipped(x, &weights, |x, w| x * w)) / sum(&weights))
}

fn predictive(bars: &Bars) -> Values {
    let once = windows(&middle(bars), 7, weighted);
    zipped(&once, &windows(&once, 7, weighted), |once, twice| once + once - twice)
}

/// The average of Ehlers and Way, every gain tried.
fn error_correcting(values: &[Exact], n: usize, limit: i32) -> Values {
    let share = number(2.0) / Exact::from(n + 1);
    let mut last = values[0];
    let step = |(&x, average): (&Exact, Exact)| {
        let with = |gain: i32| {
            let gain = number(f64::from(gain)) / number(10.0);
            share * (average + gain * (x - last)) + (number(1.0) - share) * last
        };
        let error = |y: Exact| (x - y).abs().value();
        last =
            (-limit..=limit).map(with).reduce(|best, y| if error(y) < error(best) { y } else { best }).expect("some");
        last
    };
    values.iter().zip(smoothed(values, share, 1)).map(step).collect()
}

pub(super) const REFERENCES: &[Case] = &[
    ("bbi({n}, 6, 12, 24)", On::All, |bars, n| {
        let x = close(bars);
        let all = [n, 6, 12, 24].map(|n| simple(&x, n));
        times(&plus(&plus(&all[0], &all[1]), &plus(&all[2], &all[3])), 0.25)
    }),
    ("coral({n})", On::All, |bars, n| coral(&close(bars), n, 0.4)),
    ("coral({n}, 1.5)", On::All, |bars, n| coral(&close(bars), n, 1.5)),
    ("ecema(20)", On::All, |bars, _| error_correcting(&close(bars), 20, 50)),
    ("ecema(7, 12)", On::All, |bars, _| error_correcting(&close(bars), 7, 12)),
    ("edcf({n})", On::All, |bars, n| distance_filter(&close(bars), n)),
    ("gaussian({n})", On::All, |bars, n| gaussian(&close(bars), n, 4)),
    ("gaussian({n}, 1)", On::All, |bars, n| gaussian(&close(bars), n, 1)),
    ("gaussian({n}, 9)", On::All, |bars, n| gaussian(&close(bars), n, 9)),
    ("guppy().short_3", On::All, |bars, _| exponential(&close(bars), 3)),
    ("guppy().short_15", On::All, |bars, _| exponential(&close(bars), 15)),
    ("guppy().long_60", On::All, |bars, _| exponential(&close(bars), 60)),
    ("jsa({n})", On::All, |bars, n| windows(&close(bars), n + 1, |x| (x[0] + x[n]) / number(2.0))),
    ("maaq({n})", On::All, |bars, n| adaptive_q(&close(bars), n)),
    ("nma({n})", On::All, |bars, n| natural(&close(bars), n)),
    ("pma().predict", On::All, |bars, _| predictive(bars)),
    ("pma().trigger", On::All, |bars, _| windows(&predictive(bars), 4, weighted)),
    ("rainbow({n}).m1", On::All, |bars, n| rainbow(&close(bars), n, 1)),
    ("rainbow({n}).m6", On::All, |bars, n| rainbow(&close(bars), n, 6)),
    ("rainbow({n}).m10", On::All, |bars, n| rainbow(&close(bars), n, 10)),
    ("savgol({n})", On::All, |bars, n| polynomial(&close(bars), n, 2)),
    ("savgol({n}, 0)", On::All, |bars, n| polynomial(&close(bars), n, 0)),
    ("savgol({n}, 5)", On::All, |bars, n| polynomial(&close(bars), n, 5)),
    ("ultimate_smoother({n})", On::Calm, |bars, n| ultimate(&close(bars), n)),
    ("vlma(2, {n})", On::All, |bars, n| variable_length(&close(bars), 2.0, n)),
    ("vpwma({n})", On::All, |bars, n| power_weighted(&close(bars), n, 0.382)),
    ("vpwma({n}, 3)", On::All, |bars, n| power_weighted(&close(bars), n, 3.0)),
];
