//! Percentage Price Oscillator.

use crate::indicator::builders::{EMA_FIRST, price_oscillator};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::ScaledRatio;

/// Percentage Price Oscillator.
pub(in crate::indicator) static PPO: Indicator = Indicator {
    name: "ppo",
    title: "Percentage Price Oscillator",
    summary: "A fast minus a slow moving average, in percent of the slow one.",
    formula: "(ma(x, fast) - ma(x, slow)) / ma(x, slow) * 100, as in apo, or 0 where the slow average is 0",
    source: "TA-Lib 0.8.3 PPO",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 12, 2, "the period of the fast moving average, in bars"),
        Param::bars("slow", 26, 2, "the period of the slow moving average, in bars"),
        Param::choice("ma", EMA_FIRST, "the type of moving average"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let periods = [args.integer("fast"), args.integer("slow")];
        let difference_and_slow = price_oscillator(graph, x, args.choice("ma"), periods);
        vec![graph.add(ScaledRatio { scale: 100.0, flat: 0.0 }, &difference_and_slow)]
    },
};
