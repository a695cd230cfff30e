//! Plus Directional Indicator.

use crate::indicator::momentum::{movement, wilder_sum};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ScaledRatio, TrueRange, WarmUp};

/// Plus Directional Indicator.
pub(in crate::indicator) static PLUS_DI: Indicator = Indicator {
    name: "plus_di",
    title: "Plus Directional Indicator",
    summary: "The upward directional movement in percent of the true range.",
    formula: "100 * plus_dm / true range summed in the same way, or 0 where the denominator is 0; with period 1, the fraction, not in percent",
    source: "TA-Lib 0.8.3 PLUS_DI",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 1, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| vec![directional(graph, args.inputs(), args.integer("period"), 0)],
};

/// The directional movement in percent of the true range: upward for `side` 0, downward for 1.
pub(in crate::indicator) fn directional(graph: &mut Graph, bars: [Port; 3], period: usize, side: usize) -> Port {
    let movement = movement(graph, [bars[0], bars[1]], period)[side];
    let range = graph.add(TrueRange { first: false }, &bars);
    let range = wilder_sum(graph, range, period);
    if period == 1 {
        return graph.add(ScaledRatio { scale: 1.0, flat: 0.0 }, &[movement, range]);
    }
    // The seed sums are one bar short and are excluded.
    let share = graph.add(ScaledRatio { scale: 100.0, flat: 0.0 }, &[movement, range]);
    graph.add(WarmUp { bars: 1 }, &[share])
}
