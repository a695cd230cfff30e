//! Sharpe Ratio.

use crate::indicator::builders::{ANNUALIZATION, returns};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param, Port};
use crate::kernel::{Affine, MeanAndStandardDeviation};

/// Sharpe Ratio.
pub(in crate::indicator) static SHARPE: Indicator = Indicator {
    name: "sharpe",
    title: "Sharpe Ratio",
    summary: "The annualised ratio of the mean excess return to the standard deviation of returns.",
    formula: "(mean of the last `period` returns - risk_free / annualization) / stddev(returns, period, ddof) * sqrt(annualization); NaN where the standard deviation is 0",
    source: "Sharpe 1994",
    group: Group::Risk,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 252, 2, "the number of returns in the window"),
        Param::real("risk_free", 0.0, -1.0, 1000.0, "the annual risk-free return, as a fraction"),
        ANNUALIZATION,
        Param {
            name: "ddof",
            kind: Kind::Integer { default: 1, min: 0, max: 1 },
            help: "the delta degrees of freedom: 1 for the sample standard deviation (pandas, QuantStats, empyrical), 0 for that of the population (NumPy)",
        },
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let annualization = args.real("annualization");
        let returns = returns(graph, x);
        let kernel = MeanAndStandardDeviation { window: args.integer("period"), ddof: args.integer("ddof") };
        let [mean, deviation]: [Port; 2] = graph.add_all(kernel, &[returns]);
        let excess = graph.add(Affine { scale: 1.0, offset: -args.real("risk_free") / annualization }, &[mean]);
        vec![graph.percent([excess, deviation], annualization.sqrt(), f64::NAN)]
    },
};
