//! Averages and filters that TA-Lib does not have, against naive references in exact arithmetic: the recurrences as their
//! authors write them.

use atrad::series::{Bars, Column};

use crate::TOLERANCE;
use crate::arithmetic::*;
use crate::common::trials::Trials;
use crate::reference::*;

pub(crate) fn add(trials: &mut Trials) {
    trials.table("filters", REFERENCES, text, |reference| complaints(reference, COMPARED.iter(), TOLERANCE));
    trials.table("filters::remembering", REMEMBERING, text, |reference| {
        complaints(reference, compared_except("rough"), TOLERANCE)
    });
}

/// The recurrence y = sum of b[i] * x[i] + sum of a[i] * y[i + 1], started as if all before the first value were the same.
pub(crate) fn filter(values: &[Exact], b: &[Exact], a: &[Exact]) -> Values {
    let gain = sum(b) / (Exact::from(1.0) - sum(a));
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    let step = |&x: &Exact| {
        if x.is_missing() {
            return x;
        }
        if inputs.is_empty() {
            (inputs, outputs) = (vec![x; b.len()], vec![gain * x; a.len()]);
        }
        inputs.rotate_right(1);
        inputs[0] = x;
        let y = sum(&zipped(&inputs, b, |x, b| b * x)) + sum(&zipped(&outputs, a, |y, a| a * y));
        outputs.rotate_right(1);
        outputs[0] = y;
        y
    };
    values.iter().map(step).collect()
}

/// Ehlers' SuperSmoother of two poles.
fn super_smooth(values: &[Exact], period: f64) -> Values {
    let root = libm::exp(-1.414 * std::f64::consts::PI / period);
    let near = Exact::from(2.0 * root * libm::cos(1.414 * std::f64::consts::PI / period));
    let far = Exact::from(-root * root);
    let half = (Exact::from(1.0) - near - far) / Exact::from(2.0);
    filter(values, &[half, half], &[near, far])
}

fn super_smooth_3(values: &[Exact], period: f64) -> Values {
    let root = libm::exp(-std::f64::consts::PI / period);
    let (b, c) = (2.0 * root * libm::cos(1.738 * std::f64::consts::PI / period), root * root);
    let (b, c) = (Exact::from(b), Exact::from(c));
    let poles = [b + c, Exact::ZERO - c - b * c, c * c];
    filter(values, &[Exact::from(1.0) - sum(&poles)], &poles)
}

/// The share of Ehlers' high-pass filters, of a cycle that turns so far per bar.
fn share(turn: f64) -> Exact {
    // The half angle: the sum of the cosine and the sine is near 1.
    let (sine, cosine) = (libm::sin(turn / 2.0), libm::cos(turn / 2.0));
    Exact::from(2.0 * sine * (cosine - sine) / (1.0 - 2.0 * sine * sine))
}

fn high_pass(values: &[Exact], share: Exact) -> Values {
    let one = Exact::from(1.0);
    let b = one - share / Exact::from(2.0);
    filter(values, &[b, Exact::ZERO - b], &[one - share])
}

fn high_pass_2(values: &[Exact], share: Exact) -> Values {
    let (one, two) = (Exact::from(1.0), Exact::from(2.0));
    let (b, beta) = (one - share / two, one - share);
    let b = b * b;
    filter(values, &[b, Exact::ZERO - two * b, b], &[two * beta, Exact::ZERO - beta * beta])
}

fn high_pass_of(values: &[Exact], period: usize) -> Values {
    high_pass_2(values, share(0.707 * std::f64::consts::PI / period as f64 * 2.0))
}

/// The mean of windows with these weights, the newest first.
fn weighed(values: &[Exact], weights: &[Exact]) -> Values {
    let total = sum(weights);
    windows(values, weights.len(), |x| {
        let newest_first: Values = x.iter().rev().copied().collect();
        sum(&zipped(&newest_first, weights, |x, w| x * w)) / total
    })
}

fn weights(n: usize, weight: impl Fn(usize) -> f64) -> Values {
    (0..n).map(|i| Exact::from(weight(i))).collect()
}

fn turn(n: usize) -> f64 {
    std::f64::consts::PI / (n as f64 + 1.0)
}

fn fibonacci(n: usize) -> Values {
    let mut numbers = vec![Exact::from(1.0); n];
    (2..n).for_each(|i| numbers[i] = numbers[i - 1] + numbers[i - 2]);
    numbers.reverse();
    numbers
}

fn pascal(n: usize) -> Values {
    let mut row = vec![Exact::from(1.0)];
    for _ in 1..n {
        let sums: Values = row.windows(2).map(|pair| pair[0] + pair[1]).collect();
        row = [vec![row[0]], sums, vec![row[0]]].concat();
    }
    row
}

fn swma(values: &[Exact]) -> Values {
    weighed(values, &exact(&[1.0, 2.0, 2.0, 1.0]))
}

/// y = y[1] + weight * (x - y[1]), begun with the value before the first weight.
pub(crate) fn adaptive(values: &[Exact], weights: &[Exact]) -> Values {
    let mut y = Exact::MISSING;
    let step = |(&x, &weight): (&Exact, &Exact)| {
        if weight.is_missing() {
            y = x;
            return weight;
        }
        y = if y.is_missing() { x } else { y };
        y = y + weight * (x - y);
        y
    };
    values.iter().zip(weights).map(step).collect()
}

fn volume(bars: &Bars) -> Values {
    column(bars, Column::Volume)
}

fn hull(values: &[Exact], n: usize, average: fn(&[Exact], usize) -> Values) -> Values {
    let (half, whole) = (average(values, (n / 2).max(1)), average(values, n));
    average(&zipped(&half, &whole, |half, whole| half + half - whole), n.isqrt())
}

fn wma(values: &[Exact], n: usize) -> Values {
    windows(values, n, weighted)
}

fn triple_hull(values: &[Exact], n: usize) -> Values {
    let [third, half, whole] = [n / 3, n / 2, n].map(|n| wma(values, n.max(1)));
    let ahead = zipped(&third, &half, |third, half| third + third + third - half);
    wma(&zipped(&ahead, &whole, |ahead, whole| ahead - whole), n)
}

fn deviation_scaled(values: &[Exact], n: usize) -> Values {
    let moved = zipped(values, &lagged(values, 2), |x, before| x - before);
    let smooth = super_smooth(&moved, n as f64 / 2.0);
    let power = windows(&each(&smooth, |f| f * f), n, mean);
    let scale = Exact::from(5.0) / Exact::from(n);
    let weight = zipped(&smooth, &power, |f, power| {
        let weight = scale * f.abs().over(power.sqrt(), 0.0);
        if weight.value() > 1.0 { Exact::from(1.0) } else { weight }
    });
    adaptive(values, &weight)
}

fn holt_winters(values: &[Exact]) -> Values {
    let [one, half] = [1.0, 0.5].map(Exact::from);
    let [a, b, c] = [0.2, 0.1, 0.1].map(Exact::from);
    let (mut f, mut v, mut d) = (values[0], Exact::ZERO, Exact::ZERO);
    let step = |&x: &Exact| {
        let (f1, v1, d1) = (f, v, d);
        f = (one - a) * (f1 + v1 + half * d1) + a * x;
        v = (one - b) * (v1 + d1) + b * (f - f1);
        d = (one - c) * d1 + c * (v - v1);
        f + v + half * d
    };
    values.iter().map(step).collect()
}

/// Everget's script, line by line.
fn jurik(values: &[Exact], n: usize) -> Values {
    let length = 0.45 * (n as f64 - 1.0);
    let beta = length / (length + 2.0);
    let (alpha, beta, ratio) = (Exact::from(libm::pow(beta, 2.0)), Exact::from(beta), Exact::from(2.0));
    let one = Exact::from(1.0);
    let (mut e0, mut e1, mut e2, mut y) = (values[0], Exact::ZERO, Exact::ZERO, values[0]);
    let step = |&x: &Exact| {
        e0 = (one - alpha) * x + alpha * e0;
        e1 = (x - e0) * (one - beta) + beta * e1;
        e2 = (e0 + ratio * e1 - y) * (one - alpha) * (one - alpha) + alpha * alpha * e2;
        y = e2 + y;
        y
    };
    values.iter().map(step).collect()
}

/// The filter in the usual steps: predict, weigh, correct.
fn kalman(values: &[Exact], ratio: f64) -> Values {
    let (ratio, one) = (Exact::from(ratio), Exact::from(1.0));
    let (mut level, mut variance) = (values[0], one);
    let step = |(at, &x): (usize, &Exact)| {
        if at > 0 {
            let predicted = variance + ratio;
            let gain = predicted / (predicted + one);
            level = level + gain * (x - level);
            variance = (one - gain) * predicted;
        }
        level
    };
    values.iter().enumerate().map(step).collect()
}

/// The four elements of the Laguerre filter.
fn elements(values: &[Exact], gamma: f64) -> [Values; 4] {
    let gamma = Exact::from(gamma);
    let first = filter(values, &[Exact::from(1.0) - gamma], &[gamma]);
    let next = |values: &Values| filter(values, &[Exact::ZERO - gamma, Exact::from(1.0)], &[gamma]);
    let second = next(&first);
    let third = next(&second);
    let fourth = next(&third);
    [first, second, third, fourth]
}

fn laguerre(values: &[Exact], gamma: f64) -> Values {
    let [a, b, c, d] = elements(values, gamma);
    let two = Exact::from(2.0);
    let at = |i: usize| (a[i] + two * b[i] + two * c[i] + d[i]) / Exact::from(6.0);
    (0..values.len()).map(at).collect()
}

fn laguerre_strength(values: &[Exact], gamma: f64) -> Values {
    let [a, b, c, d] = elements(values, gamma);
    let at = |i: usize| {
        let steps = [a[i] - b[i], b[i] - c[i], c[i] - d[i]];
        sum(&steps.map(Exact::positive)).over(sum(&steps.map(Exact::abs)), 0.5)
    };
    (0..values.len()).map(at).collect()
}

fn carried_on(values: &[Exact], n: usize, best: fn(&[Exact]) -> Exact) -> Values {
    windows(values, n, |x| {
        let slope = line(x, 0.0).0;
        let reach = |(at, &x): (usize, &Exact)| x + slope * Exact::from(n - 1 - at);
        best(&x.iter().enumerate().map(reach).collect::<Values>())
    })
}

fn cyber_cycle(values: &[Exact]) -> Values {
    let mut cycle = high_pass_2(&swma(values), Exact::from(0.07));
    // Of the first smooth value, nothing is left.
    assert_eq!(std::mem::replace(&mut cycle[3], Exact::MISSING).value(), 0.0);
    cycle
}

fn trendline(values: &[Exact]) -> Values {
    let a = Exact::from(0.07);
    let (one, two, square) = (Exact::from(1.0), Exact::from(2.0), a * a);
    let (half, quarter, more) = (Exact::from(0.5), Exact::from(0.25), Exact::from(0.75));
    let b = [a - quarter * square, half * square, Exact::ZERO - (a - more * square)];
    filter(values, &b, &[two * (one - a), Exact::ZERO - (one - a) * (one - a)])
}

/// A value some bars before, where there is none the first.
fn held(values: &[Exact], bars: usize) -> Values {
    (0..values.len()).map(|at| values[at.saturating_sub(bars)]).collect()
}

fn even_better(values: &[Exact], n: usize) -> Values {
    let wave = super_smooth(&high_pass(values, share(2.0 * std::f64::consts::PI / n as f64)), 10.0);
    let (last, earlier) = (held(&wave, 1), held(&wave, 2));
    let at = |i: usize| {
        let three = [wave[i], last[i], earlier[i]];
        mean(&three).over(mean(&three.map(|x| x * x)).sqrt(), 0.0)
    };
    (0..values.len()).map(at).collect()
}

/// The smooth line against itself over the bars before, along the line from its end to its beginning if `straight`.
fn flex(values: &[Exact], n: usize, straight: bool) -> Values {
    let smooth = super_smooth(values, n as f64 / 2.0);
    // Before the first bar, all was the same.
    let smooth = [vec![smooth[0]; n], smooth].concat();
    let sums = windows(&smooth, n + 1, |f| {
        let newest = f[n];
        let slope = if straight { (f[0] - newest) / Exact::from(n) } else { Exact::ZERO };
        mean(&(1..=n).map(|i| newest + slope * Exact::from(i) - f[n - i]).collect::<Values>())
    });
    let mut sums = sums[n..].to_vec();
    sums[..n - 1].fill(Exact::MISSING);
    let power = smoothed(&each(&sums, |x| x * x), Exact::from(0.04), 1);
    zipped(&sums, &power, |x, power| x.over(power.sqrt(), 0.0))
}

fn stochastic_cycle(values: &[Exact], n: usize) -> Values {
    let place = windows(&cyber_cycle(values), n, |x| {
        let lowest = smallest(x);
        (x[n_last(x)] - lowest).over(largest(x) - lowest, 0.5)
    });
    let [two, half] = [2.0, 0.5].map(Exact::from);
    each(&weighed(&place, &exact(&[4.0, 3.0, 2.0, 1.0])), |x| two * (x - half))
}

fn universal(values: &[Exact], n: usize) -> Values {
    let half = zipped(values, &held(values, 2), |x, before| (x - before) / Exact::from(2.0));
    let mut peak = Exact::ZERO;
    let step = |&x: &Exact| {
        peak = largest(&[Exact::from(0.991) * peak, x.abs()]);
        x.over(peak, 0.0)
    };
    super_smooth(&half, n as f64).iter().map(step).collect()
}

fn scaled(values: &[Exact], scale: f64) -> Values {
    each(values, |x| x * Exact::from(scale))
}

const REFERENCES: &[Reference] = &[
    ("alligator(jaw={n}).jaw", |bars, n| wilder(&middle(bars), n)),
    ("alligator(teeth={n}).teeth", |bars, n| wilder(&middle(bars), n)),
    ("alligator(lips={n}).lips", |bars, n| wilder(&middle(bars), n)),
    ("cyber_cycle().cycle", |bars, _| cyber_cycle(&close(bars))),
    ("cyber_cycle().trigger", |bars, _| lagged(&cyber_cycle(&close(bars)), 1)),
    ("decycler({n+4})", |bars, n| {
        let one = Exact::from(1.0);
        let share = share(2.0 * std::f64::consts::PI / (n + 4) as f64);
        let half = share / Exact::from(2.0);
        filter(&close(bars), &[half, half], &[one - share])
    }),
    ("decycler_oscillator({n+4}, 60)", |bars, n| {
        let (slow, fast) = (high_pass_of(&close(bars), 60), high_pass_of(&close(bars), n + 4));
        zipped(&slow, &fast, |slow, fast| slow - fast)
    }),
    ("dsma({n})", |bars, n| deviation_scaled(&close(bars), n)),
    ("ebsw({n+4})", |bars, n| even_better(&close(bars), n + 4)),
    ("ehma({n})", |bars, n| hull(&close(bars), n, exponential)),
    ("envelope({n}).upper", |bars, n| scaled(&windows(&close(bars), n, mean), 1.025)),
    ("envelope({n}).middle", |bars, n| windows(&close(bars), n, mean)),
    ("envelope({n}).lower", |bars, n| scaled(&windows(&close(bars), n, mean), 0.975)),
    ("evwma({n})", |bars, n| {
        let traded = windows(&volume(bars), n, sum);
        adaptive(&close(bars), &zipped(&volume(bars), &traded, |volume, traded| volume.over(traded, 0.0)))
    }),
    ("fwma({n})", |bars, n| weighed(&close(bars), &fibonacci(n))),
    ("hann({n})", |bars, n| weighed(&close(bars), &weights(n, |i| 1.0 - libm::cos(2.0 * turn(n) * (i + 1) as f64)))),
    ("hwma()", |bars, _| holt_winters(&close(bars))),
    ("itrend().trend", |bars, _| trendline(&close(bars))),
    ("itrend().trigger", |bars, _| {
        let trend = trendline(&close(bars));
        zipped(&trend, &held(&trend, 2), |x, before| x + x - before)
    }),
    ("jma({n})", |bars, n| jurik(&close(bars), n)),
    ("kalman()", |bars, _| kalman(&close(bars), 0.01)),
    ("kalman(2)", |bars, _| kalman(&close(bars), 2.0)),
    ("laguerre()", |bars, _| laguerre(&close(bars), 0.8)),
    ("laguerre_rsi()", |bars, _| laguerre_strength(&close(bars), 0.5)),
    ("projection_bands({n+4}).upper", |bars, n| carried_on(&column(bars, Column::High), n + 4, largest)),
    ("projection_bands({n+4}).lower", |bars, n| carried_on(&column(bars, Column::Low), n + 4, smallest)),
    ("pwma({n})", |bars, n| weighed(&close(bars), &pascal(n))),
    ("reflex({n})", |bars, n| flex(&close(bars), n, true)),
    ("roofing({n+4})", |bars, n| super_smooth(&high_pass_of(&close(bars), n + 4), 10.0)),
    ("sinwma({n})", |bars, n| weighed(&close(bars), &weights(n, |i| libm::sin(turn(n) * (i + 1) as f64)))),
    ("stoch_cyber_cycle(period={n}).value", |bars, n| stochastic_cycle(&close(bars), n)),
    ("stoch_cyber_cycle(period={n}).trigger", |bars, n| {
        let [scale, offset] = [0.96, 0.02].map(Exact::from);
        each(&lagged(&stochastic_cycle(&close(bars), n), 1), |x| scale * (x + offset))
    }),
    ("swma()", |bars, _| swma(&close(bars))),
    ("thma({n})", |bars, n| triple_hull(&close(bars), n)),
    ("trendflex({n})", |bars, n| flex(&close(bars), n, false)),
    ("universal_oscillator({n})", |bars, n| universal(&close(bars), n)),
    ("vwema({n})", |bars, n| {
        let money = exponential(&zipped(&close(bars), &volume(bars), |x, volume| x * volume), n);
        zipped(&money, &exponential(&volume(bars), n), |money, traded| money / traded)
    }),
];

/// Those that remember a bar a thousand times the others, and then have the digits that it leaves them.
const REMEMBERING: &[Reference] = &[
    ("super_smoother({n})", |bars, n| super_smooth(&close(bars), n as f64)),
    ("super_smoother({n}, 3)", |bars, n| super_smooth_3(&close(bars), n as f64)),
];
