//! Indicators against exact arithmetic, on series that are smooth, rough, far from zero and tiny; and naive references of the
//! variants that TA-Lib does not have.

use atrad::series::Column;

use crate::TOLERANCE;
use crate::arithmetic::*;
use crate::common::trials::Trials;
use crate::reference::*;

pub(crate) fn add(trials: &mut Trials) {
    trials.table("classic", REFERENCES, text, |reference| complaints(reference, COMPARED.iter(), TOLERANCE));
    trials.table("classic", ANGLES, text, |reference| complaints(reference, COMPARED.iter(), 10.0 * TOLERANCE));
    trials.single("what_judges_is_exact", what_judges_is_exact);
}

fn deviation(values: &[Exact]) -> Exact {
    let mean = mean(values);
    sum(&values.iter().map(|&x| (x - mean).abs()).collect::<Values>()) / Exact::from(values.len())
}

fn returns(values: &[Exact]) -> Values {
    paired(values, |x, before| (x - before) / before)
}

fn cci(values: &[Exact]) -> Exact {
    let distance = values[values.len() - 1] - mean(values);
    distance / (Exact::from(15usize) / Exact::from(1000usize) * deviation(values))
}

const REFERENCES: &[Reference] = &[
    ("sma({n})", |bars, n| windows(&close(bars), n, mean)),
    ("sma(volume, {n})", |bars, n| windows(&column(bars, Column::Volume), n, mean)),
    ("sum({n})", |bars, n| windows(&close(bars), n, sum)),
    ("wma({n})", |bars, n| windows(&close(bars), n, weighted)),
    ("trima({n})", |bars, n| {
        let once = windows(&close(bars), n.div_ceil(2), mean);
        windows(&once, n / 2 + 1, mean)
    }),
    ("var({n})", |bars, n| windows(&close(bars), n, |x| variance(x, 0))),
    ("var({n}, ddof=1)", |bars, n| windows(&close(bars), n, |x| variance(x, 1))),
    ("stddev({n})", |bars, n| windows(&close(bars), n, |x| variance(x, 0).sqrt())),
    ("stddev({n}, ddof=1)", |bars, n| windows(&close(bars), n, |x| variance(x, 1).sqrt())),
    ("bbands({n}, up=2.5).upper", |bars, n| {
        windows(&close(bars), n, |x| mean(x) + Exact::from(2.5) * variance(x, 0).sqrt())
    }),
    ("bbands({n}, ddof=1).lower", |bars, n| {
        windows(&close(bars), n, |x| mean(x) - Exact::from(2usize) * variance(x, 1).sqrt())
    }),
    ("avgdev({n})", |bars, n| windows(&close(bars), n, deviation)),
    ("cci({n})", |bars, n| windows(&typical(bars), n, cci)),
    ("linearreg({n})", |bars, n| windows(&close(bars), n, |x| line(x, 0.0).1)),
    ("linearreg_slope({n})", |bars, n| windows(&close(bars), n, |x| line(x, 0.0).0)),
    ("linearreg_intercept({n})", |bars, n| windows(&close(bars), n, |x| line(x, 1.0 - x.len() as f64).1)),
    ("tsf({n})", |bars, n| windows(&close(bars), n, |x| line(x, 1.0).1)),
    ("correl(close, volume, {n})", |bars, n| {
        pairs(&close(bars), &column(bars, Column::Volume), n, |x, y| {
            covariance(x, y).over((variance(x, 0) * variance(y, 0)).sqrt(), 0.0)
        })
    }),
    ("beta(close, high, {n})", |bars, n| {
        let (x, y) = (returns(&close(bars)), returns(&column(bars, Column::High)));
        pairs(&x, &y, n, |x, y| covariance(x, y) / variance(x, 0))
    }),
    ("rocp({n})", |bars, n| windows(&close(bars), n + 1, |x| (x[n_last(x)] - x[0]) / x[0])),
    ("mom({n})", |bars, n| windows(&close(bars), n + 1, |x| x[n_last(x)] - x[0])),
    ("return_strength({n})", |bars, n| {
        let one = Exact::from(1usize);
        let hundred = Exact::from(100usize);
        windows(&returns(&close(bars)), n, |x| hundred - hundred / (one + mean(x)))
    }),
    ("volatility({n})", |bars, n| {
        windows(&returns(&close(bars)), n, |x| Exact::from(100usize) * variance(x, 1).sqrt())
    }),
    ("volume_ratio({n})", |bars, n| windows(&column(bars, Column::Volume), n, |x| x[n_last(x)].over(mean(x), 1.0))),
    ("ema({n})", |bars, n| smoothed(&close(bars), Exact::from(2usize) / Exact::from(n + 1), n)),
    ("ema({n}, seed=first)", |bars, n| smoothed(&close(bars), Exact::from(2usize) / Exact::from(n + 1), 1)),
    ("ema({n}, seed=adjusted)", |bars, n| {
        let beta = Exact::from(n - 1) / Exact::from(n + 1);
        let mut sums = (Exact::ZERO, Exact::ZERO);
        let mut next = |x: Exact| {
            sums = (sums.0 * beta + x, sums.1 * beta + Exact::from(1usize));
            sums.0 / sums.1
        };
        close(bars).into_iter().map(&mut next).collect()
    }),
    ("rma({n})", |bars, n| wilder(&close(bars), n)),
    ("rsi({n})", |bars, n| {
        let [gain, loss] = moves(&close(bars)).map(|part| wilder(&part, n));
        zipped(&gain, &loss, strength)
    }),
    ("rsi({n}, method=cutler)", |bars, n| {
        let [gain, loss] = moves(&close(bars)).map(|part| windows(&part, n, mean));
        zipped(&gain, &loss, strength)
    }),
    // As the Python package `ta`: the first change counts as 0, nothing is shown before the period is full.
    ("rsi({n}, method=ewm)", |bars, n| {
        let [gain, loss] = moves(&close(bars)).map(|mut part| {
            part[0] = Exact::ZERO;
            smoothed(&part, Exact::from(1usize) / Exact::from(n), 1)
        });
        let mut values = zipped(&gain, &loss, strength);
        values[..n - 1].fill(Exact::MISSING);
        values
    }),
    ("atr({n})", |bars, n| wilder(&true_range(bars), n)),
];

/// An angle near zero among steep ones is as exact as their slopes.
const ANGLES: &[Reference] = &[("linearreg_angle({n})", |bars, n| {
    windows(&close(bars), n, |x| Exact::from(line(x, 0.0).0.value().atan().to_degrees()))
})];

fn what_judges_is_exact() {
    let third = Exact::from(1usize) / Exact::from(3usize);
    assert!((third * Exact::from(3usize) - Exact::from(1usize)).value().abs() < 1e-31);
    let root = Exact::from(2usize).sqrt();
    assert!((root * root - Exact::from(2usize)).value().abs() < 1e-31);
    let values = exact(&[1e17, 1.0, -1e17, 2.0]);
    assert_eq!(sum(&values).value(), 3.0);
    assert_eq!(variance(&exact(&[1.0, 2.0, 3.0, 4.0]), 1).value(), 5.0 / 3.0);
}
