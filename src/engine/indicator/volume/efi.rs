//! Elder Force Index.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Change;

/// Elder Force Index.
pub(in crate::indicator) static EFI: Indicator = Indicator {
    name: "efi",
    title: "Elder Force Index",
    summary: "The exponential moving average of price change times volume.",
    formula: "ema((close - close[1]) * volume, period)",
    source: "TA-Lib 0.8.3 EFI",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[Param::bars("period", 13, 1, "the period of the moving average, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [close, volume] = args.inputs();
        let change = graph.add(Change { bars: 1 }, &[close]);
        let force = graph.times([change, volume]);
        vec![ema(graph, force, args.integer("period"))]
    },
};
