//! Session Time Weighted Average Price.

use crate::indicator::session::{CALENDAR, SESSION, SessionMean, UTC_OFFSET, session};
use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::{Affine, Average};

/// Session Time Weighted Average Price.
pub(in crate::indicator) static SESSION_TWAP: Indicator = Indicator {
    name: "session_twap",
    title: "Session Time Weighted Average Price",
    summary: "The time-weighted average price since the start of the session (day, week or month).",
    formula: "mean of (open + high + low + close) / 4 over the session so far",
    source: "TradingView, Time Weighted Average Price",
    group: Group::Price,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE, Input::Time],
    params: &[SESSION, UTC_OFFSET, CALENDAR],
    outputs: Output::ONE,
    build: |graph, args| {
        let [open, high, low, close, time] = args.inputs();
        let session = session(graph, time, args);
        let price = graph.add(Average { inputs: 4 }, &[open, high, low, close]);
        let one = graph.add(Affine { scale: 0.0, offset: 1.0 }, &[price]);
        let [mean, _]: [Port; 2] = graph.add_all(SessionMean, &[session, price, one]);
        vec![mean]
    },
};
