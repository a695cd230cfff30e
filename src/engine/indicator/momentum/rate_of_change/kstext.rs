//! Know Sure Thing with Selectable Averages.

use crate::indicator::builders::{SMA_FIRST, Smoothing, know_sure_thing};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Know Sure Thing with Selectable Averages.
pub(in crate::indicator) static KSTEXT: Indicator = Indicator {
    name: "kstext",
    title: "Know Sure Thing with Selectable Averages",
    summary: "KST with selectable moving average types.",
    formula: "kst = sum of n * ma(roc(x, rocn), man), n = 1 to 4, aligned so that their first values fall on the same bar; signal = signal_ma(kst, signal)",
    source: "TA-Lib 0.8.3 KSTEXT",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("roc1", 10, 1, "the lag of the first rate of change, in bars"),
        Param::bars("roc2", 15, 1, "the lag of the second rate of change, in bars"),
        Param::bars("roc3", 20, 1, "the lag of the third rate of change, in bars"),
        Param::bars("roc4", 30, 1, "the lag of the fourth rate of change, in bars"),
        Param::bars("ma1", 10, 1, "the period of the first moving average, in bars"),
        Param::bars("ma2", 10, 1, "the period of the second moving average, in bars"),
        Param::bars("ma3", 10, 1, "the period of the third moving average, in bars"),
        Param::bars("ma4", 15, 1, "the period of the fourth moving average, in bars"),
        Param::bars("signal", 9, 1, "the period of the signal line, in bars"),
        Param::choice("roc_ma", SMA_FIRST, "the type of the moving averages of the rates of change"),
        Param::choice("signal_ma", SMA_FIRST, "the type of the signal line"),
    ],
    outputs: &[Output { name: "kst", help: "the weighted sum" }, Output { name: "signal", help: "the signal line" }],
    build: |graph, args| {
        let [x] = args.inputs();
        let average = |period| Smoothing { kind: args.choice("roc_ma"), period };
        let legs = [("roc1", "ma1"), ("roc2", "ma2"), ("roc3", "ma3"), ("roc4", "ma4")];
        let legs = legs.map(|(rate, period)| (args.integer(rate), average(args.integer(period))));
        let signal = Smoothing { kind: args.choice("signal_ma"), period: args.integer("signal") };
        know_sure_thing(graph, x, legs, signal)
    },
};
