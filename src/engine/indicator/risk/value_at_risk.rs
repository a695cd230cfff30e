//! Value at Risk.

use crate::indicator::builders::{CONFIDENCE, returns};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param, Port};
use crate::kernel::Quantiles;

/// Value at Risk.
pub(in crate::indicator) static VALUE_AT_RISK: Indicator = Indicator {
    name: "value_at_risk",
    title: "Value at Risk",
    summary: "The loss not exceeded at the given confidence level, as a fraction; positive for a loss.",
    formula: "-percentile_linear(r, period, 100 - confidence) of the last `period` returns r (historical simulation)",
    source: "J.P. Morgan, RiskMetrics Technical Document, 1996; Jorion, Value at Risk, 1997",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 250, min: 2, max: 10000 },
            help: "the number of returns in the window",
        },
        CONFIDENCE,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let place = (1.0 - args.real("confidence") / 100.0) * (window - 1) as f64;
        let returns = returns(graph, x);
        let [worst, _]: [Port; 2] = graph.add_all(Quantiles { window, positions: [place; 2] }, &[returns]);
        vec![graph.scaled(worst, -1.0)]
    },
};
