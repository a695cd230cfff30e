//! Chaikin Volatility.

use crate::indicator::builders::{ema, roc};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Hold;

/// Chaikin Volatility.
pub(in crate::indicator) static CVI: Indicator = Indicator {
    name: "cvi",
    title: "Chaikin Volatility",
    summary: "The rate of change of the averaged bar range, in percent.",
    formula: "roc(ema(high - low, period), roc)",
    source: "TA-Lib 0.8.3 CVI",
    group: Group::Volatility,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("period", 10, 2, "the period of the moving average, in bars"),
        Param::bars("roc", 10, 1, "the lag of the rate of change, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let range = graph.minus(args.inputs());
        let average = ema(graph, range, args.integer("period"));
        let bars = args.integer("roc");
        let rate = roc(graph, average, bars);
        // Without a range the average decays by the same factor each bar, and its rate of change is constant.
        vec![graph.add(Hold { drifts: false, after: bars }, &[rate, range])]
    },
};
