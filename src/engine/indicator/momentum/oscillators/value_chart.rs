//! Value Chart.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::Average;

/// Value Chart.
pub(in crate::indicator) static VALUE_CHART: Indicator = Indicator {
    name: "value_chart",
    title: "Value Chart",
    summary: "Open, high, low and close relative to a floating axis, in units of volatility: bars of comparable height.",
    formula: "axis = sma((high + low) / 2, period); unit = 0.2 * sma(high - low, period); (price - axis) / unit, or 0 where the denominator is 0",
    source: "Mark Helweg and David Stendahl, Dynamic Trading Indicators, 2002",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::period(5)],
    outputs: &[
        Output { name: "open", help: "the open" },
        Output { name: "high", help: "the high" },
        Output { name: "low", help: "the low" },
        Output { name: "close", help: "the close" },
    ],
    build: |graph, args| {
        let bars: [Port; 4] = args.inputs();
        let window = args.integer("period");
        let middle = graph.add(Average { inputs: 2 }, &bars[1..3]);
        let axis = sma(graph, middle, window);
        let range = graph.minus([bars[1], bars[2]]);
        let usual = sma(graph, range, window);
        bars.map(|price| {
            let off = graph.minus([price, axis]);
            graph.percent([off, usual], 5.0, 0.0)
        })
        .into()
    },
};
