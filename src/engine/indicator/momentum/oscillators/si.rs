//! Swing Index.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ElementwiseMap, Lag, elementwise_map, parameters};

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
        vec![swing(graph, bars, before, args.real("limit"))]
    },
};

/// The swing index from open, high, low and close, and the previous close and body.
pub(in crate::indicator) fn swing(graph: &mut Graph, bars: [Port; 4], before: [Port; 2], limit: f64) -> Port {
    let [open, high, low, close] = bars;
    let body = graph.minus([close, open]);
    graph.add(Swing { limit }, &[high, low, close, body, before[0], before[1]])
}

/// The index of high, low, close and body, and the previous close and body.
#[derive(Debug, Clone)]
struct Swing {
    limit: f64,
}

parameters!(Swing { limit });

impl ElementwiseMap<6, 1> for Swing {
    #[inline(always)]
    fn values(&self, [high, low, close, body, close_before, body_before]: [f64; 6]) -> [f64; 1] {
        let moved = (close - close_before) + 0.5 * body + 0.25 * body_before;
        let (up, down) = ((high - close_before).abs(), (low - close_before).abs());
        let furthest = if up > down { up } else { down };
        let (rising, falling) = (up - 0.5 * down, down - 0.5 * up);
        let reach = if rising > falling { rising } else { falling };
        let range = (high - low).abs();
        let reach = if reach > range { reach } else { range } + 0.25 * body_before.abs();
        [if reach == 0.0 { 0.0 * moved } else { 50.0 * (moved / reach) * (furthest / self.limit) }]
    }
}

elementwise_map!(Swing: 6 => 1);
