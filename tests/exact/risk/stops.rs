//! Stops and bands of average true ranges.

use atrad::series::{Bars, Column};

use super::{Reference, largest, number, smallest, walked};
use crate::arithmetic::*;

fn atr(bars: &Bars, n: usize, times: f64) -> Values {
    wilder(&true_range(bars), n).into_iter().map(|x| x * number(times)).collect()
}

fn extreme(bars: &Bars, of: Column, n: usize, extreme: fn(&[Exact]) -> Exact) -> Values {
    windows(&column(bars, of), n, extreme)
}

fn add(one: &[Exact], two: &[Exact]) -> Values {
    zipped(one, two, |one, two| one + two)
}

fn take(one: &[Exact], two: &[Exact]) -> Values {
    zipped(one, two, |one, two| one - two)
}

/// The rule of the UT Bot: the stop and its side, the side being the sign.
fn ratchet(x: &[Exact], distance: &[Exact]) -> [Values; 2] {
    let mut last: Option<(Exact, Exact)> = None;
    let mut sides = Vec::new();
    let stops = walked(&[x, distance], |bar| {
        let (x, below, above) = (bar[0], bar[0] - bar[1], bar[0] + bar[1]);
        let (stop, before) = last.map_or((-f64::MAX, -f64::MAX), |(stop, x)| (stop.value(), x.value()));
        let next = match x.value() {
            now if now > stop && before > stop => largest_of(below, last.expect("a bar before").0),
            now if now < stop && before < stop => smallest_of(above, last.expect("a bar before").0),
            now if now > stop => below,
            _ => above,
        };
        sides.push(number(if next.value() < x.value() { 1.0 } else { -1.0 }));
        last = Some((next, x));
        next
    });
    let mut sides = sides.into_iter();
    let side = |stop: &Exact| if stop.is_missing() { *stop } else { sides.next().expect("one for each stop") };
    let sides = stops.iter().map(side).collect();
    [stops, sides]
}

fn largest_of(one: Exact, two: Exact) -> Exact {
    if one.value() > two.value() { one } else { two }
}

fn smallest_of(one: Exact, two: Exact) -> Exact {
    if one.value() < two.value() { one } else { two }
}

/// The swings of Wilder's Volatility System; the stops of a swing are held where that is asked for.
fn volatility_stop(x: &[Exact], distance: &[Exact], held: bool) -> Values {
    let (mut rising, mut swing, mut last) = (true, Vec::new(), None);
    walked(&[x, distance], |bar| {
        let at = |rising: bool, swing: &[Exact]| {
            if rising { largest(swing) - bar[1] } else { smallest(swing) + bar[1] }
        };
        swing.push(bar[0]);
        let mut stop = at(rising, &swing);
        if let (true, Some(last)) = (held, last) {
            stop = if rising { largest_of(stop, last) } else { smallest_of(stop, last) };
        }
        if (rising && bar[0].value() < stop.value()) || (!rising && bar[0].value() > stop.value()) {
            rising = !rising;
            swing = vec![bar[0]];
            stop = at(rising, &swing);
        }
        last = Some(stop);
        stop
    })
}

fn percents(bars: &Bars, percents: f64) -> Values {
    close(bars).into_iter().map(|x| x * number(percents) / number(100.0)).collect()
}

pub(super) const REFERENCES: &[Reference] = &[
    ("atr_bands({n}).upper", 2, |bars, n| add(&close(bars), &atr(bars, n, 3.0))),
    ("atr_bands({n}, 2).lower", 2, |bars, n| take(&close(bars), &atr(bars, n, 2.0))),
    ("atr_trailing_stop({n}).line", 2, |bars, n| ratchet(&close(bars), &atr(bars, n, 1.0))[0].clone()),
    ("atr_trailing_stop({n}, 2.5).direction", 2, |bars, n| ratchet(&close(bars), &atr(bars, n, 2.5))[1].clone()),
    ("chandelier({n}).long", 2, |bars, n| take(&extreme(bars, Column::High, n, largest), &atr(bars, n, 3.0))),
    ("chandelier({n}, 1.5).short", 2, |bars, n| add(&extreme(bars, Column::Low, n, smallest), &atr(bars, n, 1.5))),
    ("percent_stop(0.5).line", 14, |bars, _| ratchet(&close(bars), &percents(bars, 0.5))[0].clone()),
    ("percent_stop(1).direction", 14, |bars, _| ratchet(&close(bars), &percents(bars, 1.0))[1].clone()),
    ("starc({n}, 3).upper", 5, |bars, n| add(&windows(&close(bars), n, mean), &atr(bars, 3, 2.0))),
    ("starc(6, {n}, 1.5).lower", 5, |bars, n| take(&windows(&close(bars), 6, mean), &atr(bars, n, 1.5))),
    ("starc({n}, 3).middle", 5, |bars, n| windows(&close(bars), n, mean)),
    ("volatility_stop({n}).line", 2, |bars, n| volatility_stop(&close(bars), &atr(bars, n, 3.0), true)),
    ("volatility_stop({n}, 2, wilder).line", 2, |bars, n| volatility_stop(&close(bars), &atr(bars, n, 2.0), false)),
    ("volatility_stop({n}, 2).direction", 2, |bars, n| {
        let x = close(bars);
        let side =
            |stop: Exact, x: Exact| number(if stop.is_missing() { f64::NAN } else { (x - stop).value().signum() });
        zipped(&volatility_stop(&x, &atr(bars, n, 2.0), true), &x, side)
    }),
];
