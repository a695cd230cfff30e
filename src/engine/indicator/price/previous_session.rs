//! Previous Session.

use crate::indicator::session::{CALENDAR, SESSION, SESSION_OUTPUTS, SessionBars, UTC_OFFSET, session};
use crate::indicator::{Group, Indicator, Input, Port};

/// Previous Session.
pub(in crate::indicator) static PREVIOUS_SESSION: Indicator = Indicator {
    name: "previous_session",
    title: "Previous Session",
    summary: "The bar of the previous session (day, week or month).",
    formula: "open, high, low and close of the latest completed session with bars",
    source: "TradingView, the previous bar of a higher timeframe",
    group: Group::Price,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE, Input::Time],
    params: &[SESSION, UTC_OFFSET, CALENDAR],
    outputs: SESSION_OUTPUTS,
    build: |graph, args| {
        let [open, high, low, close, time] = args.inputs();
        let session = session(graph, time, args);
        let sessions: [Port; 8] = graph.add_all(SessionBars, &[session, open, high, low, close]);
        sessions[4..].to_vec()
    },
};
