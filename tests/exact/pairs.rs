//! Indicators of two series against naive references in exact arithmetic: over two columns of one series, and over two series
//! joined one by one.

use std::sync::{Arc, LazyLock};

use atrad::series::{Bars, Column};

use crate::TOLERANCE;
use crate::arithmetic::*;
use crate::common::series::walk;
use crate::common::trials::Trials;
use crate::common::{Series, columns};
use crate::reference::complaint;

pub(crate) fn add(trials: &mut Trials) {
    trials.table("pairs", REFERENCES, |reference| reference.0, complaints);
    trials.single("what_is_exactly_related_has_no_spread", what_is_exactly_related_has_no_spread);
    trials.single("cointegration_tells_what_stays_together", cointegration_tells_what_stays_together);
}

const ROWS: usize = 1200;

/// Open and close are related, as far as a day moves; volume is not related to either.
static ALL: LazyLock<[Series; 3]> = LazyLock::new(|| {
    let named = |name: &str, columns| Series { name: name.into(), bars: Arc::new(Bars::new(columns).expect("good")) };
    [
        named("walk", walk(1, ROWS, 100.0, 1.0)),
        named("quiet", walk(3, ROWS, 1e8, 1.0)),
        named("tiny", walk(4, ROWS, 1e-9, 1e-11)),
    ]
});

/// The sum of the products of what two columns are off their means.
fn products(one: &[Exact], two: &[Exact]) -> Exact {
    let (a, b) = (mean(one), mean(two));
    sum(&zipped(one, two, |x, y| (x - a) * (y - b)))
}

fn slope(a: &[Exact], b: &[Exact]) -> Exact {
    products(a, b).over(products(b, b), 0.0)
}

fn deviation(values: &[Exact], ddof: usize) -> Exact {
    (products(values, values) / Exact::from(values.len() - ddof)).sqrt()
}

fn score(values: &[Exact], ddof: usize) -> Exact {
    (values[values.len() - 1] - mean(values)).over(deviation(values, ddof), 0.0)
}

fn spread(a: &[Exact], b: &[Exact], hedge: Exact) -> Values {
    zipped(a, b, |a, b| a - hedge * b)
}

fn returns(values: &[Exact], bars: usize) -> Values {
    let mut gains = vec![Exact::MISSING; bars];
    gains.extend(values.iter().zip(&values[bars..]).map(|(&before, &now)| (now - before).over(before, 0.0)));
    gains
}

fn residuals(a: &[Exact], b: &[Exact]) -> Values {
    let spread = spread(a, b, slope(a, b));
    let mean = mean(&spread);
    spread.iter().map(|&value| value - mean).collect()
}

/// Solves linear equations by elimination with the largest pivot.
#[allow(clippy::needless_range_loop, reason = "rows and columns of one matrix")]
pub(crate) fn solved(mut matrix: Vec<Values>, mut right: Values) -> Values {
    let order = right.len();
    for at in 0..order {
        let size = |row: &usize| matrix[*row][at].value().abs();
        let pivot = (at..order).max_by(|one, two| size(one).total_cmp(&size(two))).expect("there are rows");
        matrix.swap(at, pivot);
        right.swap(at, pivot);
        for row in (0..order).filter(|&row| row != at) {
            let factor = matrix[row][at] / matrix[at][at];
            for column in at..order {
                matrix[row][column] = matrix[row][column] - factor * matrix[at][column];
            }
            right[row] = right[row] - factor * right[at];
        }
    }
    (0..order).map(|at| right[at] / matrix[at][at]).collect()
}

/// The t statistic of the value before, by the normal equations of the regression, written out.
fn dickey_fuller(values: &[Exact], lags: usize) -> Exact {
    let change = |at: usize| values[at] - values[at - 1];
    let rows = lags + 1..values.len();
    let regressors = |at: usize| {
        let lagged = (1..=lags).map(|lag| change(at - lag));
        std::iter::once(values[at - 1]).chain(lagged).collect::<Values>()
    };
    let design: Vec<Values> = rows.clone().map(regressors).collect();
    let wanted: Values = rows.map(change).collect();
    let order = lags + 1;
    let product = |i: usize, j: usize| sum(&design.iter().map(|row| row[i] * row[j]).collect::<Values>());
    let matrix: Vec<Values> = (0..order).map(|i| (0..order).map(|j| product(i, j)).collect()).collect();
    let right =
        (0..order).map(|i| sum(&zipped(&design.iter().map(|row| row[i]).collect::<Values>(), &wanted, |x, y| x * y)));
    let factors = solved(matrix.clone(), right.collect());
    let errors = design.iter().zip(&wanted).map(|(row, &wanted)| wanted - sum(&zipped(row, &factors, |x, f| x * f)));
    let errors: Values = errors.collect();
    let variance = sum(&zipped(&errors, &errors, |x, y| x * y)) / Exact::from(wanted.len() - order);
    let mut first = vec![Exact::ZERO; order];
    first[0] = Exact::from(1.0);
    factors[0] / (variance * solved(matrix, first)[0]).sqrt()
}

fn alpha(a: &[Exact], b: &[Exact], riskfree: f64) -> Exact {
    let riskfree = Exact::from(riskfree);
    (mean(a) - riskfree) - slope(a, b) * (mean(b) - riskfree)
}

/// Hedge ratio, intercept, spread and z-score, by the textbook form of the filter.
fn kalman(a: &[Exact], b: &[Exact], delta: f64, noise: f64) -> [Values; 4] {
    let (one, noise) = (Exact::from(1.0), Exact::from(noise));
    let drift = Exact::from(delta / (1.0 - delta));
    let (mut line, mut variance) = ([Exact::ZERO; 2], [[Exact::ZERO; 2]; 2]);
    let mut found = [const { Vec::new() }; 4];
    for (&a, &b) in a.iter().zip(b) {
        let row = [b, one];
        (0..2).for_each(|i| variance[i][i] = variance[i][i] + drift);
        let times = |i: usize| variance[i][0] * row[0] + variance[i][1] * row[1];
        let seen = [times(0), times(1)];
        let expected = row[0] * seen[0] + row[1] * seen[1] + noise;
        let error = a - (line[0] * row[0] + line[1] * row[1]);
        let gain = [seen[0] / expected, seen[1] / expected];
        for i in 0..2 {
            line[i] = line[i] + gain[i] * error;
            for j in 0..2 {
                variance[i][j] = variance[i][j] - gain[i] * seen[j];
            }
        }
        let values = [line[0], line[1], error, error / expected.sqrt()];
        found.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
    }
    found
}

/// Expressions over `a` and `b` with the number of bars for `{n}`, and what they are.
type Reference = (&'static str, fn(&[Exact], &[Exact], usize) -> Values);

const REFERENCES: &[Reference] = &[
    ("covariance({ab}, {n})", |a, b, n| pairs(a, b, n, |a, b| products(a, b) / Exact::from(a.len()))),
    ("covariance({ab}, {n}, ddof=1)", |a, b, n| pairs(a, b, n, |a, b| products(a, b) / Exact::from(a.len() - 1))),
    ("hedge_ratio({ab}, {n})", |a, b, n| pairs(a, b, n, slope)),
    ("spread_zscore({ab}, {n})", |a, b, n| pairs(a, b, n, |a, b| score(&spread(a, b, slope(a, b)), 0))),
    ("spread_zscore({ab}, {n}, given, hedge=-0.75, ddof=1)", |a, b, n| {
        pairs(a, b, n, |a, b| score(&spread(a, b, Exact::from(-0.75)), 1))
    }),
    ("ratio_zscore({ab}, {n})", |a, b, n| {
        // The ratio is rounded once it is made.
        let ratio = zipped(a, b, |a, b| Exact::from(a.over(b, 0.0).value()));
        windows(&ratio, n, |x| score(x, 0))
    }),
    ("lead_lag({ab}, {n}, lag=3)", |a, b, n| {
        let mut before = vec![Exact::MISSING; 3];
        before.extend_from_slice(&b[..b.len() - 3]);
        pairs(a, &before, n, |a, b| products(a, b).over((products(a, a) * products(b, b)).sqrt(), 0.0))
    }),
    ("alpha({ab}, {n}, riskfree=0.0001)", |a, b, n| {
        pairs(&returns(a, 1), &returns(b, 1), n, |a, b| alpha(a, b, 0.0001))
    }),
    ("tracking_error({ab}, {n}, ddof=1)", |a, b, n| {
        let apart = zipped(&returns(a, 1), &returns(b, 1), |a, b| a - b);
        windows(&apart, n, |x| deviation(x, 1))
    }),
    ("prs({ab}, {n}).prs", |a, b, _| zipped(a, b, |a, b| a.over(b, 0.0))),
    ("prs({ab}, {n}).lead", |a, b, n| zipped(&returns(a, n), &returns(b, n), |a, b| a - b)),
    ("cointegration({ab}, {n}).hedge", |a, b, n| pairs(a, b, n, slope)),
    ("cointegration({ab}, {n}).spread", |a, b, n| pairs(a, b, n, |a, b| residuals(a, b)[a.len() - 1])),
    ("cointegration({ab}, {n}, lags=0).adf", |a, b, n| pairs(a, b, n, |a, b| dickey_fuller(&residuals(a, b), 0))),
    ("cointegration({ab}, {n}).adf", |a, b, n| pairs(a, b, n, |a, b| dickey_fuller(&residuals(a, b), 1))),
    ("cointegration({ab}, {n}, lags=5).adf", |a, b, n| pairs(a, b, n, |a, b| dickey_fuller(&residuals(a, b), 5))),
    ("kalman_hedge({ab}).hedge", |a, b, _| kalman(a, b, 1e-4, 1e-3)[0].clone()),
    ("kalman_hedge({ab}).intercept", |a, b, _| kalman(a, b, 1e-4, 1e-3)[1].clone()),
    ("kalman_hedge({ab}).spread", |a, b, _| kalman(a, b, 1e-4, 1e-3)[2].clone()),
    ("kalman_hedge({ab}, delta=0.001, noise=2).zscore", |a, b, _| kalman(a, b, 0.001, 2.0)[3].clone()),
];

fn complaints((text, reference): &Reference) -> Vec<String> {
    let mut wrong = Vec::new();
    for series in &*ALL {
        for (ab, [a, b]) in
            [("close, volume", [Column::Close, Column::Volume]), ("open, close", [Column::Open, Column::Close])]
        {
            let (a, b) = (column(&series.bars, a), column(&series.bars, b));
            for n in [24, 60] {
                let text = text.replace("{ab}", ab).replace("{n}", &n.to_string());
                wrong.extend(complaint(&text, series, &reference(&a, &b, n), TOLERANCE));
            }
        }
    }
    wrong
}

/// The spread of an exact linear relation is rounding error, and is reported as none.
fn what_is_exactly_related_has_no_spread() {
    let bars = &ALL[0].bars;
    let texts = [
        "spread_zscore(close * 3 + 7, close, 30)",
        "spread_zscore(close, close, 30, given)",
        "ratio_zscore(close * 4, close, 30)",
        "cointegration(close * 3 + 7, close, 30).adf",
        "cointegration(close - close, close, 30).adf",
        "cointegration(close, close - close, 30).hedge",
        "tracking_error(close, close, 30)",
        "alpha(close, close, 30)",
    ];
    for (text, values) in texts.iter().zip(columns(&texts, bars)) {
        let after = values.iter().skip_while(|value| value.is_nan());
        assert!(after.clone().count() > 1000 && after.clone().all(|value| value.abs() < 1e-12), "{text}");
    }
}

/// Cointegrated walks are distinguished from independent ones.
fn cointegration_tells_what_stays_together() {
    let (one, two) = (walk(11, ROWS, 1000.0, 1.0), walk(12, ROWS, 1000.0, 1.0));
    let mut together = one.clone();
    // Twice the one, and a little of what does not last.
    together.volume = one
        .close
        .iter()
        .zip(&two.close)
        .enumerate()
        .map(|(at, (x, y))| 2.0 * x + (y * (1 + at % 7) as f64).sin())
        .collect();
    let mut apart = one;
    apart.volume = two.close;
    let [together, apart] = [together, apart].map(|bars| Arc::new(Bars::new(bars).expect("good")));
    let mean = |bars: &Arc<Bars>| {
        let found = columns(&["cointegration(volume, close, 250)"], bars);
        let known = |values: &[f64]| values.iter().filter(|value| !value.is_nan()).copied().collect::<Vec<_>>();
        [0, 2].map(|output| known(&found[output]).iter().sum::<f64>() / known(&found[output]).len() as f64)
    };
    let ([hedge, held], [_, loose]) = (mean(&together), mean(&apart));
    assert!((hedge - 2.0).abs() < 0.1 && held < -5.0 && loose > -3.5, "{hedge} {held} {loose}");
}
