//! True Range of Pine.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::TrueRange;

/// True Range of Pine.
pub(in crate::indicator) static TR: Indicator = Indicator {
    name: "tr",
    title: "True Range, First Bar Included",
    summary: "The true range; at the first bar the bar range or NaN.",
    formula: "max(high - low, |high - close[1]|, |low - close[1]|); first=range: high - low at the first bar; first=none: as trange",
    source: "Pine Script ta.tr(true) and ta.tr(false); Wilder, New Concepts in Technical Trading Systems, 1978",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::choice("first", &["range", "none"], "the value of the first bar")],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        vec![graph.add(TrueRange { first: args.choice("first") == "range" }, &bars)]
    },
};
