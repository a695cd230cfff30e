//! Swing Index.

use crate::indicator::builders::swing_index;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::Lag;

/// Swing Index.
pub(in crate::indicator) static SI: Indicator = Indicator {
    name: "si",
    title: "Swing Index",
    summary: "The strength of the bar's move relative to the previous bar, scaled by the limit move.",
    formula: "50 * (c + b / 2 + b[1] / 4) / r * k / limit, or 0 where r is 0; c = close - close[1]; b = close - open; u = |high - close[1]|; d = |low - close[1]|; k = max(u, d); r = max(u - d / 2, d - u / 2, high - low) + |b[1]| / 4",
    source: "TA-Lib 0.8.3 SI",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::real("limit", 3.0, 1e-8, 3e37, "the limit move of a bar, in price units")],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 4] = args.inputs();
        let [open, _, _, close] = bars;
        let body = graph.minus([close, open]);
        let before = [close, body].map(|x| graph.add(Lag { bars: 1 }, &[x]));
        vec![swing_index(graph, bars, before, args.real("limit"))]
    },
};
