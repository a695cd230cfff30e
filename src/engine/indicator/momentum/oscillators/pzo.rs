//! Price Zone Oscillator.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::SignedByChange;

/// Price Zone Oscillator.
pub(in crate::indicator) static PZO: Indicator = Indicator {
    name: "pzo",
    title: "Price Zone Oscillator",
    summary: "The averaged signed price in percent of the averaged price, from -100 to 100.",
    formula: "100 * ema(r, period) / ema(x, period), or 0 where the denominator is 0; r = x where x rose, -x where it fell, else 0",
    source: "Walid Khalil and David Steckler, In The Price Zone, Stocks & Commodities, June 2011",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 1, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let signed = graph.add(SignedByChange { first: false }, &[x, x]);
        let pair = [signed, x].map(|x| ema(graph, x, period));
        vec![graph.percent(pair, 100.0, 0.0)]
    },
};
