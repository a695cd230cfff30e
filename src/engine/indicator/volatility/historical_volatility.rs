//! Historical Volatility.

use crate::indicator::builders::{ANNUALIZATION, log_returns};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::StandardDeviation;

/// Historical Volatility.
pub(in crate::indicator) static HISTORICAL_VOLATILITY: Indicator = Indicator {
    name: "historical_volatility",
    title: "Historical Volatility",
    summary: "The annualised standard deviation of log returns over the window.",
    formula: "standard deviation of the last `period` ln(x / x[1]) * sqrt(annualization); NaN where a price is <= 0",
    source: "Hull, Options, Futures, and Other Derivatives; ddof=0 as in the TradingView indicator, which is in percent",
    group: Group::Volatility,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 2, "the number of returns in the window"),
        ANNUALIZATION,
        Param {
            name: "ddof",
            kind: Kind::Integer { default: 1, min: 0, max: 1 },
            help: "the delta degrees of freedom: 1 for the sample, 0 for the population standard deviation",
        },
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let returns = log_returns(graph, x, 1);
        let deviation =
            graph.add(StandardDeviation { window: args.integer("period"), ddof: args.integer("ddof") }, &[returns]);
        vec![graph.scaled(deviation, args.real("annualization").sqrt())]
    },
};
