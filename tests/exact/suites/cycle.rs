//! Cycles, and filters around zero.

use super::*;
use crate::filters::filter;
use crate::reference::*;

use std::f64::consts::TAU;

fn band_pass(values: &[Exact], period: usize, width: f64) -> Values {
    let a = number((1.0 - libm::sin(width)) / libm::cos(width));
    let (one, b) = (number(1.0), number(libm::cos(TAU / period as f64)));
    let gain = (one - a) / number(2.0);
    filter(values, &[gain, Exact::ZERO, Exact::ZERO - gain], &[b * (one + a), Exact::ZERO - a])
}

fn high_pass(values: &[Exact], period: usize) -> Values {
    let gain = high_pass_gain(period as f64);
    filter(values, &[gain, Exact::ZERO - gain - gain, gain], &poles(period as f64))
}

/// The correlation of the newest values, newest first, with a wave.
fn correlation(values: &[Exact], n: usize, wave: fn(f64) -> f64) -> Values {
    let wave: Values = (0..n).rev().map(|age| number(wave(TAU * age as f64 / n as f64))).collect();
    windows(values, n, |x| covariance(x, &wave).over((variance(x, 0) * variance(&wave, 0)).sqrt(), 0.0))
}

fn waves(values: &[Exact], n: usize) -> [Values; 2] {
    [correlation(values, n, libm::cos), correlation(values, n, |turn| -libm::sin(turn))]
}

fn angle(values: &[Exact], n: usize) -> [Values; 2] {
    let [real, imag] = waves(values, n);
    let mut last = None;
    walked([&real, &imag], |[real, imag]| {
        let mut angle = last.unwrap_or(0.0);
        if imag != 0.0 {
            angle = 90.0 + libm::atan(real / imag).to_degrees();
            if imag > 0.0 {
                angle -= 180.0;
            }
        }
        let before: f64 = last.unwrap_or(angle);
        if before - angle < 270.0 && angle < before {
            angle = before;
        }
        last = Some(angle);
        let state = if angle < 0.0 { -1.0 } else { 1.0 };
        [angle, if (angle - before).abs() < 9.0 { state } else { 0.0 }]
    })
}

fn cycles(bars: &Bars, n: usize) -> Values {
    band_pass(&middle(bars), n, 2.0 * TAU / n as f64 * 0.5)
}

/// The mean over fifty bars of the latest peak, or of the latest valley turned over.
fn peaks(values: &[Exact], side: f64) -> Values {
    let values = times(values, side);
    let mut peak = Exact::ZERO;
    let at = |row: usize| {
        let before = |bars: usize| row.checked_sub(bars).map_or(0.0, |row| values[row].value());
        if before(1) > before(0) && before(1) > before(2) {
            peak = values[row - 1];
        }
        peak
    };
    times(&simple(&(0..values.len()).map(at).collect::<Values>(), 50), side)
}

/// The sine of the phase, so many degrees on.
fn phase_sine(values: &[Exact], n: usize, ahead: f64) -> Values {
    let wave = |wave: fn(f64) -> f64, x: &[Exact]| {
        let each = (0..n).map(|age| (x[n - 1 - age] - x[n - 1]) * number(wave(TAU * age as f64 / n as f64)));
        sum(&each.collect::<Values>()).value()
    };
    windows(values, n, |x| {
        let phase = libm::atan2(wave(libm::sin, x), wave(libm::cos, x)) + TAU / 4.0;
        number(libm::sin(phase + ahead.to_radians()))
    })
}

fn voss(values: &[Exact], n: usize, predict: usize) -> Values {
    let (cycle, order) = (band_pass(values, n, TAU / n as f64 * 0.25), 3 * predict);
    let mut found: Values = Vec::new();
    for (row, &x) in cycle.iter().enumerate() {
        let before = |bars: usize| row.checked_sub(bars).map_or(Exact::ZERO, |row| found[row]);
        let all = (0..order).map(|count| Exact::from(count + 1) / Exact::from(order) * before(order - count));
        let sum = sum(&all.collect::<Values>());
        found.push(Exact::from(3 + order) / number(2.0) * x - sum);
    }
    found
}

fn precision(values: &[Exact], long: usize, short: usize) -> Values {
    minus(&high_pass(values, long), &high_pass(values, short))
}

pub(super) const REFERENCES: &[Case] = &[
    ("correlation_cycle({n+4}).real", On::All, |bars, n| waves(&close(bars), n + 4)[0].clone()),
    ("correlation_cycle({n+4}).imag", On::All, |bars, n| waves(&close(bars), n + 4)[1].clone()),
    ("correlation_cycle({n+4}).angle", On::All, |bars, n| angle(&close(bars), n + 4)[0].clone()),
    ("correlation_cycle({n+4}).state", On::All, |bars, n| angle(&close(bars), n + 4)[1].clone()),
    ("emd().upper", On::Calm, |bars, _| times(&peaks(&cycles(bars, 20), 1.0), 0.1)),
    ("emd(60).trend", On::Calm, |bars, _| simple(&cycles(bars, 60), 120)),
    ("emd(9, fraction=0.5).lower", On::Calm, |bars, _| times(&peaks(&cycles(bars, 9), -1.0), 0.5)),
    ("msw({n+4}).sine", On::All, |bars, n| phase_sine(&close(bars), n + 4, 0.0)),
    ("msw({n+4}).lead", On::All, |bars, n| phase_sine(&close(bars), n + 4, 45.0)),
    ("precision_trend({n}, 40).trend", On::Calm, |bars, n| precision(&close(bars), n, 40)),
    ("precision_trend(100, 20).rate", On::Calm, |bars, _| {
        let mut change = changes(&precision(&close(bars), 100, 20), 1);
        change[0] = Exact::ZERO;
        times(&change, 20.0 / TAU)
    }),
    ("voss().voss", On::Calm, |bars, _| voss(&close(bars), 20, 3)),
    ("voss(40, 5).voss", On::Calm, |bars, _| voss(&close(bars), 40, 5)),
    ("voss(9).filt", On::Calm, |bars, _| band_pass(&close(bars), 9, TAU / 9.0 * 0.25)),
];
