//! Rainbow Moving Averages.

use crate::indicator::builders::rainbow;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Rainbow Moving Averages.
pub(in crate::indicator) static RAINBOW: Indicator = Indicator {
    name: "rainbow",
    title: "Rainbow Moving Averages",
    summary: "Ten moving averages, each of the one before: wide apart in a trend, mixed without one.",
    formula: "m1 = sma(x, period), m2 = sma(m1, period), to m10",
    source: "Mel Widner, Rainbow Charts, Stocks & Commodities, July 1997",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 2, 1, "the period of each average, in bars")],
    outputs: &[
        Output { name: "m1", help: "the average smoothed once" },
        Output { name: "m2", help: "the average smoothed 2 times" },
        Output { name: "m3", help: "the average smoothed 3 times" },
        Output { name: "m4", help: "the average smoothed 4 times" },
        Output { name: "m5", help: "the average smoothed 5 times" },
        Output { name: "m6", help: "the average smoothed 6 times" },
        Output { name: "m7", help: "the average smoothed 7 times" },
        Output { name: "m8", help: "the average smoothed 8 times" },
        Output { name: "m9", help: "the average smoothed 9 times" },
        Output { name: "m10", help: "the average smoothed 10 times" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        rainbow(graph, x, args.integer("period"))
    },
};
