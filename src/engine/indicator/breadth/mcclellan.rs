//! McClellan Oscillator.

use crate::indicator::builders::mcclellan;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};

/// McClellan Oscillator.
pub(in crate::indicator) static MCCLELLAN: Indicator = Indicator {
    name: "mcclellan",
    title: "McClellan Oscillator",
    summary: "A fast minus a slow exponential average of net advances.",
    formula: "inputs: advances, declines; ema(net, fast) - ema(net, slow); net = 1000 * (advances - declines) / (advances + declines), with 0 where both are 0; method=net: net = advances - declines",
    source: "Sherman and Marian McClellan, Patterns for Profit, 1970",
    group: Group::Breadth,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("fast", 19, 1, "the period of the fast average, in bars"),
        Param::bars("slow", 39, 1, "the period of the slow average, in bars"),
        Param::choice(
            "method",
            &["ratio", "net"],
            "whether net advances are taken in parts per thousand of all moving issues (ratio) or as they are (net)",
        ),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let periods = ["fast", "slow"].map(|name| args.integer(name));
        vec![mcclellan(graph, pair, periods, args.choice("method"))]
    },
};
