//! Cointegration.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param, Port};
use crate::kernel::Cointegration;

/// Cointegration.
pub(in crate::indicator) static COINTEGRATION: Indicator = Indicator {
    name: "cointegration",
    title: "Cointegration",
    summary: "The Engle-Granger test of two series: the hedge ratio, the latest residual and the t statistic of the residuals' unit-root test.",
    formula: "hedge and spread: slope and latest residual of the least-squares line of a against b over the window; adf: the t statistic of g in du = g * u[1] + sum(c[i] * du[i], i = 1..lags) + error over the residuals u, without a constant, or 0 where the residuals are 0",
    source: "Engle and Granger, Co-Integration and Error Correction (Econometrica 55, 1987); Dickey and Fuller (1979)",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 100, min: 24, max: 2000 },
            help: "the number of bars in the window",
        },
        Param {
            name: "lags",
            kind: Kind::Integer { default: 1, min: 0, max: Cointegration::LAGS_MAX },
            help: "the number of lagged differences in the test regression",
        },
    ],
    outputs: &[
        Output { name: "hedge", help: "the hedge ratio: units of the second series per unit of the first" },
        Output { name: "spread", help: "the latest residual, in units of the first series" },
        Output { name: "adf", help: "the t statistic; about -3.4 or less rejects the absence of cointegration" },
    ],
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let kernel = Cointegration { window: args.integer("period"), lags: args.integer("lags") };
        graph.add_all::<_, 3>(kernel, &pair).into()
    },
};
