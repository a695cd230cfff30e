//! Variants of TA-Lib's indicators that other programs have, against naive references: each as its program defines it.

use atrad::series::{Bars, Column};

use crate::arithmetic::*;
use crate::common::trials::Trials;
use crate::reference::*;

pub(crate) fn add(trials: &mut Trials) {
    trials.table("variants", REFERENCES, text, |reference| complaints(reference, COMPARED.iter(), 1e-11));
    // Differences of averages of prices that hardly move have few digits.
    trials
        .table("variants::changes", CHANGES, text, |reference| complaints(reference, compared_except("quiet"), 1e-10));
    // Powers of leaps drive the average away.
    trials.table("variants::powers", POWERS, text, |reference| complaints(reference, compared_except("rough"), 1e-10));
    trials.table("variants::ties", TIES, text, |reference| complaints(reference, COMPARED.iter(), 1e-15));
}

fn n(number: usize) -> Exact {
    Exact::from(number)
}

fn high(bars: &Bars) -> Values {
    column(bars, Column::High)
}

fn low(bars: &Bars) -> Values {
    column(bars, Column::Low)
}

/// The exponential average that begins with its first value: `ewm(span=n, adjust=False)`.
fn from_first(values: &[Exact], period: usize) -> Values {
    smoothed(values, n(2) / n(period + 1), 1)
}

/// `ewm(span=n)` of pandas.
fn adjusted(values: &[Exact], period: usize) -> Values {
    let beta = n(period - 1) / n(period + 1);
    let (mut total, mut weights) = (Exact::ZERO, Exact::ZERO);
    let step = |&x: &Exact| {
        if x.is_missing() {
            return x;
        }
        (total, weights) = (beta * total + x, beta * weights + n(1));
        total / weights
    };
    values.iter().map(step).collect()
}

/// Values without the first `count` that are there.
fn hidden(values: &[Exact], count: usize) -> Values {
    let first = values.iter().position(|value| !value.is_missing()).unwrap_or(0);
    let at = |(row, &value): (usize, &Exact)| if row < first + count { Exact::MISSING } else { value };
    values.iter().enumerate().map(at).collect()
}

fn double(values: &[Exact], average: impl Fn(&[Exact]) -> Values) -> Values {
    let once = average(values);
    zipped(&once, &average(&once), |one, two| n(2) * one - two)
}

fn triple(values: &[Exact], average: impl Fn(&[Exact]) -> Values) -> Values {
    let once = average(values);
    let twice = average(&once);
    zipped(&zipped(&once, &twice, |one, two| n(3) * (one - two)), &average(&twice), |lag, three| lag + three)
}

/// Tillson's as the generalised double average of itself twice: `gd(gd(gd(x)))`, `gd(x) = (1 + v) ema(x) - v ema(ema(x))`.
fn tillson(values: &[Exact], average: impl Fn(&[Exact]) -> Values) -> Values {
    let v = number(0.7);
    let generalised = |x: &[Exact]| {
        let once = average(x);
        zipped(&once, &average(&once), |one, two| (n(1) + v) * one - v * two)
    };
    generalised(&generalised(&generalised(values)))
}

fn macd(bars: &Bars, periods: [usize; 2]) -> Values {
    minus(&from_first(&close(bars), periods[0]), &from_first(&close(bars), periods[1]))
}

fn legoux(values: &[Exact]) -> Exact {
    let bars = values.len() as f64;
    let (centre, width) = (0.85 * (bars - 1.0), bars / 6.0);
    let weight = |at: usize| number(libm::exp(-(at as f64 - centre).powi(2) / (2.0 * width * width)));
    let weights: Values = (0..values.len()).map(weight).collect();
    sum(&zipped(values, &weights, |x, w| x * w)) / sum(&weights)
}

/// Klinger's volume force with the factor |2 (dm / cm - 1)|.
fn klinger_force(bars: &Bars) -> Values {
    let (mut sign, mut ranges) = (1.0, Exact::ZERO);
    let mut before: Option<(f64, Exact)> = None;
    let at = |row: usize| {
        let bar = bars.bar(row);
        let (total, range) = (bar.high + bar.low + bar.close, number(bar.high) - number(bar.low));
        let Some((total_before, range_before)) = before.replace((total, range)) else {
            ranges = range;
            return Exact::MISSING;
        };
        let turned = if total > total_before {
            1.0
        } else if total < total_before {
            -1.0
        } else {
            sign
        };
        ranges = range + if turned == sign { ranges } else { range_before };
        sign = turned;
        let factor = (n(2) * (range.over(ranges, 1.0) - n(1))).abs();
        number(sign * bar.volume) * factor * n(100)
    };
    (0..bars.len()).map(at).collect()
}

fn klinger(bars: &Bars, fast: usize, slow: usize) -> Values {
    let force = klinger_force(bars);
    hidden(&minus(&from_first(&force, fast), &from_first(&force, slow)), slow.max(9) - 1)
}

/// Wilder's sum, begun with the sum of its first `seed` values.
fn wilder_sum(values: &[Exact], period: usize, seed: usize) -> Values {
    let (mut count, mut total) = (0, Exact::ZERO);
    let step = |&x: &Exact| {
        if x.is_missing() {
            return x;
        }
        count += 1;
        total = if count <= seed { total + x } else { total - total / n(period) + x };
        if count < seed { Exact::MISSING } else { total }
    };
    values.iter().map(step).collect()
}

/// The directional movement index from sums that begin with `seed` movements.
fn dx(bars: &Bars, period: usize, seed: usize) -> Values {
    let (up, down) = (changes(&high(bars), 1), changes(&low(bars), 1));
    let movement = |one: Exact, two: Exact| if (one - two).value() > 0.0 { one.positive() } else { zero_of(one) };
    let plus = zipped(&up, &down, |up, down| movement(up, Exact::ZERO - down));
    let minus = zipped(&up, &down, |up, down| movement(Exact::ZERO - down, up));
    let [plus, minus] = [plus, minus].map(|part| wilder_sum(&part, period, seed));
    zipped(&plus, &minus, |plus, minus| (n(100) * (plus - minus).abs()).over(plus + minus, 0.0))
}

fn zero_of(value: Exact) -> Exact {
    if value.is_missing() { value } else { Exact::ZERO }
}

/// The true range, high minus low at the first bar.
fn whole_true_range(bars: &Bars) -> Values {
    let mut ranges = true_range(bars);
    ranges[0] = number(bars.bar(0).high) - number(bars.bar(0).low);
    ranges
}

/// The line of Supertrend from an average of the true range: the upper band until a close is above it, then the lower.
fn supertrend(bars: &Bars, range: &[Exact], multiplier: f64, direction: bool) -> Values {
    let mut state: Option<(Exact, Exact, bool, Exact)> = None;
    let at = |row: usize| {
        let (bar, reach) = (bars.bar(row), number(multiplier) * range[row]);
        if reach.is_missing() {
            return reach;
        }
        let (middle, close) = ((number(bar.high) + number(bar.low)) / n(2), number(bar.close));
        let (mut upper, mut lower, mut rises) = (middle + reach, middle - reach, true);
        let above = |one: Exact, two: Exact| (one - two).value() > 0.0;
        if let Some((upper_before, lower_before, rose, close_before)) = state {
            upper = if above(close_before, upper_before) || above(upper_before, upper) { upper } else { upper_before };
            lower = if above(lower_before, close_before) || above(lower, lower_before) { lower } else { lower_before };
            rises = if rose { !above(lower, close) } else { above(close, upper) };
        }
        state = Some((upper, lower, rises, close));
        match (direction, rises) {
            (true, _) => number(if rises { 1.0 } else { -1.0 }),
            (false, true) => lower,
            (false, false) => upper,
        }
    };
    (0..bars.len()).map(at).collect()
}

fn mcginley(values: &[Exact], period: usize, factor: f64, seed: usize) -> Values {
    let mut average: Option<Exact> = None;
    let at = |row: usize| {
        let x = values[row];
        let next = match average {
            None if row + 1 < seed => None,
            None => Some(mean(&values[..seed])),
            Some(y) => {
                let ratio = x / y;
                Some(y + (x - y) / (number(factor) * n(period) * (ratio * ratio * ratio * ratio)))
            }
        };
        average = next;
        if row + 1 < period { Exact::MISSING } else { next.unwrap_or(Exact::MISSING) }
    };
    (0..values.len()).map(at).collect()
}

fn ulcer(window: &[Exact]) -> Exact {
    let squares: Values = (0..window.len())
        .map(|at| {
            let peak = largest(&window[..=at]);
            let below = n(100) * (peak - window[at]) / peak;
            below * below
        })
        .collect();
    mean(&squares).sqrt()
}

fn population_kurtosis(values: &[Exact]) -> Exact {
    let mean_ = mean(values);
    let fourth: Values = each(values, |x| (x - mean_) * (x - mean_) * (x - mean_) * (x - mean_));
    let variance = variance(values, 0);
    mean(&fourth) / (variance * variance) - n(3)
}

/// Ehlers' transform where v is clipped at 0.999 and nowhere else.
fn fisher(bars: &Bars, window: usize) -> Values {
    let middle = middle(bars);
    let (mut v, mut f) = (0.0, 0.0);
    let at = |row: usize| {
        let Some(first) = (row + 1).checked_sub(window) else { return Exact::MISSING };
        let (low, high) = (smallest(&middle[first..=row]), largest(&middle[first..=row]));
        let place = (middle[row] - low).over(high - low, 0.5) - number(0.5);
        v = (0.66 * place.value() + 0.67 * v).clamp(-0.999, 0.999);
        f = 0.5 * libm::log((1.0 + v) / (1.0 - v)) + 0.5 * f;
        number(f)
    };
    (0..bars.len()).map(at).collect()
}

fn obv(bars: &Bars) -> Values {
    let signs = paired(&close(bars), |x, before| number(sign(x - before)));
    let mut total = Exact::ZERO;
    let step = |(row, &sign): (usize, &Exact)| {
        if row > 0 {
            total = total + sign * number(bars.bar(row).volume);
        }
        total
    };
    signs.iter().enumerate().map(step).collect()
}

fn relative_volatility(bars: &Bars, average: impl Fn(&[Exact]) -> Values) -> Values {
    let deviation = windows(&close(bars), 10, |x| variance(x, 0).sqrt());
    let change = changes(&close(bars), 1);
    let part = |sign: f64| zipped(&change, &deviation, |x, s| if x.value() * sign > 0.0 { s } else { zero_of(s) });
    let [up, down] = [part(1.0), part(-1.0)].map(|part| average(&part));
    zipped(&up, &down, strength)
}

fn kaufman(values: &[Exact], period: usize, fast: usize, slow: usize) -> Values {
    let (fast, slow) = (n(2) / n(fast + 1), n(2) / n(slow + 1));
    let mut y = Exact::ZERO;
    let at = |row: usize| {
        let Some(first) = row.checked_sub(period) else { return Exact::MISSING };
        let steps: Values = values[first..=row].windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
        let efficiency = (values[row] - values[first]).abs().over(sum(&steps), 1.0);
        let root = efficiency * (fast - slow) + slow;
        y = if row == period { values[row - 1] } else { y };
        y = y + root * root * (values[row] - y);
        y
    };
    (0..values.len()).map(at).collect()
}

const REFERENCES: &[Reference] = &[
    ("dema({n}, first)", |bars, n| double(&close(bars), |x| from_first(x, n))),
    ("dema({n}, seed=adjusted)", |bars, n| double(&close(bars), |x| adjusted(x, n))),
    ("tema({n}, first)", |bars, n| triple(&close(bars), |x| from_first(x, n))),
    ("tema({n}, seed=adjusted)", |bars, n| triple(&close(bars), |x| adjusted(x, n))),
    ("t3({n}, 0.7, first)", |bars, n| tillson(&close(bars), |x| from_first(x, n))),
    ("t3({n}, seed=adjusted)", |bars, n| tillson(&close(bars), |x| adjusted(x, n))),
    ("alma({n}, centre=exact)", |bars, n| windows(&close(bars), n, legoux)),
    ("kvo({n}, {n+4}, 9, factored).kvo", |bars, n| klinger(bars, n, n + 4)),
    ("adx({n}, 9)", |bars, n| wilder(&hidden(&dx(bars, n, n - 1), 1), 9)),
    ("adx({n}, start=first)", |bars, n| wilder(&dx(bars, n, n - 1), n)),
    ("adx({n}, 7, full)", |bars, n| wilder(&dx(bars, n, n), 7)),
    ("supertrend({n}, 2, rma, counted).line", |bars, n| {
        supertrend(bars, &wilder(&whole_true_range(bars), n), 2.0, false)
    }),
    ("supertrend({n}, 2, rma, counted).direction", |bars, n| {
        supertrend(bars, &wilder(&whole_true_range(bars), n), 2.0, true)
    }),
    ("supertrend({n}, 1.5, sma).line", |bars, n| supertrend(bars, &simple(&true_range(bars), n), 1.5, false)),
    ("supertrend({n}, ma=ema).line", |bars, n| supertrend(bars, &exponential(&true_range(bars), n), 3.0, false)),
    ("supertrend({n}, ma=wma).line", |bars, n| supertrend(bars, &windows(&true_range(bars), n, weighted), 3.0, false)),
    ("ulcer({n}, window)", |bars, n| windows(&close(bars), n, ulcer)),
    ("fisher({n}, 0.999).fisher", fisher),
    ("obv(zero)", |bars, _| obv(bars)),
    ("cci({n}, moving)", |bars, window| {
        let x = typical(bars);
        let distance = minus(&x, &simple(&x, window));
        let usual = simple(&each(&distance, Exact::abs), window);
        zipped(&distance, &usual, |distance, usual| distance / (n(15) / n(1000) * usual))
    }),
    ("kama({n}, 3, 20)", |bars, n| kaufman(&close(bars), n, 3, 20)),
];

const CHANGES: &[Reference] = &[
    ("dpo({n}, average)", |bars, n| minus(&close(bars), &lagged(&simple(&close(bars), n), n / 2 + 1))),
    ("macd({n}, {n+4}, 9, first).macd", |bars, n| macd(bars, [n, n + 4])),
    ("macd({n}, {n+4}, 9, first).signal", |bars, n| from_first(&macd(bars, [n, n + 4]), 9)),
    ("macd({n+4}, {n}, 9, first).hist", |bars, n| {
        let line = macd(bars, [n, n + 4]);
        minus(&line, &from_first(&line, 9))
    }),
    ("macd({n}, {n+4}, seed=adjusted).macd", |bars, n| {
        minus(&adjusted(&close(bars), n), &adjusted(&close(bars), n + 4))
    }),
    ("trix({n}, first)", |bars, window| {
        let smooth = (0..3).fold(close(bars), |x, _| from_first(&x, window));
        paired(&smooth, |x, before| n(100) * (x - before) / before)
    }),
    ("kurtosis({n+4}, population)", |bars, n| windows(&close(bars), n + 4, population_kurtosis)),
    ("rvi({n}, 10, ema)", |bars, n| relative_volatility(bars, |x| exponential(x, n))),
    ("rvi({n}, ma=sma)", |bars, n| relative_volatility(bars, |x| simple(x, n))),
    ("sharpe({n+4}, 0.02, ddof=0)", |bars, window| {
        let returns = paired(&close(bars), |x, before| (x - before) / before);
        let excess = |x: &[Exact]| mean(x) - number(0.02) / n(252);
        windows(&returns, window + 4, |x| {
            if x[0].is_missing() { x[0] } else { excess(x) / variance(x, 0).sqrt() * n(252).sqrt() }
        })
    }),
];

const POWERS: &[Reference] = &[
    ("mcgd({n}, 0.6)", |bars, n| mcginley(&close(bars), n, 0.6, 1)),
    ("mcgd({n}, 1, sma)", |bars, n| mcginley(&close(bars), n, 1.0, n)),
    ("mcgd({n}, factor=0.6, seed=sma)", |bars, n| mcginley(&close(bars), n, 0.6, n)),
];

/// Whole numbers, which are often equal.
fn whole(bars: &Bars, column: Column) -> Vec<f64> {
    bars.column(column).iter().map(|value| value.round()).collect()
}

/// The index of the oldest extreme of each window; `wins` says whether one value is more extreme than another.
fn oldest(values: &[f64], window: usize, wins: fn(f64, f64) -> bool) -> Values {
    let at = |row: usize| {
        let Some(first) = (row + 1).checked_sub(window) else { return Exact::MISSING };
        n((first..=row).reduce(|best, at| if wins(values[at], values[best]) { at } else { best }).expect("bars"))
    };
    (0..values.len()).map(at).collect()
}

/// As TA-Lib up to 0.6 finds it, loop for loop.
fn of_talib(values: &[f64], window: usize, wins: fn(f64, f64) -> bool) -> Values {
    let mut extreme: Option<usize> = None;
    let at = |today: usize| {
        let Some(trailing) = (today + 1).checked_sub(window) else { return Exact::MISSING };
        let found = match extreme {
            Some(known) if known >= trailing => {
                if wins(values[known], values[today]) {
                    known
                } else {
                    today
                }
            }
            _ => (trailing..=today)
                .reduce(|best, at| if wins(values[at], values[best]) { at } else { best })
                .expect("bars"),
        };
        extreme = Some(found);
        n(found)
    };
    (0..values.len()).map(at).collect()
}

const LESS: fn(f64, f64) -> bool = |one, two| one < two;
const MORE: fn(f64, f64) -> bool = |one, two| one > two;

fn aroon(bars: &Bars, column: Column, period: usize, wins: fn(f64, f64) -> bool) -> Values {
    let since = |(row, index): (usize, Exact)| n(row) - index;
    let indices = oldest(&whole(bars, column), period + 1, wins).into_iter().enumerate();
    indices.map(since).map(|since| n(100) - n(100) * since / n(period)).collect()
}

const TIES: &[Reference] = &[
    ("minindex(round(close), {n}, oldest)", |bars, n| oldest(&whole(bars, Column::Close), n, LESS)),
    ("maxindex(round(close), {n}, oldest)", |bars, n| oldest(&whole(bars, Column::Close), n, MORE)),
    ("minindex(round(close), {n}, talib)", |bars, n| of_talib(&whole(bars, Column::Close), n, LESS)),
    ("maxindex(round(close), {n}, talib)", |bars, n| of_talib(&whole(bars, Column::Close), n, MORE)),
    ("minmaxindex(round(close), {n}, talib).min", |bars, n| of_talib(&whole(bars, Column::Close), n, LESS)),
    ("minmaxindex(round(close), {n}, oldest).max", |bars, n| oldest(&whole(bars, Column::Close), n, MORE)),
    ("minmaxindex(round(close), {n}, talib).max", |bars, n| of_talib(&whole(bars, Column::Close), n, MORE)),
    ("aroon(round(high), round(low), {n}, oldest).up", |bars, n| aroon(bars, Column::High, n, MORE)),
    ("aroon(round(high), round(low), {n}, oldest).down", |bars, n| aroon(bars, Column::Low, n, LESS)),
    ("aroonosc(round(high), round(low), {n}, oldest)", |bars, n| {
        minus(&aroon(bars, Column::High, n, MORE), &aroon(bars, Column::Low, n, LESS))
    }),
];
