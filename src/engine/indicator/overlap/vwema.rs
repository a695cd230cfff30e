//! Volume Weighted Exponential Moving Average.

use crate::indicator::builders::vwema;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Volume Weighted Exponential Moving Average.
pub(in crate::indicator) static VWEMA: Indicator = Indicator {
    name: "vwema",
    title: "Volume Weighted Exponential Moving Average",
    summary: "The volume-weighted average price with exponentially decaying weights.",
    formula: "ema(x * volume, period) / ema(volume, period); NaN while no volume has been traded",
    source: "Buff Dormeier, Investing with Volume Analysis, 2011",
    group: Group::Overlap,
    revision: 3,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[Param::bars("period", 20, 1, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x, volume] = args.inputs();
        vec![vwema(graph, [x, volume], args.integer("period"))]
    },
};
