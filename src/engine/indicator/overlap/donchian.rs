//! Donchian Channel.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Aligned, Average, Lag, Max, Min};

/// Donchian Channel.
pub(in crate::indicator) static DONCHIAN: Indicator = Indicator {
    name: "donchian",
    title: "Donchian Channel",
    summary: "The highest high and the lowest low of the window, and their midpoint.",
    formula: "upper = max(high); lower = min(low); middle = (upper + lower) / 2, over the last `period` bars; newest=excluded: over the bars before the current one, which can then break out",
    source: "TA-Lib 0.8.3 DONCHIAN; FacioQuo Stock Indicators for newest=excluded",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("period", 20, 2, "the number of bars in the window"),
        Param::choice("newest", &["included", "excluded"], "whether the window includes the current bar"),
    ],
    outputs: &[
        Output { name: "upper", help: "the highest high" },
        Output { name: "middle", help: "the middle of the channel" },
        Output { name: "lower", help: "the lowest low" },
    ],
    build: |graph, args| {
        let [high, low] = args.inputs();
        let window = args.integer("period");
        let upper = graph.add(Max { window }, &[high]);
        let lower = graph.add(Min { window }, &[low]);
        let channel = [upper, graph.add(Average { inputs: 2 }, &[upper, lower]), lower];
        match args.choice("newest") {
            "excluded" => {
                let before = channel.map(|line| graph.add(Lag { bars: 1 }, &[line]));
                // A missing bar has no channel.
                before.map(|line| graph.add(Aligned, &[line, high, low])).into()
            }
            _ => channel.into(),
        }
    },
};
