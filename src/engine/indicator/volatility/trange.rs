//! True Range.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::TrueRange;

/// True Range.
pub(in crate::indicator) static TRANGE: Indicator = Indicator {
    name: "trange",
    title: "True Range",
    summary: "The true range: the bar range extended to the previous close.",
    formula: "max(high - low, |high - close[1]|, |low - close[1]|)",
    source: "TA-Lib 0.8.3 TRANGE",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        vec![graph.add(TrueRange { first: false }, &bars)]
    },
};
