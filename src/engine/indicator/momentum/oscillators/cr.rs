//! Energy Indicator CR.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Average, Lag, PositivePart, Sum};

/// Energy Indicator CR.
pub(in crate::indicator) static CR: Indicator = Indicator {
    name: "cr",
    title: "Energy Indicator CR",
    summary: "The ratio of the rises above the previous typical price to the falls below it, in percent.",
    formula: "m = (high[1] + low[1] + close[1]) / 3; 100 * sum(max(high - m, 0), period) / sum(max(m - low, 0), period), or 100 where the denominator is 0",
    source: "Tongdaxin formula CR; MyTT",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::period(20)],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let window = args.integer("period");
        let typical = graph.add(Average { inputs: 3 }, &bars);
        let before = graph.add(Lag { bars: 1 }, &[typical]);
        let sums = [[bars[0], before], [before, bars[1]]].map(|pair| {
            let way = graph.minus(pair);
            let part = graph.add(PositivePart, &[way]);
            graph.add(Sum { window }, &[part])
        });
        vec![graph.percent(sums, 100.0, 100.0)]
    },
};
