//! Oscillators that are differences of averages or of prices.

use super::*;
use crate::reference::*;

fn rainbow(values: &[Exact], n: usize) -> Vec<Values> {
    std::iter::successors(Some(values.to_vec()), |x| Some(simple(x, n))).skip(1).take(10).collect()
}

fn range(values: &[Exact], n: usize) -> Values {
    windows(values, n, |x| largest(x) - smallest(x))
}

fn rainbow_oscillator(values: &[Exact], n: usize, bars: usize) -> Values {
    let averages = rainbow(values, n);
    let off = |row: usize| values[row] - mean(&averages.iter().map(|x| x[row]).collect::<Values>());
    percent(&(0..values.len()).map(off).collect::<Values>(), &range(values, bars), 0.0)
}

fn rainbow_width(values: &[Exact], n: usize, bars: usize) -> Values {
    let averages = rainbow(values, n);
    let width = |row: usize| {
        let now: Values = averages.iter().map(|x| x[row]).collect();
        largest(&now) - smallest(&now) + Exact::ZERO * sum(&now)
    };
    percent(&(0..values.len()).map(width).collect::<Values>(), &range(values, bars), 0.0)
}

fn reversed(values: &[Exact], alpha: f64) -> Values {
    let average = smoothed(values, number(alpha), 1);
    let (mut turned, mut weight) = (average.clone(), number(1.0) - number(alpha));
    for _ in 0..8 {
        turned = paired(&turned, |x, before| weight * x + before);
        weight = weight * weight;
    }
    zipped(&average, &turned, |x, turned| x - number(alpha) * turned)
}

fn passband(values: &[Exact], fast: usize, slow: usize) -> Values {
    let average = |n: usize| smoothed(values, number(5.0) / Exact::from(n), 1);
    minus(&average(fast), &average(slow))
}

fn chart(bars: &Bars, of: Column, n: usize) -> Values {
    let off = minus(&column(bars, of), &simple(&middle(bars), n));
    let unit = simple(&minus(&high(bars), &low(bars)), n);
    zipped(&off, &unit, |off, unit| off.over(unit / number(5.0), 0.0))
}

fn band_trend(values: &[Exact], short: usize, long: usize) -> Values {
    let edge = |n: usize, factor: f64| band(&simple(values, n), &windows(values, n, deviation), factor);
    let apart = |factor: f64| each(&minus(&edge(short, factor), &edge(long, factor)), Exact::abs);
    percent(&minus(&apart(-2.0), &apart(2.0)), &simple(values, short), 0.0)
}

fn trend(values: &[Exact], fast: usize, slow: usize) -> Values {
    times(&changes(&minus(&exponential(values, fast), &exponential(values, slow)), 1), 150.0)
}

fn stochastic(bars: &Bars, fast: usize, slow: usize, n: usize) -> Values {
    let line = minus(&exponential(&close(bars), fast), &exponential(&close(bars), slow));
    percent(&line, &minus(&windows(&high(bars), n, largest), &windows(&low(bars), n, smallest)), 0.0)
}

pub(super) const REFERENCES: &[Case] = &[
    ("bbtrend({n}, 60)", On::Near, |bars, n| band_trend(&close(bars), n, 60)),
    ("cfo({n})", On::Near, |bars, n| {
        let x = close(bars);
        percent(&windows(&x, n, |x| x[n_last(x)] - line(x, 0.0).1), &x, 0.0)
    }),
    ("madh({n})", On::Near, |bars, n| {
        let (fast, slow) = (hann(&close(bars), n), hann(&close(bars), n + 13));
        percent(&minus(&fast, &slow), &slow, 0.0)
    }),
    ("madh(9, {n})", On::Near, |bars, n| {
        let (fast, slow) = (hann(&close(bars), 9), hann(&close(bars), 9 + n / 2));
        percent(&minus(&fast, &slow), &slow, 0.0)
    }),
    ("rainbow_oscillator({n}).oscillator", On::Near, |bars, n| rainbow_oscillator(&close(bars), n, 10)),
    ("rainbow_oscillator(3, {n}).upper", On::Near, |bars, n| rainbow_width(&close(bars), 3, n)),
    ("rainbow_oscillator({n}).lower", On::Near, |bars, n| times(&rainbow_width(&close(bars), n, 10), -1.0)),
    ("reverse_ema()", On::Near, |bars, _| reversed(&close(bars), 0.1)),
    ("reverse_ema(0.3)", On::Near, |bars, _| reversed(&close(bars), 0.3)),
    ("stoch_macd({n}, 60).macd", On::Near, |bars, n| stochastic(bars, n, 60, 45)),
    ("stoch_macd(12, 26, {n+4}).signal", On::Near, |bars, n| exponential(&stochastic(bars, 12, 26, n + 4), 9)),
    ("super_passband({n+4}).value", On::Near, |bars, n| passband(&close(bars), n + 4, 60)),
    ("super_passband(30, {n+4}).upper", On::Near, |bars, n| root_mean_square(&passband(&close(bars), 30, n + 4), 50)),
    ("super_passband({n+4}, 70, 9).lower", On::Near, |bars, n| {
        times(&root_mean_square(&passband(&close(bars), n + 4, 70), 9), -1.0)
    }),
    ("value_chart({n}).open", On::Near, |bars, n| chart(bars, Column::Open, n)),
    ("value_chart({n}).high", On::Near, |bars, n| chart(bars, Column::High, n)),
    ("value_chart({n}).low", On::Near, |bars, n| chart(bars, Column::Low, n)),
    ("value_chart({n}).close", On::Near, |bars, n| chart(bars, Column::Close, n)),
    ("waddah_attar().up", On::Rough, |bars, _| parts(&trend(&close(bars), 20, 40))[0].clone()),
    ("waddah_attar(fast=5, slow=30).down", On::Rough, |bars, _| parts(&trend(&close(bars), 5, 30))[1].clone()),
    ("waddah_attar(channel={n}).explosion", On::All, |bars, n| times(&windows(&close(bars), n, deviation), 4.0)),
    ("waddah_attar(noise=2).dead_zone", On::All, |bars, _| times(&atr(bars, 100), 2.0)),
];
