//! SMI Ergodic Indicator.

use crate::indicator::builders::{ema, true_strength};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Aligned;

/// SMI Ergodic Indicator.
pub(in crate::indicator) static SMI_ERGODIC: Indicator = Indicator {
    name: "smi_ergodic",
    title: "SMI Ergodic Indicator",
    summary: "The true strength index with a short second average, its signal line and the histogram.",
    formula: "ergodic = 100 * ema(ema(x - x[1], long), short) / ema(ema(|x - x[1]|, long), short), or 0 where the denominator is 0; signal = ema(ergodic, signal); hist = ergodic - signal",
    source: "William Blau, Momentum, Direction, and Divergence, 1995; TradingView SMI Ergodic",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("long", 20, 1, "the period of the first moving average, in bars"),
        Param::bars("short", 5, 1, "the period of the second moving average, in bars"),
        Param::bars("signal", 5, 1, "the period of the signal line, in bars"),
    ],
    outputs: &[
        Output { name: "ergodic", help: "the index" },
        Output { name: "signal", help: "the signal line" },
        Output { name: "hist", help: "the histogram: index minus the signal line" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let ergodic = true_strength(graph, x, ["long", "short"].map(|name| args.integer(name)));
        let signal = ema(graph, ergodic, args.integer("signal"));
        vec![graph.add(Aligned, &[ergodic, signal]), signal, graph.minus([ergodic, signal])]
    },
};
