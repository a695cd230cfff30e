//! Exponential averages (first-order IIR) and what is composed of them: Wilder's, DEMA, TEMA, T3, zero-lag.

use crate::indicator::{Graph, Param, Port};
use crate::kernel::{
    AdjustedEwma, Aligned, Arithmetic, Average, Binary, Change, FirstOrder, Hold, LinearCombination, Seed, WeightedSum,
};

/// The exponential moving average of `x`, seeded with a simple one.
pub(in crate::indicator) fn ema(graph: &mut Graph, x: Port, period: usize) -> Port {
    ema_after(graph, x, period, 0)
}

/// As `ema`, skipping the first `skip` values of `x`.
pub(in crate::indicator) fn ema_after(graph: &mut Graph, x: Port, period: usize, warm_up: usize) -> Port {
    graph.add(scan(period, Seed::Mean(period), warm_up), &[x])
}

/// As `ema`, seeded with the first value of `x`.
pub(in crate::indicator) fn ema_from_first(graph: &mut Graph, x: Port, period: usize) -> Port {
    graph.add(scan(period, Seed::First, 0), &[x])
}

/// As `ema`, divided by the sum of the weights so far (`adjust=True` of pandas).
pub(in crate::indicator) fn ema_adjusted(graph: &mut Graph, x: Port, period: usize) -> Port {
    graph.add(AdjustedEwma { beta: beta(period) }, &[x])
}

/// The seed of exponential averages of averages.
pub(in crate::indicator) const NESTED_SEED: Param = Param::choice(
    "seed",
    &["sma", "first", "adjusted"],
    "the seed of each average: sma: the mean of its first `period` values (TA-Lib); first: its first value (Tulip \
     Indicators, and ewm(adjust=False) of pandas); adjusted: as first, with the weights divided by their sum (ewm of pandas)",
);

/// The exponential moving average of `x`, by the parameter `seed`.
pub(in crate::indicator) fn ema_seeded(graph: &mut Graph, x: Port, period: usize, seed: &str) -> Port {
    match seed {
        "first" => ema_from_first(graph, x, period),
        "adjusted" => ema_adjusted(graph, x, period),
        _ => ema(graph, x, period),
    }
}

fn scan(period: usize, seed: Seed, warm_up: usize) -> FirstOrder {
    FirstOrder { beta: beta(period), gain: 2.0 / (period as f64 + 1.0), seed, warm_up, around_zero: false }
}

fn beta(period: usize) -> f64 {
    (period as f64 - 1.0) / (period as f64 + 1.0)
}

/// As `ema`, of changes: values that are 0 at rest.
pub(in crate::indicator) fn ema_of_changes(graph: &mut Graph, x: Port, period: usize) -> Port {
    graph.add(FirstOrder { around_zero: true, ..scan(period, Seed::Mean(period), 0) }, &[x])
}

/// Wilder's moving average of changes: values that are 0 at rest.
pub(in crate::indicator) fn rma_of_changes(graph: &mut Graph, x: Port, period: usize) -> Port {
    graph.add(FirstOrder { around_zero: true, ..wilder(period, 0) }, &[x])
}

/// Wilder's moving average of `x`.
pub(in crate::indicator) fn rma(graph: &mut Graph, x: Port, period: usize) -> Port {
    rma_after(graph, x, period, 0)
}

/// As `rma`, skipping the first `skip` values of `x`.
pub(in crate::indicator) fn rma_after(graph: &mut Graph, x: Port, period: usize, warm_up: usize) -> Port {
    graph.add(wilder(period, warm_up), &[x])
}

fn wilder(period: usize, warm_up: usize) -> FirstOrder {
    let n = period as f64;
    FirstOrder { beta: (n - 1.0) / n, gain: 1.0 / n, seed: Seed::Mean(period), warm_up, around_zero: false }
}

/// The double exponential moving average of `x`.
pub(in crate::indicator) fn dema(graph: &mut Graph, x: Port, period: usize) -> Port {
    dema_seeded(graph, x, period, "sma")
}

/// The double exponential moving average of `x`, by the parameter `seed`.
pub(in crate::indicator) fn dema_seeded(graph: &mut Graph, x: Port, period: usize, seed: &str) -> Port {
    let once = ema_seeded(graph, x, period, seed);
    let twice = ema_seeded(graph, once, period, seed);
    graph.add(LinearCombination { first: 2.0, second: -1.0 }, &[once, twice])
}

/// The triple exponential moving average of `x`.
pub(in crate::indicator) fn tema(graph: &mut Graph, x: Port, period: usize) -> Port {
    tema_seeded(graph, x, period, "sma")
}

/// The triple exponential moving average of `x`, by the parameter `seed`.
pub(in crate::indicator) fn tema_seeded(graph: &mut Graph, x: Port, period: usize, seed: &str) -> Port {
    let once = ema_seeded(graph, x, period, seed);
    let twice = ema_seeded(graph, once, period, seed);
    let thrice = ema_seeded(graph, twice, period, seed);
    let lag = graph.add(Arithmetic { op: Binary::Subtract }, &[once, twice]);
    graph.add(LinearCombination { first: 3.0, second: 1.0 }, &[lag, thrice])
}

/// Tillson's average of `x`.
pub(in crate::indicator) fn t3(graph: &mut Graph, x: Port, period: usize, factor: f64) -> Port {
    t3_seeded(graph, x, period, factor, "sma")
}

/// Tillson's average of `x`, by the parameter `seed`.
pub(in crate::indicator) fn t3_seeded(graph: &mut Graph, x: Port, period: usize, factor: f64, seed: &str) -> Port {
    let mut averages = Vec::new();
    let mut average = x;
    for _ in 0..6 {
        average = ema_seeded(graph, average, period, seed);
        averages.push(average);
    }
    graph.add(WeightedSum { weights: t3_weights(factor) }, &averages[2..])
}

/// The weights of the third to the sixth average.
fn t3_weights(factor: f64) -> [f64; 4] {
    let (square, cube) = (factor * factor, factor * factor * factor);
    [1.0 + 3.0 * factor + 3.0 * square + cube, -6.0 * square - 3.0 * (factor + cube), 3.0 * (square + cube), -cube]
}

/// As `t3`, of averages that start with the first value of `x` and have this smoothing constant (LazyBear's Coral).
pub(in crate::indicator) fn coral(graph: &mut Graph, x: Port, share: f64, factor: f64) -> Port {
    let scan = FirstOrder { beta: 1.0 - share, gain: share, seed: Seed::First, warm_up: 0, around_zero: false };
    let averages: Vec<Port> =
        std::iter::successors(Some(x), |&x| Some(graph.add(scan.clone(), &[x]))).take(7).collect();
    graph.add(WeightedSum { weights: t3_weights(factor) }, &averages[3..])
}

/// The zero-lag exponential moving average of `x`.
pub(in crate::indicator) fn zlema(graph: &mut Graph, x: Port, period: usize) -> Port {
    let ahead = graph.add(Change { bars: (period - 1) / 2 }, &[x]);
    let carried = graph.plus([x, ahead]);
    ema(graph, carried, period)
}

/// The volume weighted exponential average of a price, given with the volume.
pub(in crate::indicator) fn vwema(graph: &mut Graph, [x, volume]: [Port; 2], period: usize) -> Port {
    let money = graph.times([x, volume]);
    let traded = graph.add(Aligned, &[volume, money]);
    let averages = [money, traded].map(|part| ema(graph, part, period));
    let mean = graph.add(Arithmetic { op: Binary::Divide }, &averages);
    // Without volume both averages decay alike.
    graph.add(Hold { drifts: false, after: 0 }, &[mean, money, traded])
}

/// Wilder's averages of the median price for each of the periods.
pub(in crate::indicator) fn alligator(graph: &mut Graph, bars: [Port; 2], periods: [usize; 3]) -> [Port; 3] {
    let middle = graph.add(Average { inputs: 2 }, &bars);
    periods.map(|period| rma(graph, middle, period))
}
