//! Williams %R.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::RangePosition;

/// Williams %R.
pub(in crate::indicator) static WILLR: Indicator = Indicator {
    name: "willr",
    title: "Williams %R",
    summary: "The distance of the close below the highest high, in percent of the window's range, from -100 to 0.",
    formula: "-100 * (max(high) - close) / (max(high) - min(low)), or 0 where the range is 0",
    source: "TA-Lib 0.8.3 WILLR",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let window = args.integer("period");
        // Measured from the top, so that values near it are exact.
        vec![graph.add(RangePosition { window, scale: -100.0, from_top: true, limits: [-100.0, 0.0] }, &bars)]
    },
};
