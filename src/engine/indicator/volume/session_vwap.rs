//! Session Volume Weighted Average Price.

use crate::indicator::builders::{NBDEV, VWAP_BANDS, deviation_bands};
use crate::indicator::session::{CALENDAR, SESSION, SessionMean, UTC_OFFSET, session};
use crate::indicator::{Group, Indicator, Input};
use crate::kernel::Average;

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
    params: &[SESSION, UTC_OFFSET, NBDEV, CALENDAR],
    outputs: VWAP_BANDS,
    build: |graph, args| {
        let [high, low, close, volume, time] = args.inputs();
        let session = session(graph, time, args);
        let typical = graph.add(Average { inputs: 3 }, &[high, low, close]);
        let [vwap, deviation] = graph.add_all(SessionMean, &[session, typical, volume]);
        deviation_bands(graph, [vwap, deviation], args.real("nbdev"))
    },
};
