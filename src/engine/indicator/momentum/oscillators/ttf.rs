//! Trend Trigger Factor.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Lag, Max, Min};

/// Trend Trigger Factor.
pub(in crate::indicator) static TTF: Indicator = Indicator {
    name: "ttf",
    title: "Trend Trigger Factor",
    summary: "The excess of the upward over the downward reach between two consecutive windows, in percent of their mean.",
    formula: "100 * (buy - sell) / ((buy + sell) / 2), or 0 where the denominator is 0; buy = max(high) - min(low)[period]; sell = max(high)[period] - min(low), over period bars",
    source: "M. H. Pee, Trend Trigger Factor, Stocks & Commodities, December 2004",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 15, 1, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low] = args.inputs();
        let window = args.integer("period");
        let ends = [graph.add(Max { window }, &[high]), graph.add(Min { window }, &[low])];
        let [highest_before, lowest_before] = ends.map(|end| graph.add(Lag { bars: window }, &[end]));
        let buy = graph.minus([ends[0], lowest_before]);
        let sell = graph.minus([highest_before, ends[1]]);
        let (difference, both) = (graph.minus([buy, sell]), graph.plus([buy, sell]));
        vec![graph.percent([difference, both], 200.0, 0.0)]
    },
};
