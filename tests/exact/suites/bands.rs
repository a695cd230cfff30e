//! Bands, channels and levels.

use super::averages::ultimate;
use super::*;
use crate::reference::*;

fn zone(bars: &Bars, n: usize) -> [Values; 2] {
    let root = (n as f64).sqrt().ceil() as usize;
    let twice = |x: &[Exact]| exponential(&exponential(x, root), root);
    [twice(&close(bars)), twice(&minus(&high(bars), &low(bars)))]
}

fn average_deviation(values: &[Exact], n: usize) -> [Values; 2] {
    let average = exponential(values, n);
    let deviation = exponential(&each(&minus(values, &average), Exact::abs), n);
    [average, deviation]
}

fn apart(values: &[Exact], fast: usize, slow: usize) -> Values {
    root_mean_square(&minus(&exponential(values, fast), &exponential(values, slow)), fast)
}

fn error_bands(values: &[Exact], n: usize) -> [Values; 2] {
    let end = windows(values, n, |x| line(x, 0.0).1);
    let error = windows(values, n, |x| {
        let (slope, end) = line(x, 0.0);
        let off = |(at, &x): (usize, &Exact)| x - (end - slope * Exact::from(n - 1 - at));
        let off: Values = x.iter().enumerate().map(off).collect();
        (sum(&zipped(&off, &off, |x, y| x * y)) / Exact::from(n - 2)).sqrt()
    });
    [simple(&end, 3), simple(&error, 3)]
}

/// Lowest, highest and direction of the newest leg.
fn leg(bars: &Bars, n: usize) -> [Values; 3] {
    let (high, low) = (high(bars), low(bars));
    let last = |x: &[Exact], best: fn(&[Exact]) -> Exact| {
        let best = best(x).value();
        x.iter().rposition(|x| x.value() == best).expect("one is the best")
    };
    let direction =
        pairs(&high, &low, n, |high, low| number(if last(high, largest) >= last(low, smallest) { 1.0 } else { -1.0 }));
    [windows(&low, n, smallest), windows(&high, n, largest), direction]
}

/// The level at a ratio of the newest leg from its end back, or from its start on.
fn level(bars: &Bars, n: usize, ratio: f64, is_extension: bool) -> Values {
    let [lowest, highest, direction] = leg(bars, n);
    let at = |row: usize| {
        let (low, high) = (lowest[row], highest[row]);
        let way = (high - low) * number(ratio);
        if (direction[row].value() > 0.0) == is_extension { low + way } else { high - way }
    };
    (0..lowest.len()).map(at).collect()
}

fn kernel_regression(values: &[Exact], n: usize, bandwidth: f64) -> [Values; 2] {
    let weight = |age: usize| number(libm::exp(-((age * age) as f64) / (2.0 * bandwidth * bandwidth)));
    let weights: Values = (0..n).rev().map(weight).collect();
    let smooth = windows(values, n, |x| sum(&zipped(x, &weights, |x, w| x * w)) / sum(&weights));
    let error = simple(&each(&minus(values, &smooth), Exact::abs), n - 1);
    [smooth, error]
}

pub(super) const REFERENCES: &[Case] = &[
    ("aberration({n}).upper", On::All, |bars, n| plus(&simple(&typical(bars), n), &atr(bars, 15))),
    ("aberration({n}).middle", On::All, |bars, n| shown(&simple(&typical(bars), n), &atr(bars, 15))),
    ("aberration(4, {n}).lower", On::All, |bars, n| minus(&simple(&typical(bars), 4), &atr(bars, n))),
    ("apz({n}).upper", On::All, |bars, n| {
        let [middle, range] = zone(bars, n);
        band(&middle, &range, 2.0)
    }),
    ("apz({n}).middle", On::All, |bars, n| zone(bars, n)[0].clone()),
    ("apz({n}, 0.5).lower", On::All, |bars, n| {
        let [middle, range] = zone(bars, n);
        band(&middle, &range, -0.5)
    }),
    ("exp_deviation_bands({n}).upper", On::All, |bars, n| {
        let [middle, deviation] = average_deviation(&close(bars), n);
        band(&middle, &deviation, 2.0)
    }),
    ("exp_deviation_bands({n}).middle", On::All, |bars, n| {
        let [middle, deviation] = average_deviation(&close(bars), n);
        shown(&middle, &deviation)
    }),
    ("exp_deviation_bands({n}, 3).lower", On::All, |bars, n| {
        let [middle, deviation] = average_deviation(&close(bars), n);
        band(&middle, &deviation, -3.0)
    }),
    ("fib_extension({n}).direction", On::All, |bars, n| leg(bars, n)[2].clone()),
    ("fib_extension({n}).e1272", On::All, |bars, n| level(bars, n, 1.272, true)),
    ("fib_extension({n}).e1414", On::All, |bars, n| level(bars, n, 1.414, true)),
    ("fib_extension({n}).e1618", On::All, |bars, n| level(bars, n, 1.618, true)),
    ("fib_extension({n}).e2000", On::All, |bars, n| level(bars, n, 2.0, true)),
    ("fib_extension({n}).e2618", On::All, |bars, n| level(bars, n, 2.618, true)),
    ("fib_retracement({n}).direction", On::All, |bars, n| leg(bars, n)[2].clone()),
    ("fib_retracement({n}).r236", On::All, |bars, n| level(bars, n, 0.236, false)),
    ("fib_retracement({n}).r382", On::All, |bars, n| level(bars, n, 0.382, false)),
    ("fib_retracement({n}).r500", On::All, |bars, n| level(bars, n, 0.5, false)),
    ("fib_retracement({n}).r618", On::All, |bars, n| level(bars, n, 0.618, false)),
    ("fib_retracement({n}).r786", On::All, |bars, n| level(bars, n, 0.786, false)),
    ("mab({n}, 60).upper", On::All, |bars, n| band(&exponential(&close(bars), 60), &apart(&close(bars), n, 60), 1.0)),
    ("mab({n}, 60).middle", On::All, |bars, n| shown(&exponential(&close(bars), n), &apart(&close(bars), n, 60))),
    ("mab(9, {n}, 2).lower", On::All, |bars, n| band(&exponential(&close(bars), n), &apart(&close(bars), 9, n), -2.0)),
    ("nadaraya_watson({n}).upper", On::All, |bars, n| {
        let [middle, error] = kernel_regression(&close(bars), n, 8.0);
        band(&middle, &error, 3.0)
    }),
    ("nadaraya_watson({n}).middle", On::All, |bars, n| {
        let [middle, error] = kernel_regression(&close(bars), n, 8.0);
        shown(&middle, &error)
    }),
    ("nadaraya_watson({n}, 3, 1.5).lower", On::All, |bars, n| {
        let [middle, error] = kernel_regression(&close(bars), n, 3.0);
        band(&middle, &error, -1.5)
    }),
    ("standard_error_bands({n+4}).upper", On::All, |bars, n| {
        let [middle, error] = error_bands(&close(bars), n + 4);
        band(&middle, &error, 2.0)
    }),
    ("standard_error_bands({n+4}).middle", On::All, |bars, n| error_bands(&close(bars), n + 4)[0].clone()),
    ("standard_error_bands({n+4}, 1.5).lower", On::All, |bars, n| {
        let [middle, error] = error_bands(&close(bars), n + 4);
        band(&middle, &error, -1.5)
    }),
    ("ultimate_bands({n}).upper", On::Calm, |bars, n| {
        let (x, middle) = (close(bars), ultimate(&close(bars), n));
        band(&middle, &root_mean_square(&minus(&x, &middle), n), 1.0)
    }),
    ("ultimate_bands({n}).middle", On::Calm, |bars, n| {
        let middle = ultimate(&close(bars), n);
        shown(&middle, &windows(&middle, n, mean))
    }),
    ("ultimate_bands({n}, 2).lower", On::Calm, |bars, n| {
        let (x, middle) = (close(bars), ultimate(&close(bars), n));
        band(&middle, &root_mean_square(&minus(&x, &middle), n), -2.0)
    }),
    ("ultimate_channel({n}).upper", On::Calm, |bars, n| plus(&ultimate(&close(bars), n), &ultimate(&ranges(bars), 20))),
    ("ultimate_channel({n}).middle", On::Calm, |bars, n| ultimate(&close(bars), n)),
    ("ultimate_channel(15, {n}, 2).lower", On::Calm, |bars, n| {
        band(&ultimate(&close(bars), 15), &ultimate(&ranges(bars), n), -2.0)
    }),
];
