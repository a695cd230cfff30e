//! Exponential Moving Average.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{AdjustedEwma, FirstOrder, Seed};

/// Exponential Moving Average.
pub(in crate::indicator) static EMA: Indicator = Indicator {
    name: "ema",
    title: "Exponential Moving Average",
    summary: "A moving average with exponentially decaying weights.",
    formula: "y = (period - 1) / (period + 1) * y[1] + 2 / (period + 1) * x; seed=sma: the first y is the mean of the first `period` values; seed=first: it is the first value; seed=adjusted: the weights are divided by their sum, as in pandas with adjust=True",
    source: "TA-Lib 0.8.3 EMA",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30), Param::choice("seed", &["sma", "first", "adjusted"], "the seed of the recursion")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        vec![match args.choice("seed") {
            "first" => ema_from_first(graph, x, period),
            "adjusted" => graph.add(AdjustedEwma { beta: beta(period) }, &[x]),
            _ => ema(graph, x, period),
        }]
    },
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

fn scan(period: usize, seed: Seed, warm_up: usize) -> FirstOrder {
    FirstOrder { beta: beta(period), gain: 2.0 / (period as f64 + 1.0), seed, warm_up }
}

fn beta(period: usize) -> f64 {
    (period as f64 - 1.0) / (period as f64 + 1.0)
}
