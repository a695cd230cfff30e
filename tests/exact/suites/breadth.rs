//! Breadth: over highs and lows in the place of advances and declines, which also are positive.

use super::*;
use crate::reference::*;

fn net(bars: &Bars) -> Values {
    minus(&high(bars), &low(bars))
}

fn share(bars: &Bars, of: f64, flat: f64) -> Values {
    zipped(&high(bars), &low(bars), |a, b| (number(of) * a).over(a + b, flat))
}

/// Net advances as a share of both.
fn ratio(bars: &Bars) -> Values {
    zipped(&high(bars), &low(bars), |a, b| (number(1000.0) * (a - b)).over(a + b, 0.0))
}

fn running(values: &[Exact]) -> Values {
    let mut total = Exact::ZERO;
    let step = |&x: &Exact| {
        total = if x.is_missing() { total } else { total + x };
        if x.is_missing() { x } else { total }
    };
    values.iter().map(step).collect()
}

fn oscillator(values: &[Exact], n: usize, slow: usize) -> Values {
    minus(&exponential(values, n), &exponential(values, slow))
}

pub(super) const REFERENCES: &[Case] = &[
    ("absolute_breadth(volume, close)", On::All, |bars, _| each(&minus(&volume(bars), &close(bars)), Exact::abs)),
    ("ad_line()", On::All, |bars, _| running(&net(bars))),
    ("ad_line(open, close)", On::All, |bars, _| running(&minus(&open(bars), &close(bars)))),
    // Advances and declines of several series, counted in the expression.
    (
        "ad_line((change(close) > 0) + (change(volume) > 0), (change(close) < 0) + (change(volume) < 0))",
        On::All,
        |bars, _| {
            let side = |x: Values| each(&changes(&x, 1), |change| number(sign(change)));
            running(&plus(&side(close(bars)), &side(volume(bars))))
        },
    ),
    ("ad_ratio(volume, close)", On::All, |bars, _| zipped(&volume(bars), &close(bars), |a, b| a.over(b, 1.0))),
    ("ad_ratio(close, volume)", On::All, |bars, _| zipped(&close(bars), &volume(bars), |a, b| a.over(b, 1.0))),
    ("bolton_tremblay(open, close, volume)", On::All, |bars, _| {
        let net = minus(&open(bars), &close(bars));
        let root =
            zipped(&net, &volume(bars), |net, unchanged| net.abs().over(unchanged, 0.0).sqrt() * number(sign(net)));
        running(&root)
    }),
    ("breadth_thrust({n})", On::All, |bars, n| exponential(&share(bars, 1.0, 0.5), n)),
    ("breadth_thrust({n}, ma=sma)", On::All, |bars, n| simple(&share(bars, 1.0, 0.5), n)),
    ("haurlan({n}).short", On::All, |bars, n| exponential(&net(bars), n)),
    ("haurlan(3, {n}).medium", On::All, |bars, n| exponential(&net(bars), n)),
    ("haurlan(3, 20, {n}).long", On::All, |bars, n| exponential(&net(bars), n)),
    ("high_low_index({n})", On::All, |bars, n| simple(&share(bars, 100.0, 50.0), n)),
    ("mcclellan({n}, 300)", On::Near, |bars, n| oscillator(&ratio(bars), n, 300)),
    ("mcclellan(volume, close, {n}, 300, net)", On::Near, |bars, n| {
        oscillator(&minus(&volume(bars), &close(bars)), n, 300)
    }),
    ("mcclellan_summation({n}, 300)", On::Near, |bars, n| running(&oscillator(&ratio(bars), n, 300))),
    ("nhnl().net", On::All, |bars, _| net(bars)),
    ("nhnl().line", On::All, |bars, _| running(&net(bars))),
    ("stix()", On::All, |bars, _| smoothed(&share(bars, 100.0, 50.0), number(0.09), 1)),
    ("swenlin({n})", On::All, |bars, n| simple(&exponential(&ratio(bars), n), 5)),
    ("swenlin(4, {n})", On::All, |bars, n| simple(&exponential(&ratio(bars), 4), n)),
    ("trin()", On::All, |bars, _| {
        let sides = zipped(&high(bars), &low(bars), |a, b| a / b);
        zipped(&sides, &zipped(&open(bars), &close(bars), |a, b| a / b), |issues, volumes| issues / volumes)
    }),
    ("trin(period={n})", On::All, |bars, n| {
        let total = |x: Values| windows(&x, n, sum);
        let sides = zipped(&total(high(bars)), &total(low(bars)), |a, b| a / b);
        zipped(&sides, &zipped(&total(open(bars)), &total(close(bars)), |a, b| a / b), |issues, volumes| {
            issues / volumes
        })
    }),
];
