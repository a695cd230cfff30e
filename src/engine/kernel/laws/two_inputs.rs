//! Reference implementations of kernels with two inputs.

use super::super::*;
use super::exact::Exact;
use super::reference::{Case, Expected, Reference, exact, mean, products};

/// The z-score of the newest `a - hedge * b`, and the scale of its error.
fn spread_score(inputs: &[&[f64]], hedge: Option<f64>) -> Vec<Expected> {
    let [a, b] = [inputs[0], inputs[1]];
    let (square_a, square_b) = (products(a, a), products(b, b));
    let slope = if square_b.is_zero() { square_b } else { products(a, b) / square_b };
    let hedge = hedge.map_or(slope, Exact::from);
    let spread: Vec<Exact> = exact(a).zip(exact(b)).map(|(a, b)| a - hedge * b).collect();
    let bars = Exact::from(a.len() as f64);
    let mean = mean(a) - hedge * mean(b);
    let squares: Exact = spread.iter().map(|&value| (value - mean) * (value - mean)).sum();
    let both = (square_a + hedge * hedge * square_b).value();
    // Near the threshold of a constant spread the result is ill-conditioned and accepted.
    if squares.value() <= 1e-13 * both {
        return vec![(0.0, f64::INFINITY)];
    }
    let value = ((spread[a.len() - 1] - mean) / (squares / bars).sqrt()).value();
    vec![(value, (1.0 + value.abs()) * both / squares.value())]
}

pub(super) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for window in [3, 5, 30, 200] {
        let mut case = |kernel: SpreadZScore, reference| {
            cases.push(Case { kernel: Box::new(kernel), inputs: 2, reference: Reference::Window(window, reference) });
        };
        case(SpreadZScore { window, hedge: None, ddof: 0 }, |inputs| spread_score(inputs, None));
        case(SpreadZScore { window, hedge: Some(-1.5), ddof: 0 }, |inputs| spread_score(inputs, Some(-1.5)));
    }
    let elsewhere = |kernel| Case { kernel, inputs: 2, reference: Reference::Elsewhere };
    cases.push(elsewhere(Box::new(Cointegration { window: 30, lags: 2 })));
    cases.push(elsewhere(Box::new(Cointegration { window: 24, lags: 10 })));
    cases.push(elsewhere(Box::new(KalmanHedge { drift: 1e-4, noise: 1e-3 })));
    cases
}
