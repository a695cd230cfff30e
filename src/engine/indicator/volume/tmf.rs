//! Twiggs Money Flow.

use crate::indicator::builders::rma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Aligned, Arithmetic, Binary, Hold, Lag, MoneyFlowVolume};

/// Twiggs Money Flow.
pub(in crate::indicator) static TMF: Indicator = Indicator {
    name: "tmf",
    title: "Twiggs Money Flow",
    summary: "The averaged volume weighted by the close's location in the true range, as a fraction of averaged volume.",
    formula: "rma(((close - low') - (high' - close)) / (high' - low') * volume, period) / rma(volume, period), high' = max(high, close[1]), low' = min(low, close[1]), a term is 0 where its range is 0, the output 0 where the averaged volume is 0",
    source: "C. Twiggs, Incredible Charts, Twiggs Money Flow",
    group: Group::Volume,
    revision: 3,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[Param::period(21)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close, volume] = args.inputs();
        let before = graph.add(Lag { bars: 1 }, &[close]);
        let high = graph.add(Arithmetic { op: Binary::Max }, &[high, before]);
        let low = graph.add(Arithmetic { op: Binary::Min }, &[low, before]);
        let flow = graph.add(MoneyFlowVolume, &[high, low, close, volume]);
        let traded = graph.add(Aligned, &[volume, flow]);
        let averages = [flow, traded].map(|x| rma(graph, x, args.integer("period")));
        let ratio = graph.ratio(averages, 0.0);
        // Without volume both averages decay alike.
        vec![graph.add(Hold { drifts: false, after: 0 }, &[ratio, flow, traded])]
    },
};
