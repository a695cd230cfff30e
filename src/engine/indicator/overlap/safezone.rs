//! SafeZone Stop.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{
    Change, CompareConstant, Comparison, LinearCombination, Max, Min, NegativePart, PositivePart, Sum,
};

/// SafeZone Stop.
pub(in crate::indicator) static SAFEZONE: Indicator = Indicator {
    name: "safezone",
    title: "SafeZone Stop",
    summary: "Stops a multiple of the mean penetration of the previous low or high away, held for a few bars.",
    formula: "down = max(low[1] - low, 0); long = max(low - multiplier * sum(down, period) / number of down > 0 in it, hold), and the low itself where there is none; up = max(high - high[1], 0); short = min(high + multiplier * sum(up, period) / number of up > 0 in it, hold); both for the next bar",
    source: "Alexander Elder, Come Into My Trading Room, 2002",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("period", 22, 1, "the number of bars whose penetrations are averaged"),
        Param::real("multiplier", 2.5, 0.0, 3e37, "the stop multiplier, in mean penetrations"),
        Param::bars("hold", 3, 1, "the number of bars over which a stop does not retreat"),
    ],
    outputs: &[
        Output { name: "long", help: "the stop below prices" },
        Output { name: "short", help: "the stop above prices" },
    ],
    build: |graph, args| {
        let [high, low] = args.inputs();
        let (window, multiplier, hold) = (args.integer("period"), args.real("multiplier"), args.integer("hold"));
        let mut penetration = |x: Port, is_low: bool| {
            let change = graph.add(Change { bars: 1 }, &[x]);
            let part = if is_low { graph.add(NegativePart, &[change]) } else { graph.add(PositivePart, &[change]) };
            let counts = graph.add(CompareConstant { op: Comparison::Greater, value: 0.0 }, &[part]);
            let sums = [part, counts].map(|part| graph.add(Sum { window }, &[part]));
            graph.ratio(sums, 0.0)
        };
        let (down, up) = (penetration(low, true), penetration(high, false));
        let below = graph.add(LinearCombination { first: 1.0, second: -multiplier }, &[low, down]);
        let above = graph.add(LinearCombination { first: 1.0, second: multiplier }, &[high, up]);
        vec![graph.add(Max { window: hold }, &[below]), graph.add(Min { window: hold }, &[above])]
    },
};
