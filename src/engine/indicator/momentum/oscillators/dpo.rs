//! Detrended Price Oscillator.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Lag, LaggedMinus};

/// Detrended Price Oscillator.
pub(in crate::indicator) static DPO: Indicator = Indicator {
    name: "dpo",
    title: "Detrended Price Oscillator",
    summary: "The value half a period ago minus the moving average of the period.",
    formula: "lag=price: x[period / 2 + 1] - sma(x, period); lag=average: x - sma(x, period)[period / 2 + 1]",
    source: "TA-Lib 0.8.3 DPO",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 2, "the number of bars in the window"),
        Param::choice(
            "lag",
            &["price", "average"],
            "what is taken half a period ago: the price (price: TA-Lib, Tulip Indicators, ta), or the moving average (average: TradingView \
             and pandas-ta where not centred)",
        ),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let bars = period / 2 + 1;
        let average = sma(graph, x, period);
        if args.choice("lag") == "average" {
            let before = graph.add(Lag { bars }, &[average]);
            return vec![graph.minus([x, before])];
        }
        vec![graph.add(LaggedMinus { bars }, &[x, average])]
    },
};
