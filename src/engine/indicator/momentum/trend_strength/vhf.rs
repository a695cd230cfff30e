//! Vertical Horizontal Filter.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{AbsoluteChange, Max, Min, Sum};

/// Vertical Horizontal Filter.
pub(in crate::indicator) static VHF: Indicator = Indicator {
    name: "vhf",
    title: "Vertical Horizontal Filter",
    summary: "The window's range as a fraction of the sum of absolute changes, 0 to 1.",
    formula: "(max(x) - min(x)) / sum of |x - x[1]| over the window, or 0 where the input is constant",
    source: "TA-Lib 0.8.3 VHF",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 28, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let (highest, lowest) = (graph.add(Max { window }, &[x]), graph.add(Min { window }, &[x]));
        let range = graph.minus([highest, lowest]);
        let step = graph.add(AbsoluteChange { bars: 1 }, &[x]);
        let way = graph.add(Sum { window }, &[step]);
        vec![graph.ratio([range, way], 0.0)]
    },
};
