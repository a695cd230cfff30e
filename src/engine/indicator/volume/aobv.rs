//! Archer On Balance Volume.

use crate::indicator::builders::{ema, runs};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{CumulativeSum, SignedByChange};

/// Archer On Balance Volume.
pub(in crate::indicator) static AOBV: Indicator = Indicator {
    name: "aobv",
    title: "Archer On Balance Volume",
    summary: "The on balance volume, two averages of it, and whether they agree on a trend.",
    formula: "obv as in obv; fast and slow = ema(obv, fast) and ema(obv, slow); long = 1 where fast rose over `lookback` bars and slow moved, else 0; short = 1 where fast fell and slow moved, else 0",
    source: "Trade Archer on TradingView, On Balance Volume Moving Averages; pandas-ta aobv",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[
        Param::bars("fast", 4, 2, "the period of the fast average, in bars"),
        Param::bars("slow", 12, 2, "the period of the slow average, in bars"),
        Param::bars("lookback", 2, 1, "the number of bars of the moves"),
    ],
    outputs: &[
        Output { name: "obv", help: "the on balance volume" },
        Output { name: "fast", help: "its fast average" },
        Output { name: "slow", help: "its slow average" },
        Output { name: "long", help: "1 in an upward run, else 0" },
        Output { name: "short", help: "1 in a downward run, else 0" },
    ],
    build: |graph, args| {
        let inputs: [Port; 2] = args.inputs();
        let signed = graph.add(SignedByChange { first: true }, &inputs);
        let line = graph.add(CumulativeSum, &[signed]);
        let [fast, slow] = ["fast", "slow"].map(|name| ema(graph, line, args.integer(name)));
        let [long, short] = runs(graph, [fast, slow], args.integer("lookback"));
        vec![line, fast, slow, long, short]
    },
};
