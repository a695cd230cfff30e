//! EWMA Volatility.

use crate::indicator::builders::{ANNUALIZATION, log_returns};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{FirstOrder, Seed, SquareRoot};

/// EWMA Volatility.
pub(in crate::indicator) static EWMA_VOLATILITY: Indicator = Indicator {
    name: "ewma_volatility",
    title: "EWMA Volatility",
    summary: "The volatility of returns by an exponentially weighted moving average of squared returns.",
    formula: "sqrt(annualization * v), v = lambda * v[1] + (1 - lambda) * r^2 with r = ln(x / x[1]), seeded with the first r^2",
    source: "J.P. Morgan, RiskMetrics Technical Document, 1996",
    group: Group::Volatility,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::real("lambda", 0.94, 0.0, 0.9999, "the decay factor: the weight of a return relative to the next one"),
        ANNUALIZATION,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let returns = log_returns(graph, x, 1);
        let squares = graph.times([returns, returns]);
        let beta = args.real("lambda");
        let variance = graph
            .add(FirstOrder { beta, gain: 1.0 - beta, seed: Seed::First, warm_up: 0, around_zero: false }, &[squares]);
        let root = graph.add(SquareRoot, &[variance]);
        vec![graph.scaled(root, args.real("annualization").sqrt())]
    },
};
