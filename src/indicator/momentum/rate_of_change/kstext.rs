//! Know Sure Thing, Any Averages.

use crate::indicator::builders::smoothing::{SMA_FIRST, Smoothing};
use crate::indicator::momentum::know_sure_thing;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Know Sure Thing, Any Averages.
pub(in crate::indicator) static KSTEXT: Indicator = Indicator {
    name: "kstext",
    title: "Know Sure Thing, Any Averages",
    summary: "KST with selectable moving average types.",
    formula: "kst = sum of n * ma(roc(x, rocn), man), n = 1 to 4, aligned so that their first values fall on the same bar; signal = signal_ma(kst, signal)",
    source: "TA-Lib 0.8.3 KSTEXT",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("roc1", 10, 1, "the number of bars of the first rate of change"),
        Param::bars("roc2", 15, 1, "the number of bars of the second rate of change"),
        Param::bars("roc3", 20, 1, "the number of bars of the third rate of change"),
        Param::bars("roc4", 30, 1, "the number of bars of the fourth rate of change"),
        Param::bars("ma1", 10, 1, "the number of bars of the first average"),
        Param::bars("ma2", 10, 1, "the number of bars of the second average"),
        Param::bars("ma3", 10, 1, "the number of bars of the third average"),
        Param::bars("ma4", 15, 1, "the number of bars of the fourth average"),
        Param::bars("signal", 9, 1, "the number of bars of the signal"),
        Param::choice("roc_ma", SMA_FIRST, "the kind of moving average of the rates of change"),
        Param::choice("signal_ma", SMA_FIRST, "the kind of moving average of the signal"),
    ],
    outputs: &[Output { name: "kst", help: "the weighted sum" }, Output { name: "signal", help: "the average of it" }],
    build: |graph, args| {
        let [x] = args.inputs();
        let average = |period| Smoothing { kind: args.choice("roc_ma"), period };
        let legs = [("roc1", "ma1"), ("roc2", "ma2"), ("roc3", "ma3"), ("roc4", "ma4")];
        let legs = legs.map(|(rate, period)| (args.integer(rate), average(args.integer(period))));
        let signal = Smoothing { kind: args.choice("signal_ma"), period: args.integer("signal") };
        know_sure_thing(graph, x, legs, signal)
    },
};
