//! Volume.

use super::*;
use crate::reference::*;

fn balance(bars: &Bars) -> Values {
    let (x, volume) = (close(bars), volume(bars));
    let mut total = volume[0];
    let step = |row: usize| {
        if row > 0 {
            total = total + volume[row] * number(sign(x[row] - x[row - 1]));
        }
        total
    };
    (0..x.len()).map(step).collect()
}

/// Whether the first average rose, or fell, over two bars while the second moved.
fn run(fast: usize, side: f64, bars: &Bars) -> Values {
    let [fast, slow] = [fast, 12].map(|n| changes(&exponential(&balance(bars), n), 2));
    zipped(&fast, &slow, |fast, slow| match fast.value() + slow.value() {
        missing if missing.is_nan() => Exact::MISSING,
        _ => number(mark(side * fast.value() > 0.0 && slow.value() != 0.0)),
    })
}

fn flow(bars: &Bars) -> Values {
    zipped(&changes(&close(bars), 1), &volume(bars), |change, volume| change * volume)
}

fn positive_negative(bars: &Bars, n: usize) -> Values {
    let (moved, cutoff) = (changes(&typical(bars), 1), times(&atr(bars, n), 0.1));
    let clear = zipped(&moved, &cutoff, |moved, cutoff| {
        let beyond = |side: f64| mark((moved * number(side) - cutoff).value() > 0.0);
        number(beyond(1.0) - beyond(-1.0)) + Exact::ZERO * (moved + cutoff)
    });
    let signed = zipped(&clear, &volume(bars), |clear, volume| clear * volume);
    exponential(&percent(&windows(&signed, n, sum), &windows(&volume(bars), n, sum), 0.0), 3)
}

pub(super) const REFERENCES: &[Case] = &[
    ("aobv({n}).obv", On::All, |bars, _| balance(bars)),
    ("aobv({n}).fast", On::All, |bars, n| exponential(&balance(bars), n)),
    ("aobv(4, {n}).slow", On::All, |bars, n| exponential(&balance(bars), n)),
    ("aobv({n}).long", On::Calm, |bars, n| run(n, 1.0, bars)),
    ("aobv({n}).short", On::Calm, |bars, n| run(n, -1.0, bars)),
    ("obvm({n}).obvm", On::All, |bars, n| exponential(&balance(bars), n)),
    ("obvm(7, {n}).signal", On::All, |bars, n| exponential(&exponential(&balance(bars), 7), n)),
    ("tsv({n}).tsv", On::All, |bars, n| windows(&flow(bars), n, sum)),
    ("tsv(9, {n}).signal", On::All, |bars, n| simple(&windows(&flow(bars), 9, sum), n)),
    ("vpn({n})", On::Near, positive_negative),
    ("vroc({n})", On::All, |bars, n| percent(&changes(&volume(bars), n), &lagged(&volume(bars), n), 0.0)),
    ("wobv()", On::All, |bars, _| {
        let mut total = Exact::ZERO;
        let step = |&flow: &Exact| {
            total = if flow.is_missing() { total } else { total + flow };
            if flow.is_missing() { flow } else { total }
        };
        flow(bars).iter().map(step).collect()
    }),
];
