//! Rate of Change with Bands.

use crate::indicator::builders::{ema, roc, root_mean_square};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Rate of Change with Bands.
pub(in crate::indicator) static ROC_BANDS: Indicator = Indicator {
    name: "roc_bands",
    title: "Rate of Change with Bands",
    summary: "The rate of change in percent, its average, and bands at its root mean square.",
    formula: "r = roc(x, period); average = ema(r, ema); upper = sqrt(sma(r^2, deviation)); lower = -upper",
    source: "Skender Stock Indicators RocWb",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 1, "the number of bars of the change"),
        Param::bars("ema", 5, 1, "the period of the average, in bars"),
        Param::bars("deviation", 5, 1, "the number of bars of the root mean square"),
    ],
    outputs: &[
        Output { name: "roc", help: "the rate of change in percent" },
        Output { name: "average", help: "its exponential average" },
        Output { name: "upper", help: "its root mean square" },
        Output { name: "lower", help: "the same, negated" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let rate = roc(graph, x, args.integer("period"));
        let upper = root_mean_square(graph, rate, args.integer("deviation"));
        vec![rate, ema(graph, rate, args.integer("ema")), upper, graph.scaled(upper, -1.0)]
    },
};
