//! Rainbow Oscillator.

use crate::indicator::builders::rainbow;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Arithmetic, Binary, Max, Min};

/// Rainbow Oscillator.
pub(in crate::indicator) static RAINBOW_OSCILLATOR: Indicator = Indicator {
    name: "rainbow_oscillator",
    title: "Rainbow Oscillator",
    summary: "The distance of the value from the mean of ten recursive averages, in percent of the range, and the width of the averages.",
    formula: "m1 to m10 as in rainbow; oscillator = 100 * (x - mean of m) / (max(x, range) - min(x, range)); upper = 100 * (largest m - smallest m) / (max(x, range) - min(x, range)); lower = -upper; 0 where the denominator is 0",
    source: "Mel Widner, Rainbow Charts, Stocks & Commodities, July 1997",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 2, 1, "the period of each average, in bars"),
        Param::bars("range", 10, 1, "the number of bars of the range"),
    ],
    outputs: &[
        Output { name: "oscillator", help: "the distance from the mean of the averages" },
        Output { name: "upper", help: "the width of the averages" },
        Output { name: "lower", help: "the same, negated" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("range");
        let averages = rainbow(graph, x, args.integer("period"));
        let extremes = [graph.add(Max { window }, &[x]), graph.add(Min { window }, &[x])];
        let range = graph.minus(extremes);
        let distances: Vec<Port> = averages.iter().map(|&average| graph.minus([x, average])).collect();
        let mut fold = |ports: &[Port], op: Binary| {
            ports[1..].iter().fold(ports[0], |one, &two| graph.add(Arithmetic { op }, &[one, two]))
        };
        let (total, largest, smallest) =
            (fold(&distances, Binary::Add), fold(&averages, Binary::Max), fold(&averages, Binary::Min));
        let width = graph.minus([largest, smallest]);
        // The distance is the mean of ten.
        let oscillator = graph.percent([total, range], 10.0, 0.0);
        let upper = graph.percent([width, range], 100.0, 0.0);
        vec![oscillator, upper, graph.scaled(upper, -1.0)]
    },
};
