//! On Balance Volume.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{CumulativeSum, SignedByChange};

/// On Balance Volume.
pub(in crate::indicator) static OBV: Indicator = Indicator {
    name: "obv",
    title: "On Balance Volume",
    summary: "The cumulative volume, added on rises and subtracted on falls.",
    formula: "y = y[1] + volume where x rose, - volume where it fell; the first y is the volume of the first bar, or 0 with start=zero",
    source: "TA-Lib 0.8.3 OBV",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[Param::choice(
        "start",
        &["volume", "zero"],
        "the first value: the volume of the first bar (volume: TA-Lib) or 0 (zero: Tulip Indicators, TradingView)",
    )],
    outputs: Output::ONE,
    build: |graph, args| {
        let inputs: [Port; 2] = args.inputs();
        let signed = graph.add(SignedByChange { first: args.choice("start") == "volume" }, &inputs);
        vec![graph.add(CumulativeSum, &[signed])]
    },
};
