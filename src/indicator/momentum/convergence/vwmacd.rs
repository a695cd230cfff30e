//! Volume Weighted MACD.

use crate::indicator::overlap::{ema, vwema};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Aligned;

/// Volume Weighted MACD.
pub(in crate::indicator) static VWMACD: Indicator = Indicator {
    name: "vwmacd",
    title: "Volume Weighted MACD",
    summary: "A fast minus a slow volume-weighted exponential moving average, its signal line and the histogram.",
    formula: "macd = vwema(x, fast) - vwema(x, slow); signal = ema(macd, signal); hist = macd - signal; NaN while no volume has been traded",
    source: "Buff Dormeier, Investing with Volume Analysis, 2011",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[
        Param::bars("fast", 12, 1, "the number of bars of the fast average"),
        Param::bars("slow", 26, 1, "the number of bars of the slow average"),
        Param::bars("signal", 9, 1, "the number of bars of the signal"),
    ],
    outputs: &[
        Output { name: "macd", help: "the fast average minus the slow one" },
        Output { name: "signal", help: "the average of that" },
        Output { name: "hist", help: "the macd minus the signal" },
    ],
    build: |graph, args| {
        let pair = args.inputs();
        let averages = ["fast", "slow"].map(|name| vwema(graph, pair, args.integer(name)));
        let line = graph.minus(averages);
        let signal = ema(graph, line, args.integer("signal"));
        vec![graph.add(Aligned, &[line, signal]), signal, graph.minus([line, signal])]
    },
};
