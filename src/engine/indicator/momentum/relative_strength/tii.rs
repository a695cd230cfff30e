//! Trend Intensity Index.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Centered, NegativePart, PositivePart, RatioToSum, Sum};

/// Trend Intensity Index.
pub(in crate::indicator) static TII: Indicator = Indicator {
    name: "tii",
    title: "Trend Intensity Index",
    summary: "The share of positive deviations from the moving average, from 0 to 100.",
    formula: "100 * up / (up + down), or 50 where both are 0; up = sum(max(x - sma(x, period), 0), window); down = sum(max(sma(x, period) - x, 0), window)",
    source: "M. H. Pee, Trend Intensity Index, Stocks & Commodities, June 2002",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 60, 2, "the period of the moving average, in bars"),
        Param::bars("window", 30, 1, "the number of bars in the sums"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("window");
        let off = graph.add(Centered { window: args.integer("period") }, &[x]);
        let (above, below) = (graph.add(PositivePart, &[off]), graph.add(NegativePart, &[off]));
        let sums = [above, below].map(|part| graph.add(Sum { window }, &[part]));
        vec![graph.add(RatioToSum { scale: 100.0, flat: 50.0 }, &sums)]
    },
};
