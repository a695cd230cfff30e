//! Heikin-Ashi.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::{Arithmetic, Average, Binary, FirstOrder, Previous, Seed};

/// Heikin-Ashi.
pub(in crate::indicator) static HA: Indicator = Indicator {
    name: "ha",
    title: "Heikin-Ashi",
    summary: "Heikin-Ashi bars, averaged from the current bar and the previous Heikin-Ashi bar.",
    formula: "close = (open + high + low + close) / 4; open = (open[1] + close[1]) / 2 of the Heikin-Ashi bars, initially (open + close) / 2 of the input bar; high = max(high, open, close); low = min(low, open, close)",
    source: "TA-Lib 0.8.3 HA",
    group: Group::Price,
    revision: 2,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[],
    outputs: &[
        Output { name: "open", help: "the midpoint of the previous body" },
        Output { name: "high", help: "the highest price" },
        Output { name: "low", help: "the lowest price" },
        Output { name: "close", help: "the volume-weighted average price" },
    ],
    build: |graph, args| {
        let bars: [Port; 4] = args.inputs();
        let [open, high, low, close] = bars;
        let mean = graph.add(Average { inputs: 4 }, &bars);
        let first = graph.add(Average { inputs: 2 }, &[open, close]);
        let opened = graph.add(Previous, &[mean, first]);
        let opened = graph
            .add(FirstOrder { beta: 0.5, gain: 0.5, seed: Seed::First, warm_up: 0, around_zero: false }, &[opened]);
        let mut extreme =
            |op: Binary, x: Port| [opened, mean].into_iter().fold(x, |x, y| graph.add(Arithmetic { op }, &[x, y]));
        vec![opened, extreme(Binary::Max, high), extreme(Binary::Min, low), mean]
    },
};
