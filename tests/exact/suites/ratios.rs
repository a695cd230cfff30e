//! Relations of two series, statistics and ratios of risk.

use super::*;
use crate::reference::*;

/// As of the same name, but none where one of the values is missing.
fn windows(values: &[Exact], window: usize, function: impl Fn(&[Exact]) -> Exact) -> Values {
    let known = |x: &[Exact]| if x.iter().any(|x| x.is_missing()) { Exact::MISSING } else { function(x) };
    crate::arithmetic::windows(values, window, known)
}

fn pairs(one: &[Exact], two: &[Exact], n: usize, function: impl Fn(&[Exact], &[Exact]) -> Exact) -> Values {
    let is_missing = |x: &[Exact]| x.iter().any(|x| x.is_missing());
    crate::arithmetic::pairs(
        one,
        two,
        n,
        |a, b| {
            if is_missing(a) || is_missing(b) { Exact::MISSING } else { function(a, b) }
        },
    )
}

/// Changes as fractions, rounded once they are made.
fn returns(values: &[Exact]) -> Values {
    paired(values, |x, before| number(((x - before) / before).value()))
}

/// One divided by the other, none where that is zero.
fn ratio(one: Exact, two: Exact) -> Exact {
    if two.value() == 0.0 { Exact::MISSING } else { one / two }
}

/// The products of the signs of the differences of all pairs, of both, of the first and of the second.
fn kendall(a: &[Exact], b: &[Exact]) -> Exact {
    let [mut both, mut one, mut two] = [0.0; 3];
    for i in 0..a.len() {
        for j in 0..i {
            let compare = |values: &[Exact]| {
                let (x, y) = (values[i].value(), values[j].value());
                mark(x > y) - mark(x < y)
            };
            let (x, y) = (compare(a), compare(b));
            (both, one, two) = (both + x * y, one + x * x, two + y * y);
        }
    }
    number(both).over((number(one) * number(two)).sqrt(), 0.0)
}

fn ranks(values: &[Exact]) -> Values {
    let rank = |x: &Exact| {
        let below = values.iter().filter(|other| (**other - *x).value() < 0.0).count();
        let equal = values.iter().filter(|other| (**other - *x).value() == 0.0).count();
        Exact::from(2 * below + equal + 1) / number(2.0)
    };
    values.iter().map(rank).collect()
}

fn spearman(a: &[Exact], b: &[Exact]) -> Exact {
    let (a, b) = (ranks(a), ranks(b));
    covariance(&a, &b).over((variance(&a, 0) * variance(&b, 0)).sqrt(), 0.0)
}

fn dimension(values: &[Exact]) -> Exact {
    let steps = values.len() - 1;
    let range = largest(values) - smallest(values);
    let step = |pair: &[Exact]| {
        let (width, height) = (number(1.0) / Exact::from(steps), (pair[1] - pair[0]).over(range, 0.0));
        (width * width + height * height).sqrt()
    };
    let length = sum(&values.windows(2).map(step).collect::<Values>());
    let doubled = (length + length).value();
    number(1.0 + libm::log(doubled) / libm::log(2.0 * steps as f64))
}

fn normality(values: &[Exact]) -> Exact {
    let center = mean(values);
    let moment = |power: i32| {
        let off = |&x: &Exact| (0..power).fold(number(1.0), |product, _| product * (x - center));
        mean(&values.iter().map(off).collect::<Values>())
    };
    let (square, cube, fourth) = (moment(2), moment(3), moment(4));
    let skewness = cube * cube / (square * square * square);
    let excess = fourth / (square * square) - number(3.0);
    Exact::from(values.len()) / number(6.0) * (skewness + excess * excess / number(4.0))
}

fn at_place(values: &[Exact], place: f64) -> Exact {
    let mut sorted = values.to_vec();
    sorted.sort_by(|one, two| one.value().total_cmp(&two.value()));
    let below = place.floor() as usize;
    let above = (below + 1).min(values.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * number(place - below as f64)
}

fn sense(values: &[Exact]) -> Exact {
    let [gains, losses] = parts(values).map(|part| sum(&part));
    let tail = |share: f64| at_place(values, share * (values.len() - 1) as f64).abs();
    ratio(gains, losses) * ratio(tail(0.95), tail(0.05))
}

fn captured(bars: &Bars, n: usize, side: f64) -> Values {
    pairs(&returns(&close(bars)), &returns(&open(bars)), n, |a, b| {
        let chosen =
            |x: &[Exact]| sum(&zipped(x, b, |x, market| if side * market.value() > 0.0 { x } else { Exact::ZERO }));
        number(100.0) * ratio(chosen(a), chosen(b))
    })
}

fn kelly(values: &[Exact]) -> Exact {
    let [gains, losses] = parts(values);
    let count = |part: &[Exact]| Exact::from(part.iter().filter(|x| x.value() > 0.0).count());
    let (wins, lost) = (count(&gains), count(&losses));
    let rate = ratio(wins, wins + lost);
    let payoff = sum(&losses).over(lost, 0.0) / ratio(sum(&gains), wins);
    if wins.value() == 0.0 { Exact::MISSING } else { rate - (number(1.0) - rate) * payoff }
}

fn treynor(a: &[Exact], b: &[Exact]) -> Exact {
    let beta = ratio(covariance(a, b), variance(b, 0));
    ratio(mean(a) * number(252.0) - number(0.02), beta)
}

fn below(values: &[Exact]) -> Exact {
    let highest = largest(values);
    number(100.0) * (highest - values[values.len() - 1]) / highest
}

/// The mean return of a year, in percent of a mean of drawdowns.
fn rewarded(bars: &Bars, n: usize, pain: fn(&[Exact]) -> Exact) -> Values {
    let x = close(bars);
    let earned = windows(&returns(&x), n, |x| number(100.0) * (mean(x) * number(252.0) - number(0.02)));
    zipped(&earned, &windows(&windows(&x, n, below), n, pain), ratio)
}

/// The momentum of the ratio of two series, as a logarithm in percent.
fn outperformance(a: &[Exact], b: &[Exact], n: usize) -> Values {
    let relative = zipped(a, b, |a, b| a / b);
    let gain = |x: &[Exact]| ((x[n] - x[0]) / x[0]).value();
    exponential(&windows(&relative, n + 1, |x| number(100.0 * libm::log1p(gain(x)))), 3)
}

fn modigliani(a: &[Exact], b: &[Exact]) -> Exact {
    let deviation = |x: &[Exact]| variance(x, 1).sqrt();
    let excess = mean(a) * number(252.0) - number(0.02);
    excess * ratio(deviation(b), deviation(a)) + number(0.02)
}

pub(super) const REFERENCES: &[Case] = &[
    ("common_sense_ratio({n})", On::All, |bars, n| windows(&returns(&close(bars)), n, sense)),
    ("downside_capture(close, open, {n})", On::Near, |bars, n| captured(bars, n, -1.0)),
    ("downside_deviation({n})", On::All, |bars, n| {
        let missed = each(&returns(&close(bars)), |x| (Exact::ZERO - x).positive());
        times(&root_mean_square(&missed, n), 252.0_f64.sqrt())
    }),
    ("downside_deviation({n}, 0.05, 365)", On::All, |bars, n| {
        let target = number(0.05) / number(365.0);
        let missed = each(&returns(&close(bars)), |x| (target - x).positive());
        times(&root_mean_square(&missed, n), 365.0_f64.sqrt())
    }),
    ("fractal_dimension({n+4})", On::All, |bars, n| windows(&close(bars), n + 4, dimension)),
    ("information_ratio(close, open, {n+4})", On::Calm, |bars, n| {
        let active = minus(&returns(&close(bars)), &returns(&open(bars)));
        windows(&active, n + 4, |x| ratio(mean(x) * number(252.0).sqrt(), variance(x, 1).sqrt()))
    }),
    ("jarque_bera({n+4})", On::Near, |bars, n| windows(&returns(&close(bars)), n + 4, normality)),
    ("kelly({n})", On::All, |bars, n| windows(&returns(&close(bars)), n, kelly)),
    ("kendall(close, volume, 50)", On::All, |bars, _| pairs(&close(bars), &volume(bars), 50, kendall)),
    ("kendall(open, close, 7)", On::All, |bars, _| pairs(&open(bars), &close(bars), 7, kendall)),
    ("m2(close, open, {n+4}, 0.02)", On::Near, |bars, n| {
        pairs(&returns(&close(bars)), &returns(&open(bars)), n + 4, modigliani)
    }),
    ("pain_ratio({n}, 0.02)", On::Near, |bars, n| rewarded(bars, n, mean)),
    ("rsmk(close, open, {n})", On::Calm, |bars, n| outperformance(&close(bars), &open(bars), n)),
    ("spearman(close, volume, 50)", On::All, |bars, _| pairs(&close(bars), &volume(bars), 50, spearman)),
    ("spearman(open, close, 7)", On::All, |bars, _| pairs(&open(bars), &close(bars), 7, spearman)),
    ("treynor(close, open, {n+4}, 0.02)", On::Near, |bars, n| {
        pairs(&returns(&close(bars)), &returns(&open(bars)), n + 4, treynor)
    }),
    ("ulcer_performance({n}, 0.02)", On::Near, |bars, n| {
        rewarded(bars, n, |x| mean(&x.iter().map(|&x| x * x).collect::<Values>()).sqrt())
    }),
    ("upside_capture(close, open, {n})", On::Near, |bars, n| captured(bars, n, 1.0)),
];
