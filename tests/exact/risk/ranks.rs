//! What the order of values tells.

use super::{Reference, number};
use crate::arithmetic::*;

fn sorted(values: &[Exact]) -> Values {
    let mut sorted = values.to_vec();
    sorted.sort_by(|one, two| one.value().total_cmp(&two.value()));
    sorted
}

/// The value at a place in the order, on the line between its neighbours.
pub(super) fn at_place(values: &[Exact], place: f64) -> Exact {
    let (sorted, below) = (sorted(values), place.floor());
    let (from, to) = (sorted[below as usize], sorted[place.ceil() as usize]);
    from + number(place - below) * (to - from)
}

fn median(values: &[Exact]) -> Exact {
    at_place(values, (values.len() - 1) as f64 / 2.0)
}

fn median_distance(values: &[Exact]) -> Exact {
    let center = median(values);
    median(&values.iter().map(|&x| (x - center).abs()).collect::<Values>())
}

fn last(values: &[Exact]) -> f64 {
    (values.len() - 1) as f64
}

/// Prices of few values, so that many are equal.
fn coarse(values: &[Exact]) -> Values {
    values.iter().map(|x| number(x.value().floor())).collect()
}

fn mode(values: &[Exact]) -> Exact {
    let sorted = sorted(values);
    let equal = || sorted.chunk_by(|one, two| one.value() == two.value());
    let most = equal().map(<[Exact]>::len).max().expect("a window has values");
    equal().find(|equal| equal.len() == most).expect("one of them")[0]
}

fn rank_correlation(values: &[Exact]) -> Exact {
    let sorted: Vec<f64> = sorted(values).iter().map(|x| x.value()).collect();
    // The mean of the places of those that are equal, doubled.
    let rank = |x: &Exact| {
        let below = sorted.partition_point(|other| *other < x.value());
        let up_to = sorted.partition_point(|other| *other <= x.value());
        Exact::from(below + up_to + 1)
    };
    let ranks: Values = values.iter().map(rank).collect();
    let times: Values = (0..values.len()).map(Exact::from).collect();
    let scale = (variance(&ranks, 0) * variance(&times, 0)).sqrt();
    number(100.0) * covariance(&ranks, &times).over(scale, 0.0)
}

pub(super) const REFERENCES: &[Reference] = &[
    ("iqr({n})", 2, |bars, n| windows(&close(bars), n, |x| at_place(x, 0.75 * last(x)) - at_place(x, 0.25 * last(x)))),
    ("iqr({n}, 10, 90)", 2, |bars, n| {
        windows(&close(bars), n, |x| at_place(x, 0.9 * last(x)) - at_place(x, 0.1 * last(x)))
    }),
    ("mad({n})", 2, |bars, n| windows(&close(bars), n, median_distance)),
    ("mad({n}, 1.4826)", 2, |bars, n| windows(&close(bars), n, |x| number(1.4826) * median_distance(x))),
    ("mode({n})", 2, |bars, n| windows(&close(bars), n, mode)),
    ("mode(floor(close), {n})", 2, |bars, n| windows(&coarse(&close(bars)), n, mode)),
    ("percentile_linear({n})", 2, |bars, n| windows(&close(bars), n, median)),
    ("percentile_linear({n}, 90)", 2, |bars, n| windows(&close(bars), n, |x| at_place(x, 0.9 * last(x)))),
    ("percentile_linear({n}, 30, hazen)", 2, |bars, n| {
        windows(&close(bars), n, |x| at_place(x, (0.3 * (last(x) + 1.0) - 0.5).clamp(0.0, last(x))))
    }),
    ("rci({n})", 2, |bars, n| windows(&close(bars), n, rank_correlation)),
    ("rci(floor(close), {n})", 2, |bars, n| windows(&coarse(&close(bars)), n, rank_correlation)),
];
