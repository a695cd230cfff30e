//! Moments, lines, and how values move with those before them.

use super::{Reference, largest, ln_ratio, log_returns, number, smallest};
use crate::arithmetic::*;

fn off_line(values: &[Exact]) -> Exact {
    let (slope, newest) = line(values, 0.0);
    let off = |(age, &x): (usize, &Exact)| x - (newest - slope * Exact::from(age));
    let off: Values = values.iter().rev().enumerate().map(off).collect();
    sum(&off.iter().map(|&x| x * x).collect::<Values>())
}

fn less(values: &[Exact], taken: usize) -> Exact {
    Exact::from(values.len() - taken)
}

fn correlation(one: &[Exact], two: &[Exact]) -> Exact {
    covariance(one, two).over((variance(one, 0) * variance(two, 0)).sqrt(), 0.0)
}

fn shifted(values: &[Exact], bars: usize) -> Values {
    windows(values, bars + 1, |x| x[0])
}

fn skewness(values: &[Exact]) -> Exact {
    let mean_ = mean(values);
    let cubes: Values = values.iter().map(|&x| (x - mean_) * (x - mean_) * (x - mean_)).collect();
    let deviation = variance(values, 0).sqrt();
    mean(&cubes) / (deviation * deviation * deviation)
}

fn squared_correlation_with_time(values: &[Exact]) -> Exact {
    let times: Values = (0..values.len()).map(Exact::from).collect();
    let correlation = correlation(&times, values);
    correlation * correlation
}

fn entropy(values: &[Exact], bins: usize) -> Exact {
    let (low, high) = (smallest(values), largest(values));
    let bin = |x: &Exact| ((((*x - low) / (high - low)) * Exact::from(bins)).value() as usize).min(bins - 1);
    let share = |at: usize| values.iter().filter(|x| bin(x) == at).count() as f64 / values.len() as f64;
    let term = |share: f64| if share == 0.0 { 0.0 } else { -share * libm::log2(share) };
    number((0..bins).map(|at| term(share(at))).sum())
}

fn rescaled_range(part: &[Exact]) -> Exact {
    let mean = mean(part);
    let mut sums = vec![Exact::ZERO];
    part.iter().for_each(|&x| sums.push(sums[sums.len() - 1] + (x - mean)));
    (largest(&sums) - smallest(&sums)) / variance(part, 0).sqrt()
}

fn slope_of_logs(points: &[(f64, f64)]) -> Exact {
    let logs = |part: fn(&(f64, f64)) -> f64| points.iter().map(|at| number(libm::log(part(at)))).collect::<Values>();
    let (sizes, values) = (logs(|at| at.0), logs(|at| at.1));
    covariance(&sizes, &values) / covariance(&sizes, &sizes)
}

fn hurst(returns: &[Exact]) -> Exact {
    let sizes = std::iter::successors(Some(returns.len()), |size| Some(size / 2)).take_while(|size| *size >= 8);
    let ranges = |size: usize| returns.rchunks_exact(size).map(rescaled_range).collect::<Values>();
    slope_of_logs(&sizes.map(|size| (size as f64, mean(&ranges(size)).value())).collect::<Vec<_>>())
}

fn hurst_by_lags(values: &[Exact]) -> Exact {
    let deviation = |lag: usize| {
        let moved: Values = values.windows(lag + 1).map(|x| ln_ratio(x[lag], x[0])).collect();
        variance(&moved, 0).sqrt().value()
    };
    slope_of_logs(&(1..=20).map(|lag| (lag as f64, deviation(lag))).collect::<Vec<_>>())
}

pub(super) const REFERENCES: &[Reference] = &[
    ("autocorr({n})", 2, |bars, n| {
        let x = close(bars);
        pairs(&x, &shifted(&x, 1), n, correlation)
    }),
    ("autocorr({n}, lag=7)", 2, |bars, n| {
        let x = close(bars);
        pairs(&x, &shifted(&x, 7), n, correlation)
    }),
    ("cv({n})", 2, |bars, n| windows(&close(bars), n, |x| variance(x, 0).sqrt() / mean(x))),
    ("cv({n}, ddof=1)", 2, |bars, n| windows(&close(bars), n, |x| variance(x, 1).sqrt() / mean(x))),
    ("entropy({n})", 2, |bars, n| windows(&close(bars), n, |x| entropy(x, 10))),
    ("entropy({n}, 3, share)", 2, |bars, n| windows(&close(bars), n, |x| entropy(x, 3) / number(libm::log2(3.0)))),
    ("half_life({n})", 3, |bars, n| {
        let x = close(bars);
        pairs(&shifted(&x, 1), &paired(&x, |x, before| x - before), n, |before, change| {
            let slope = covariance(before, change) / variance(before, 0);
            if slope.value() < 0.0 { number(-std::f64::consts::LN_2) / slope } else { Exact::MISSING }
        })
    }),
    ("hurst({n})", 32, |bars, n| windows(&log_returns(&close(bars), 1), n, hurst)),
    ("hurst({n}, lag)", 32, |bars, n| windows(&close(bars), n + 1, hurst_by_lags)),
    ("linreg_channel({n}, 1.5).upper", 3, |bars, n| {
        windows(&close(bars), n, |x| line(x, 0.0).1 + number(1.5) * (off_line(x) / less(x, 0)).sqrt())
    }),
    ("linreg_channel({n}, width=error).lower", 3, |bars, n| {
        windows(&close(bars), n, |x| line(x, 0.0).1 - number(2.0) * (off_line(x) / less(x, 2)).sqrt())
    }),
    ("linreg_channel({n}, width=prices).lower", 3, |bars, n| {
        windows(&close(bars), n, |x| line(x, 0.0).1 - number(2.0) * variance(x, 0).sqrt())
    }),
    ("linreg_channel({n}).middle", 3, |bars, n| windows(&close(bars), n, |x| line(x, 0.0).1)),
    ("linreg_stderr({n})", 3, |bars, n| windows(&close(bars), n, |x| (off_line(x) / less(x, 2)).sqrt())),
    ("range({n})", 2, |bars, n| windows(&close(bars), n, |x| largest(x) - smallest(x))),
    ("rsquared({n})", 2, |bars, n| windows(&close(bars), n, squared_correlation_with_time)),
    ("skew({n})", 3, |bars, n| {
        windows(&close(bars), n, |x| {
            let n = Exact::from(x.len());
            (n * less(x, 1)).sqrt() / less(x, 2) * skewness(x)
        })
    }),
    ("skew({n}, population)", 3, |bars, n| windows(&close(bars), n, skewness)),
    ("variance_ratio({n})", 5, |bars, n| {
        let variance_of = |lag| windows(&log_returns(&close(bars), lag), n, |x| variance(x, 1));
        zipped(&variance_of(5), &variance_of(1), |long, short| long / (Exact::from(5usize) * short))
    }),
    ("zscore({n})", 2, |bars, n| windows(&close(bars), n, |x| (x[n_last(x)] - mean(x)) / variance(x, 0).sqrt())),
    ("zscore({n}, 1)", 2, |bars, n| windows(&close(bars), n, |x| (x[n_last(x)] - mean(x)) / variance(x, 1).sqrt())),
];

fn n_last(values: &[Exact]) -> usize {
    values.len() - 1
}
