//! Reference implementations of ranks, shapes and sequential recurrences.

use super::super::*;
use super::bars::Random;
use super::exact::Exact;
use super::reference::{Case, Expected, Reference, exact, mean};

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn median(inputs: &[&[f64]]) -> Vec<Expected> {
    let (values, bars) = (sorted(inputs[0]), inputs[0].len());
    let (low, high) = (values[(bars - 1) / 2], values[bars / 2]);
    vec![(if low == high { low } else { (low + high) / 2.0 }, 0.0)]
}

fn second(inputs: &[&[f64]]) -> Vec<Expected> {
    vec![(sorted(inputs[0])[1], 0.0)]
}

fn smaller_before(inputs: &[&[f64]]) -> Vec<Expected> {
    let (newest, before) = inputs[0].split_last().expect("a window has a newest bar");
    vec![(before.iter().filter(|value| *value < newest).count() as f64, 0.0)]
}

/// The central moments 2, 3 and 4.
fn powers(values: &[f64]) -> [Exact; 3] {
    let (mean, bars) = (mean(values), Exact::from(values.len() as f64));
    let power = |power: usize| {
        let one = |value: Exact| (1..power).fold(value - mean, |product, _| product * (value - mean));
        exact(values).map(one).sum::<Exact>() / bars
    };
    [2, 3, 4].map(power)
}

fn kurtosis(inputs: &[&[f64]]) -> Vec<Expected> {
    let [square, _, fourth] = powers(inputs[0]);
    let n = inputs[0].len() as f64;
    let tails = (n - 1.0) * (n + 1.0) / ((n - 2.0) * (n - 3.0)) * (fourth / (square * square)).value();
    let normal = 3.0 * (n - 1.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0));
    vec![(if square.is_zero() { f64::NAN } else { tails - normal }, tails + normal)]
}

fn skewness(inputs: &[&[f64]]) -> Vec<Expected> {
    let [square, cube, fourth] = powers(inputs[0]);
    let n = inputs[0].len() as f64;
    let scale = (n * (n - 1.0)).sqrt() / (n - 2.0);
    let value = scale * (cube / (square * square.sqrt())).value();
    // Cubes cancel: the error is relative to the sum of their magnitudes.
    let size = scale * (fourth / (square * square)).value().powf(0.75);
    vec![(if square.is_zero() { f64::NAN } else { value }, size)]
}

fn resonance(kernel: &SecondOrder, values: &[f64]) -> Vec<Expected> {
    let (near, far) = (Exact::from(kernel.a1), Exact::from(kernel.a2));
    let first = if kernel.steady { values.first().copied().unwrap_or_default() } else { 0.0 };
    let steady = Exact::from(first) / (Exact::from(1.0) - near - far);
    let (mut last, mut before, mut largest) = (steady, steady, 0.0_f64);
    let step = |value: Exact| {
        let now = near * last + far * before + value;
        (before, last) = (last, now);
        largest = largest.max(now.value().abs()).max(value.value().abs());
        (now.value(), largest)
    };
    exact(values).map(step).collect()
}

fn windows() -> Vec<Case> {
    let mut cases = Vec::new();
    for window in [2, 3, 4, 5, 14, 30, 64, 100, 1000] {
        let mut case = |kernel: Box<dyn Kernel>, bars, reference| {
            cases.push(Case { kernel, inputs: 1, reference: Reference::Window(bars, reference) });
        };
        case(Box::new(OrderStatistic { window, from: (window - 1) / 2, to: window / 2 }), window, median);
        case(Box::new(OrderStatistic { window, from: 1, to: 1 }), window, second);
        case(Box::new(RankOfNewest { bars: window }), window + 1, smaller_before);
        if window > 3 {
            case(Box::new(Kurtosis { window }), window, kurtosis);
            case(Box::new(Skewness { window }), window, skewness);
        }
    }
    cases
}

pub(super) fn all() -> Vec<Case> {
    let mut cases = windows();
    for (period, steady) in [(5.0, false), (20.0, false), (200.0, false), (5.0, true), (200.0, true)] {
        let width: f64 = 0.4 * std::f64::consts::PI / period;
        let far = (1.0 - width.sin()) / width.cos();
        let kernel =
            SecondOrder { a1: (5.0 * width).cos() * (1.0 + far), a2: -far, steady, around_zero: false, band: None };
        let reference = kernel.clone();
        let reference = Reference::Values(Box::new(move |values: &[f64]| resonance(&reference, values)));
        cases.push(Case { kernel: Box::new(kernel), inputs: 1, reference });
    }
    for from_zero in [false, true] {
        cases.push(Case { kernel: Box::new(Adaptive { from_zero }), inputs: 2, reference: Reference::Elsewhere });
    }
    for window in [1, 2, 3, 4, 5, 14, 64, 100] {
        cases.push(Case { kernel: Box::new(WeightedMoments { window }), inputs: 2, reference: Reference::Elsewhere });
        let profile = VolumeProfile { window, bins: 10, share: 0.7 };
        cases.push(Case { kernel: Box::new(profile), inputs: 3, reference: Reference::Elsewhere });
    }
    let momentum = MomentumWeight { window: 9, scale: 0.2 };
    cases.push(Case { kernel: Box::new(momentum), inputs: 1, reference: Reference::Elsewhere });
    cases.push(Case { kernel: Box::new(Previous), inputs: 2, reference: Reference::Elsewhere });
    cases.push(Case { kernel: Box::new(BarIndex), inputs: 1, reference: Reference::Elsewhere });
    cases
}

/// The newest value minus the weighted mean, and the weighted deviation, from the definition.
fn weighed(values: &[f64], weights: &[f64]) -> [f64; 2] {
    let of = |term: &dyn Fn(Exact, Exact) -> Exact| {
        exact(values).zip(exact(weights)).map(|(value, weight)| term(value, weight)).sum::<Exact>()
    };
    let weight = of(&|_, weight| weight);
    if weight.is_zero() {
        return [0.0; 2];
    }
    let mean = of(&|value, weight| value * weight) / weight;
    let square = of(&|value, weight| (value - mean) * (value - mean) * weight) / weight;
    [(Exact::from(values[values.len() - 1]) - mean).value(), square.sqrt().value()]
}

#[test]
fn weights_count_as_much_as_they_say() {
    const BARS: usize = 700;
    let mut random = Random(5);
    let values: Vec<f64> = (0..BARS).map(|_| 1e6 + random.unit()).collect();
    // Every third bar has weight 0, and so has a run of bars.
    let weight = |at: usize, unit: f64| if at.is_multiple_of(3) || (300..420).contains(&at) { 0.0 } else { unit * 1e4 };
    let weights: Vec<f64> = (0..BARS).map(|at| weight(at, random.unit())).collect();
    for window in [1, 2, 3, 5, 16, 63, 100] {
        let (mut above, mut deviation) = (vec![0.0; BARS], vec![0.0; BARS]);
        WeightedMoments { window }.start().feed(&[&values, &weights], &mut [&mut above, &mut deviation]);
        for end in window..=BARS {
            let expected = weighed(&values[end - window..end], &weights[end - window..end]);
            for (found, expected) in [above[end - 1], deviation[end - 1]].into_iter().zip(expected) {
                assert!((found - expected).abs() < 1e-13, "{window} to {end}: {found} and {expected}");
            }
        }
    }
}
