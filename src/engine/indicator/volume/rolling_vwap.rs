//! Rolling Volume Weighted Average Price.

use crate::indicator::builders::{NBDEV, VWAP_BANDS, deviation_bands};
use crate::indicator::{Group, Indicator, Input, Param};
use crate::kernel::{Average, WeightedMoments};

/// Rolling Volume Weighted Average Price.
pub(in crate::indicator) static ROLLING_VWAP: Indicator = Indicator {
    name: "rolling_vwap",
    title: "Rolling Volume Weighted Average Price",
    summary: "The volume-weighted average price of the window, with standard deviation bands.",
    formula: "as session_vwap, over the last `period` bars",
    source: "QuantConnect Lean, VolumeWeightedAveragePriceIndicator(period), with the bands of TradingView",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[Param::period(20), NBDEV],
    outputs: VWAP_BANDS,
    build: |graph, args| {
        let [high, low, close, volume] = args.inputs();
        let typical = graph.add(Average { inputs: 3 }, &[high, low, close]);
        let weighing = WeightedMoments { window: args.integer("period") };
        let [above, deviation] = graph.add_all(weighing, &[typical, volume]);
        let mean = graph.minus([typical, above]);
        deviation_bands(graph, [mean, deviation], args.real("nbdev"))
    },
};
