//! Reference implementations of order statistics, drawdowns and regression residuals.

use super::super::*;
use super::exact::Exact;
use super::reference::{Case, Expected, Reference, exact, largest, mean, products, size, smallest};

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn range(values: &[f64]) -> f64 {
    largest(values) - smallest(values)
}

/// The interpolated quantile.
fn quantile(sorted: &[f64], share: f64) -> Exact {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Exact::from(below) + Exact::from(place.fract()) * (Exact::from(above) - Exact::from(below))
}

/// The quantiles 1/3 and 0.9.
fn quantiles(inputs: &[&[f64]]) -> Vec<Expected> {
    let sorted = sorted(inputs[0]);
    [1.0 / 3.0, 0.9].map(|share| (quantile(&sorted, share).value(), size(inputs[0]))).to_vec()
}

/// The difference of the quantiles 0.5 and 0.1.
fn quantile_range(inputs: &[&[f64]]) -> Vec<Expected> {
    let sorted = sorted(inputs[0]);
    let value = |share: f64| quantile(&sorted, share);
    vec![((value(0.5) - value(0.1)).value(), range(inputs[0]))]
}

fn median_distance(inputs: &[&[f64]]) -> Vec<Expected> {
    let center = quantile(&sorted(inputs[0]), 0.5);
    let distances: Vec<f64> = exact(inputs[0]).map(|value| (value - center).abs().value()).collect();
    vec![(quantile(&sorted(&distances), 0.5).value(), range(inputs[0]))]
}

/// The mean of the smallest tenth of the values plus half a value.
fn smallest_mean(inputs: &[&[f64]]) -> Vec<Expected> {
    let (sorted, count) = (sorted(inputs[0]), (inputs[0].len() / 10) as f64 + 0.5);
    let weight = |rank: usize| Exact::from((count - rank as f64).clamp(0.0, 1.0));
    let sum: Exact = sorted.iter().enumerate().map(|(rank, value)| weight(rank) * Exact::from(*value)).sum();
    vec![((sum / Exact::from(count)).value(), size(inputs[0]))]
}

fn commonest(inputs: &[&[f64]]) -> Vec<Expected> {
    let sorted = sorted(inputs[0]);
    let count = |value: f64| sorted.iter().filter(|other| **other == value).count();
    let most = sorted.iter().map(|value| count(*value)).max().expect("a window has bars");
    vec![(*sorted.iter().find(|value| count(**value) == most).expect("one of them"), 0.0)]
}

fn rank_correlation(inputs: &[&[f64]]) -> Vec<Expected> {
    let rank = |value: &f64| {
        let below = inputs[0].iter().filter(|other| *other < value).count();
        let equal = inputs[0].iter().filter(|other| *other == value).count();
        below as f64 + (equal as f64 + 1.0) / 2.0
    };
    let ranks: Vec<f64> = inputs[0].iter().map(rank).collect();
    let times: Vec<f64> = (0..ranks.len()).map(|at| at as f64).collect();
    let scale = (products(&ranks, &ranks) * products(&times, &times)).sqrt();
    vec![if scale.is_zero() { (0.0, 0.0) } else { ((products(&ranks, &times) / scale).value(), 1.0) }]
}

fn line_distance(inputs: &[&[f64]]) -> Vec<Expected> {
    let values = inputs[0];
    let times: Vec<f64> = (0..values.len()).map(|at| at as f64).collect();
    let slope = products(&times, values) / products(&times, &times);
    let off = |(value, time): (Exact, Exact)| (value - mean(values)) - slope * (time - mean(&times));
    let squares: Exact = exact(values).zip(exact(&times)).map(off).map(|off| off * off).sum();
    let distance = (squares / Exact::from(values.len() as f64)).sqrt().value();
    vec![(distance, distance + range(values) / 100.0)]
}

pub(super) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for window in [2, 3, 4, 5, 14, 30, 64, 100, 300] {
        let mut case = |kernel: Box<dyn Kernel>, reference| {
            cases.push(Case { kernel, inputs: 1, reference: Reference::Window(window, reference) });
        };
        let last = (window - 1) as f64;
        case(Box::new(Quantiles { window, positions: [1.0 / 3.0 * last, 0.9 * last] }), quantiles);
        case(Box::new(InterquantileRange { window, positions: [0.5 * last, 0.1 * last] }), quantile_range);
        case(Box::new(MedianAbsoluteDeviation { window }), median_distance);
        case(Box::new(LowerTailMean { window, count: (window / 10) as f64 + 0.5 }), smallest_mean);
        case(Box::new(Mode { window }), commonest);
        case(Box::new(RankCorrelation { window }), rank_correlation);
        case(Box::new(RegressionResidual { window, ddof: 0 }), line_distance);
        cases.push(Case { kernel: Box::new(MaxDrawdown { window }), inputs: 1, reference: Reference::Elsewhere });
    }
    cases
}
