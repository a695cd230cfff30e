//! Guppy Multiple Moving Average.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output};

/// Guppy Multiple Moving Average.
pub(in crate::indicator) static GUPPY: Indicator = Indicator {
    name: "guppy",
    title: "Guppy Multiple Moving Average",
    summary: "Twelve exponential averages: six of traders, who act on short periods, and six of investors.",
    formula: "ema(x, n), n 3, 5, 8, 10, 12, 15 and 30, 35, 40, 45, 50, 60",
    source: "Daryl Guppy, Trend Trading, 2004",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: &[
        Output { name: "short_3", help: "the average of 3 bars" },
        Output { name: "short_5", help: "the average of 5 bars" },
        Output { name: "short_8", help: "the average of 8 bars" },
        Output { name: "short_10", help: "the average of 10 bars" },
        Output { name: "short_12", help: "the average of 12 bars" },
        Output { name: "short_15", help: "the average of 15 bars" },
        Output { name: "long_30", help: "the average of 30 bars" },
        Output { name: "long_35", help: "the average of 35 bars" },
        Output { name: "long_40", help: "the average of 40 bars" },
        Output { name: "long_45", help: "the average of 45 bars" },
        Output { name: "long_50", help: "the average of 50 bars" },
        Output { name: "long_60", help: "the average of 60 bars" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        [3, 5, 8, 10, 12, 15, 30, 35, 40, 45, 50, 60].map(|period| ema(graph, x, period)).into()
    },
};
