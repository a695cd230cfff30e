//! Money Flow Index.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Arithmetic, Average, Binary, RatioToSum, SignedFlow, Sum};

/// Money Flow Index.
pub(in crate::indicator) static MFI: Indicator = Indicator {
    name: "mfi",
    title: "Money Flow Index",
    summary: "The share of money flow on rising typical prices, from 0 to 100.",
    formula: "x = (high + low + close) / 3; 100 * up / (up + down), or 0 where both are 0; up and down are the sums of x * volume over the bars where x rose and fell",
    source: "TA-Lib 0.8.3 MFI",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close, volume] = args.inputs();
        let window = args.integer("period");
        let x = graph.add(Average { inputs: 3 }, &[high, low, close]);
        let money = graph.add(Arithmetic { op: Binary::Multiply }, &[x, volume]);
        let [rising, falling] = graph.add_all(SignedFlow, &[x, money]);
        let up = graph.add(Sum { window }, &[rising]);
        let down = graph.add(Sum { window }, &[falling]);
        vec![graph.add(RatioToSum { scale: 100.0, flat: 0.0 }, &[up, down])]
    },
};
