//! Oscillators that TA-Lib does not have, against naive references in exact arithmetic: the formulas as published.

use atrad::series::{Bars, Column};

use crate::TOLERANCE;
use crate::arithmetic::*;
use crate::common::trials::Trials;
use crate::reference::*;

pub(crate) fn add(trials: &mut Trials) {
    trials.table("oscillators", REFERENCES, text, |reference| complaints(reference, COMPARED.iter(), TOLERANCE));
    trials.table("oscillators::sides", SIDES, text, |reference| {
        complaints(reference, compared_except("smooth"), TOLERANCE)
    });
}

fn high(bars: &Bars) -> Values {
    column(bars, Column::High)
}

fn low(bars: &Bars) -> Values {
    column(bars, Column::Low)
}

fn swma(values: &[Exact]) -> Values {
    windows(values, 4, |x| (x[0] + x[1] + x[1] + x[2] + x[2] + x[3]) / number(6.0))
}

fn relative_strength(values: &[Exact], n: usize) -> Values {
    let [gain, loss] = moves(values).map(|part| wilder(&part, n));
    zipped(&gain, &loss, strength)
}

fn above_and_below(values: &[Exact]) -> [Values; 2] {
    [each(values, Exact::positive), each(values, |x| (Exact::ZERO - x).positive())]
}

/// The place of values in a range, 0 where that is no more than rounding.
fn place(values: &[Exact], highest: &[Exact], lowest: &[Exact]) -> Values {
    let at = |i: usize| {
        let (range, size) = (highest[i] - lowest[i], highest[i].abs() + lowest[i].abs());
        let flat = range.value().abs() <= 1e-14 * size.value();
        if flat { Exact::ZERO } else { number(100.0) * (values[i] - lowest[i]) / range }
    };
    (0..values.len()).map(at).collect()
}

fn smoothed_stochastic(bars: &Bars, n: usize) -> Values {
    let first = place(&close(bars), &windows(&high(bars), n, largest), &windows(&low(bars), n, smallest));
    let smooth = exponential(&first, 8);
    let again = place(&smooth, &windows(&smooth, n, largest), &windows(&smooth, n, smallest));
    exponential(&again, 8)
}

fn dynamic_momentum(values: &[Exact], n: usize) -> Values {
    let deviation = windows(values, 5, |x| variance(x, 0).sqrt());
    let calm = zipped(&simple(&deviation, 10), &deviation, |usual, now| (number(n as f64) * usual).over(now, 30.0));
    let [gain, loss] = moves(values);
    let at = |i: usize| {
        if calm[i].is_missing() || i < 30 {
            return Exact::MISSING;
        }
        let bars = calm[i].value().clamp(5.0, 30.0) as usize;
        let [gain, loss] = [&gain, &loss].map(|part| sum(&part[i + 1 - bars..=i]));
        strength(gain, loss)
    };
    (0..values.len()).map(at).collect()
}

fn inertia(values: &[Exact], n: usize) -> Values {
    let deviation = windows(values, 10, |x| variance(x, 0).sqrt());
    let change = changes(values, 1);
    let part = |wanted: f64| {
        let part = zipped(
            &deviation,
            &change,
            |d, change| if sign(change) == wanted { d } else { Exact::ZERO * (d + change) },
        );
        wilder(&shown(&part, &deviation), 14)
    };
    windows(&zipped(&part(1.0), &part(-1.0), strength), n, |x| line(x, 0.0).1)
}

fn polarized(values: &[Exact], n: usize) -> Values {
    let length = |rise: Exact, bars: usize| (rise * rise + Exact::from(bars * bars)).sqrt();
    let way = windows(&each(&changes(values, 1), |rise| length(rise, 1)), n, sum);
    let efficiency = zipped(&changes(values, n), &way, |rise, way| number(100.0 * sign(rise)) * length(rise, n) / way);
    exponential(&efficiency, 5)
}

fn projected(bars: &Bars, n: usize) -> Values {
    let reach = |values: &[Exact], best: fn(&[Exact]) -> Exact| {
        windows(values, n, |x| {
            let slope = line(x, 0.0).0;
            best(&x.iter().enumerate().map(|(at, &x)| x + slope * Exact::from(n - 1 - at)).collect::<Values>())
        })
    };
    place(&close(bars), &reach(&high(bars), largest), &reach(&low(bars), smallest))
}

fn price_zone(values: &[Exact], n: usize) -> Values {
    let mut signed = zipped(values, &changes(values, 1), |x, change| x * number(sign(change)));
    signed[0] = Exact::ZERO;
    percent(&exponential(&signed, n), &exponential(values, n), 0.0)
}

/// Smoothed strength, line and trend, with the bands of all bars.
fn estimation(values: &[Exact], n: usize) -> [Values; 3] {
    let x = exponential(&relative_strength(values, n), 5);
    let usual = exponential(&exponential(&each(&changes(&x, 1), Exact::abs), 2 * n - 1), 2 * n - 1);
    let first = usual.iter().position(|usual| !usual.is_missing()).unwrap_or(usual.len());
    let [mut lines, mut trends] = [0; 2].map(|_| vec![Exact::MISSING; x.len()]);
    let (mut long, mut short) = (vec![Exact::MISSING; x.len()], vec![Exact::MISSING; x.len()]);
    let mut trend = 1.0;
    for i in first..x.len() {
        let width = number(4.236) * usual[i];
        let above = |i: usize, line: Exact| (x[i] - line).value() > 0.0;
        let below = |i: usize, line: Exact| (x[i] - line).value() < 0.0;
        (long[i], short[i]) = (x[i] - width, x[i] + width);
        if i > first {
            let (before_long, before_short) = (long[i - 1], short[i - 1]);
            trend = if above(i, before_short) {
                1.0
            } else if below(i, before_long) {
                -1.0
            } else {
                trend
            };
            if above(i - 1, before_long) && above(i, before_long) {
                long[i] = largest(&[long[i], before_long]);
            }
            if below(i - 1, before_short) && below(i, before_short) {
                short[i] = smallest(&[short[i], before_short]);
            }
        }
        (lines[i], trends[i]) = (if trend > 0.0 { long[i] } else { short[i] }, number(trend));
    }
    [shown(&x, &lines), lines, trends]
}

fn relative_momentum(values: &[Exact], n: usize) -> Values {
    let [gain, loss] = above_and_below(&changes(values, 5)).map(|part| wilder(&part, n));
    zipped(&gain, &loss, strength)
}

fn jurik_strength(values: &[Exact], n: usize) -> Values {
    let mut change = changes(values, 1);
    change[0] = Exact::ZERO;
    let share = number(3.0) / Exact::from(n + 2);
    let smooth = |x: Values| {
        (0..3).fold(x, |x, _| {
            let once = smoothed(&x, share, 1);
            zipped(&once, &smoothed(&once, share, 1), |once, twice| number(1.5) * once - number(0.5) * twice)
        })
    };
    let (size, change) = (smooth(each(&change, Exact::abs)), smooth(change));
    let mut values = zipped(&change, &size, |change, size| {
        let value = number(50.0) * (change / size + number(1.0));
        if size.value() <= 0.0 { number(50.0) } else { smallest(&[number(100.0), value.positive()]) }
    });
    values[..n].fill(Exact::MISSING);
    values
}

fn vigor(bars: &Bars, n: usize) -> Values {
    let part = |one: Column, two: Column| windows(&swma(&minus(&column(bars, one), &column(bars, two))), n, sum);
    zipped(&part(Column::Close, Column::Open), &part(Column::High, Column::Low), |body, range| body.over(range, 0.0))
}

fn random_walk(ends: &[Exact], others: &[Exact], ranges: &[Exact], n: usize) -> Values {
    let at = |i: usize| {
        if i < n + 1 {
            return Exact::MISSING;
        }
        let mut total = ranges[i];
        let beside = |bars: usize| {
            total = total + ranges[i + 1 - bars];
            let usual = total / Exact::from(bars) * Exact::from(bars).sqrt();
            (ends[i] - others[i - bars]).over(usual, 0.0)
        };
        largest(&(2..=n).map(beside).collect::<Values>())
    };
    (0..ends.len()).map(at).collect()
}

fn turned(values: &[Exact]) -> Values {
    each(values, |x| Exact::ZERO - x)
}

fn ergodic(values: &[Exact], n: usize) -> Values {
    let twice = |x: &[Exact]| exponential(&exponential(x, n), 5);
    let change = changes(values, 1);
    percent(&twice(&change), &twice(&each(&change, Exact::abs)), 0.0)
}

fn special(values: &[Exact]) -> Values {
    let rates = [10, 15, 20, 30, 40, 65, 75, 100, 195, 265, 390, 530];
    let averages = [10, 10, 10, 15, 50, 65, 75, 100, 130, 130, 130, 195];
    let mut total = vec![Exact::ZERO; values.len()];
    for (at, (rate, average)) in rates.into_iter().zip(averages).enumerate() {
        let rate = percent(&changes(values, rate), &lagged(values, rate), 0.0);
        let weight = Exact::from(at % 4 + 1);
        total = zipped(&total, &simple(&rate, average), |total, leg| total + weight * leg);
    }
    total
}

fn range_expansion(bars: &Bars, n: usize) -> Values {
    let (h, l, c) = (bars.column(Column::High), bars.column(Column::Low), bars.column(Column::Close));
    let [mut kept, mut all] = [0; 2].map(|_| vec![Exact::MISSING; h.len()]);
    for i in 8..h.len() {
        let (rise, other) = (number(h[i]) - number(h[i - 2]), number(l[i]) - number(l[i - 2]));
        let up = h[i] >= l[i - 5] || h[i] >= l[i - 6] || h[i - 2] >= c[i - 7] || h[i - 2] >= c[i - 8];
        let down = l[i] <= h[i - 5] || l[i] <= h[i - 6] || l[i - 2] <= c[i - 7] || l[i - 2] <= c[i - 8];
        kept[i] = if up && down { rise + other } else { Exact::ZERO };
        all[i] = rise.abs() + other.abs();
    }
    percent(&windows(&kept, n, sum), &windows(&all, n, sum), 0.0)
}

fn intensity(values: &[Exact], n: usize) -> Values {
    let off = windows(values, n, |x| x[n_last(x)] - mean(x));
    let [above, below] = above_and_below(&off).map(|part| windows(&part, 30, sum));
    zipped(&above, &below, strength)
}

fn trigger_factor(bars: &Bars, n: usize) -> Values {
    let (highest, lowest) = (windows(&high(bars), n, largest), windows(&low(bars), n, smallest));
    let buy = minus(&highest, &lagged(&lowest, n));
    let sell = minus(&lagged(&highest, n), &lowest);
    let half = zipped(&buy, &sell, |buy, sell| (buy + sell) / number(2.0));
    percent(&minus(&buy, &sell), &half, 0.0)
}

const REFERENCES: &[Reference] = &[
    ("dss({n})", smoothed_stochastic),
    ("dymi({n})", |bars, n| dynamic_momentum(&close(bars), n)),
    ("gapo({n})", |bars, n| {
        let range = minus(&windows(&high(bars), n, largest), &windows(&low(bars), n, smallest));
        each(&range, |range| number(range.value().ln() / (n as f64).ln()))
    }),
    ("inertia({n})", |bars, n| inertia(&close(bars), n)),
    ("inverse_fisher_rsi({n})", |bars, n| {
        let smooth = windows(&relative_strength(&close(bars), n), 9, weighted);
        each(&smooth, |x| number(((x - number(50.0)) / number(10.0)).value().tanh()))
    }),
    ("pfe({n})", |bars, n| polarized(&close(bars), n)),
    ("pgo({n})", |bars, n| {
        let off = windows(&close(bars), n, |x| x[n_last(x)] - mean(x));
        zipped(&off, &exponential(&true_range(bars), n), |off, usual| off.over(usual, 0.0))
    }),
    ("projection_oscillator({n+4})", |bars, n| projected(bars, n + 4)),
    ("psl({n})", |bars, n| {
        let rose = each(&changes(&close(bars), 1), |change| number(100.0 * sign(change.positive())));
        simple(&rose, n)
    }),
    ("pzo({n})", |bars, n| price_zone(&close(bars), n)),
    ("qqe({n}).rsi", |bars, n| estimation(&close(bars), n)[0].clone()),
    ("rmi({n})", |bars, n| relative_momentum(&close(bars), n)),
    ("rsx({n})", |bars, n| jurik_strength(&close(bars), n)),
    ("rvgi({n}).rvgi", |bars, n| shown(&vigor(bars, n), &swma(&vigor(bars, n)))),
    ("rvgi({n}).signal", |bars, n| swma(&vigor(bars, n))),
    ("rwi({n}).high", |bars, n| random_walk(&high(bars), &low(bars), &true_range(bars), n)),
    ("rwi({n}).low", |bars, n| random_walk(&turned(&low(bars)), &turned(&high(bars)), &true_range(bars), n)),
    ("smi_ergodic({n}).ergodic", |bars, n| {
        let index = ergodic(&close(bars), n);
        shown(&index, &exponential(&index, 5))
    }),
    ("smi_ergodic({n}).signal", |bars, n| exponential(&ergodic(&close(bars), n), 5)),
    ("smi_ergodic({n}).hist", |bars, n| {
        let index = ergodic(&close(bars), n);
        minus(&index, &exponential(&index, 5))
    }),
    ("special_k()", |bars, _| special(&close(bars))),
    ("td_rei({n})", range_expansion),
    ("tii({n})", |bars, n| intensity(&close(bars), n)),
    ("ttf({n})", trigger_factor),
    ("ttm_trend({n})", |bars, n| each(&minus(&close(bars), &simple(&middle(bars), n)), |off| number(sign(off)))),
];

/// Where the strength stays at its end, as it does in a smooth rise, rounding says on which side of it the line is.
const SIDES: &[Reference] = &[
    ("qqe({n}).line", |bars, n| estimation(&close(bars), n)[1].clone()),
    ("qqe({n}).trend", |bars, n| estimation(&close(bars), n)[2].clone()),
];
