//! MACD, Fixed 12/26.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Aligned, FirstOrder, Seed};

/// MACD, Fixed 12/26.
pub(in crate::indicator) static MACDFIX: Indicator = Indicator {
    name: "macdfix",
    title: "MACD, Fixed 12/26",
    summary: "MACD over 12 and 26 bars, with the rounded smoothing constants 0.15 and 0.075.",
    formula: "as macd(x, 12, 26, signal), with the smoothing constants 0.15 and 0.075",
    source: "TA-Lib 0.8.3 MACDFIX",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("signal", 9, 1, "the period of the signal line, in bars")],
    outputs: &[
        Output { name: "macd", help: "the fast minus the slow moving average" },
        Output { name: "signal", help: "the signal line" },
        Output { name: "hist", help: "the histogram: MACD minus the signal line" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let pair = [(0.15, 12), (0.075, 26)].map(|(gain, period)| {
            graph.add(
                FirstOrder {
                    beta: 1.0 - gain,
                    gain,
                    seed: Seed::Mean(period),
                    warm_up: 26 - period,
                    around_zero: false,
                },
                &[x],
            )
        });
        let line = graph.minus(pair);
        let signal = ema(graph, line, args.integer("signal"));
        vec![graph.add(Aligned, &[line, signal]), signal, graph.minus([line, signal])]
    },
};
