//! Drawdowns, tails and ratios of gains to risk.

use super::ranks::at_place;
use super::{Reference, largest, ln_ratio, number, returns, walked};
use crate::arithmetic::{self, *};

/// As of the same name, but none where one of the values is missing.
fn windows(values: &[Exact], window: usize, function: impl Fn(&[Exact]) -> Exact) -> Values {
    let known = |x: &[Exact]| if x.iter().any(|x| x.is_missing()) { Exact::MISSING } else { function(x) };
    arithmetic::windows(values, window, known)
}

fn is_none(value: Exact) -> bool {
    value.value() == 0.0
}

/// One divided by the other, none where that is zero.
fn ratio(one: Exact, two: Exact) -> Exact {
    if is_none(two) { Exact::MISSING } else { one / two }
}

fn negative(value: Exact) -> Exact {
    Exact::ZERO - value
}

fn max_drawdown(values: &[Exact]) -> Exact {
    let (mut worst, mut highest) = (Exact::ZERO, values[0]);
    for &later in values {
        highest = largest(&[highest, later]);
        let fall = (later - highest) / highest;
        worst = if fall.value() < worst.value() { fall } else { worst };
    }
    worst
}

/// Of returns: what is above the target, and what is below it.
fn parts(values: &[Exact], target: Exact) -> [Values; 2] {
    let part = |of: &dyn Fn(Exact) -> Exact| values.iter().map(|&x| of(x).positive()).collect::<Values>();
    [part(&|x| x - target), part(&|x| target - x)]
}

fn omega(values: &[Exact], target: Exact) -> Exact {
    let [gains, losses] = parts(values, target);
    ratio(sum(&gains), sum(&losses))
}

fn gain_loss(values: &[Exact]) -> Exact {
    let means = parts(values, Exact::ZERO).map(|part| {
        let count = part.iter().filter(|x| !is_none(**x)).count();
        ratio(sum(&part), Exact::from(count))
    });
    ratio(means[0], means[1])
}

fn sharpe(values: &[Exact], free: Exact, year: f64) -> Exact {
    ratio((mean(values) - free) * number(year).sqrt(), variance(values, 1).sqrt())
}

fn sortino(values: &[Exact], target: Exact, year: f64) -> Exact {
    let [_, missed] = parts(values, target);
    let downside = mean(&missed.iter().map(|&x| x * x).collect::<Values>()).sqrt();
    ratio((mean(values) - target) * number(year).sqrt(), downside)
}

fn below(values: &[Exact]) -> Exact {
    let highest = largest(values);
    number(100.0) * (highest - values[values.len() - 1]) / highest
}

fn shortfall(values: &[Exact], confidence: f64) -> Exact {
    let mut sorted = values.to_vec();
    sorted.sort_by(|one, two| one.value().total_cmp(&two.value()));
    let count = ((100.0 - confidence) * values.len() as f64 / 100.0).max(1.0);
    let part = |(at, &x): (usize, &Exact)| number((count - at as f64).clamp(0.0, 1.0)) * x;
    negative(sum(&sorted.iter().enumerate().map(part).collect::<Values>()) / number(count))
}

fn growth(values: &[Exact]) -> Exact {
    let bars = values.len() - 1;
    number(libm::expm1(ln_ratio(values[bars], values[0]).value() * (252.0 / bars as f64)))
}

pub(super) const REFERENCES: &[Reference] = &[
    ("calmar({n})", 5, |bars, n| windows(&close(bars), n + 1, |x| ratio(growth(x), negative(max_drawdown(x))))),
    ("calmar({n}, 365, simple)", 2, |bars, n| {
        windows(&close(bars), n + 1, |x| ratio(mean(&returns(x)[1..]) * number(365.0), negative(max_drawdown(x))))
    }),
    ("drawdown", 14, |bars, _| {
        let mut highest = number(f64::MIN);
        walked(&[&close(bars)], |x| {
            highest = largest(&[highest, x[0]]);
            (x[0] - highest) / highest
        })
    }),
    ("drawdown_bars", 14, |bars, _| {
        let x = close(bars);
        let since = |row: usize| {
            let highest = largest(&x[..=row]).value();
            x[..=row].iter().rev().position(|x| x.value() == highest).expect("it is one of them")
        };
        (0..x.len()).map(|row| Exact::from(since(row))).collect()
    }),
    ("expected_shortfall({n})", 2, |bars, n| windows(&returns(&close(bars)), n, |x| shortfall(x, 95.0))),
    ("expected_shortfall({n}, 73.5)", 2, |bars, n| windows(&returns(&close(bars)), n, |x| shortfall(x, 73.5))),
    ("gain_loss_ratio({n})", 2, |bars, n| windows(&returns(&close(bars)), n, gain_loss)),
    ("max_drawdown({n})", 2, |bars, n| windows(&close(bars), n, max_drawdown)),
    ("omega({n})", 2, |bars, n| windows(&returns(&close(bars)), n, |x| omega(x, Exact::ZERO))),
    ("omega({n}, 0.001)", 2, |bars, n| windows(&returns(&close(bars)), n, |x| omega(x, number(0.001)))),
    ("pain_index({n})", 2, |bars, n| windows(&windows(&close(bars), n, below), n, mean)),
    ("profit_factor({n})", 2, |bars, n| {
        windows(&paired(&close(bars), |x, before| x - before), n, |x| omega(x, Exact::ZERO))
    }),
    ("sharpe({n})", 5, |bars, n| windows(&returns(&close(bars)), n, |x| sharpe(x, Exact::ZERO, 252.0))),
    ("sharpe({n}, 0.04, 365)", 5, |bars, n| {
        windows(&returns(&close(bars)), n, |x| sharpe(x, number(0.04) / number(365.0), 365.0))
    }),
    ("sortino({n})", 2, |bars, n| windows(&returns(&close(bars)), n, |x| sortino(x, Exact::ZERO, 252.0))),
    ("sortino({n}, 0.04, 365)", 2, |bars, n| {
        windows(&returns(&close(bars)), n, |x| sortino(x, number(0.04) / number(365.0), 365.0))
    }),
    ("tail_ratio({n}, 90)", 2, |bars, n| {
        let tail = |x: &[Exact], share: f64| at_place(x, share * (x.len() - 1) as f64).abs();
        windows(&returns(&close(bars)), n, |x| ratio(tail(x, 0.9), tail(x, 1.0 - 0.9)))
    }),
    ("ulcer({n})", 2, |bars, n| {
        let squares: Values = windows(&close(bars), n, below).into_iter().map(|x| x * x).collect();
        windows(&squares, n, |x| mean(x).sqrt())
    }),
    ("value_at_risk({n}, 80)", 2, |bars, n| {
        windows(&returns(&close(bars)), n, |x| negative(at_place(x, (1.0 - 0.8) * (x.len() - 1) as f64)))
    }),
    ("win_rate({n})", 2, |bars, n| {
        windows(&returns(&close(bars)), n, |x| {
            Exact::from(x.iter().filter(|x| x.value() > 0.0).count()) / Exact::from(x.len())
        })
    }),
];
