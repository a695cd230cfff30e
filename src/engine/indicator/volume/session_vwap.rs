//! Session Volume Weighted Average Price.

use crate::indicator::session::{SESSION, SessionMean, UTC_OFFSET, session};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Average, LinearCombination};

/// Session Volume Weighted Average Price.
pub(in crate::indicator) static SESSION_VWAP: Indicator = Indicator {
    name: "session_vwap",
    title: "Session Volume Weighted Average Price",
    summary: "The volume-weighted average price since the start of the session (day, week or month), with standard deviation bands.",
    formula: "x = (high + low + close) / 3; vwap = sum of x * volume / sum of volume over the session so far, or x where the volume is 0 so far; upper and lower = vwap +- nbdev * sqrt(sum of volume * (x - vwap)^2 / sum of volume)",
    source: "TradingView, Volume Weighted Average Price with standard deviation bands",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME, Input::Time],
    params: &[SESSION, UTC_OFFSET, NBDEV],
    outputs: VWAP_BANDS,
    build: |graph, args| {
        let [high, low, close, volume, time] = args.inputs();
        let session = session(graph, time, args);
        let typical = graph.add(Average { inputs: 3 }, &[high, low, close]);
        let [vwap, deviation] = graph.add_all(SessionMean, &[session, typical, volume]);
        around(graph, [vwap, deviation], args.real("nbdev"))
    },
};

/// The distance of the bands from the mean.
pub(in crate::indicator) const NBDEV: Param =
    Param::real("nbdev", 1.0, -3e37, 3e37, "the band multiplier, in standard deviations");

/// The outputs of a volume-weighted average price with bands.
pub(in crate::indicator) const VWAP_BANDS: &[Output] = &[
    Output { name: "vwap", help: "the volume-weighted average price" },
    Output { name: "upper", help: "the upper band" },
    Output { name: "lower", help: "the lower band" },
];

/// A mean with bands a multiple of the standard deviation around it.
pub(in crate::indicator) fn around(graph: &mut Graph, mean_and_deviation: [Port; 2], nbdev: f64) -> Vec<Port> {
    let mut band = |second: f64| graph.add(LinearCombination { first: 1.0, second }, &mean_and_deviation);
    vec![mean_and_deviation[0], band(nbdev), band(-nbdev)]
}
