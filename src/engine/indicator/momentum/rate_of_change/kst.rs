//! Know Sure Thing.

use crate::indicator::builders::{Smoothing, know_sure_thing};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Know Sure Thing.
pub(in crate::indicator) static KST: Indicator = Indicator {
    name: "kst",
    title: "Know Sure Thing",
    summary: "The weighted sum of four smoothed rates of change, with a signal line.",
    formula: "kst = sum of n * sma(roc(x, rocn), sman), n = 1 to 4; signal = sma(kst, signal)",
    source: "TA-Lib 0.8.3 KST",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("roc1", 10, 1, "the lag of the first rate of change, in bars"),
        Param::bars("roc2", 15, 1, "the lag of the second rate of change, in bars"),
        Param::bars("roc3", 20, 1, "the lag of the third rate of change, in bars"),
        Param::bars("roc4", 30, 1, "the lag of the fourth rate of change, in bars"),
        Param::bars("sma1", 10, 1, "the period of the first moving average, in bars"),
        Param::bars("sma2", 10, 1, "the period of the second moving average, in bars"),
        Param::bars("sma3", 10, 1, "the period of the third moving average, in bars"),
        Param::bars("sma4", 15, 1, "the period of the fourth moving average, in bars"),
        Param::bars("signal", 9, 1, "the period of the signal line, in bars"),
    ],
    outputs: &[Output { name: "kst", help: "the weighted sum" }, Output { name: "signal", help: "the signal line" }],
    build: |graph, args| {
        let [x] = args.inputs();
        let average = |period| Smoothing { kind: "sma", period };
        let legs = [("roc1", "sma1"), ("roc2", "sma2"), ("roc3", "sma3"), ("roc4", "sma4")];
        let legs = legs.map(|(rate, period)| (args.integer(rate), average(args.integer(period))));
        know_sure_thing(graph, x, legs, average(args.integer("signal")))
    },
};
