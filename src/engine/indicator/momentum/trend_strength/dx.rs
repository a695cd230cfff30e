//! Directional Movement Index.

use crate::indicator::builders::dx;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::WarmUp;

/// Directional Movement Index.
pub(in crate::indicator) static DX: Indicator = Indicator {
    name: "dx",
    title: "Directional Movement Index",
    summary: "The imbalance between upward and downward directional movement, from 0 to 100.",
    formula: "100 * |plus_dm - minus_dm| / (plus_dm + minus_dm), equivalently with plus_di and minus_di, or 0 where both are 0",
    source: "TA-Lib 0.8.3 DX",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, _] = args.inputs();
        let index = dx(graph, [high, low], args.integer("period"));
        vec![graph.add(WarmUp { bars: 1 }, &[index])]
    },
};
