//! Awesome Oscillator.

use crate::indicator::overlap::sma;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::Average;

/// Awesome Oscillator.
pub(in crate::indicator) static AO: Indicator = Indicator {
    name: "ao",
    title: "Awesome Oscillator",
    summary: "A fast minus a slow simple moving average of the median price.",
    formula: "sma((high + low) / 2, fast) - sma((high + low) / 2, slow)",
    source: "TA-Lib 0.8.3 AO",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("fast", 5, 2, "the period of the fast moving average, in bars"),
        Param::bars("slow", 34, 2, "the period of the slow moving average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let periods = [args.integer("fast"), args.integer("slow")];
        vec![ao(graph, args.inputs(), periods)]
    },
};

/// The fast minus the slow average of the median price.
pub(in crate::indicator) fn ao(graph: &mut Graph, bars: [Port; 2], periods: [usize; 2]) -> Port {
    let middle = graph.add(Average { inputs: 2 }, &bars);
    let pair = periods.map(|period| sma(graph, middle, period));
    graph.minus(pair)
}
