//! Session Volume.

use crate::indicator::session::{CALENDAR, SESSION, SessionSum, UTC_OFFSET, session};
use crate::indicator::{Group, Indicator, Input, Output};

/// Session Volume.
pub(in crate::indicator) static SESSION_VOLUME: Indicator = Indicator {
    name: "session_volume",
    title: "Session Volume",
    summary: "The cumulative volume since the start of the session (day, week or month).",
    formula: "sum of volume over the session so far",
    source: "TradingView, the cumulative mode of Relative Volume at Time",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::VOLUME, Input::Time],
    params: &[SESSION, UTC_OFFSET, CALENDAR],
    outputs: Output::ONE,
    build: |graph, args| {
        let [volume, time] = args.inputs();
        let session = session(graph, time, args);
        vec![graph.add(SessionSum, &[session, volume])]
    },
};
