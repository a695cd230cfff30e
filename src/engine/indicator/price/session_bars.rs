//! Session Bars.

use crate::indicator::session::{CALENDAR, SESSION, SESSION_OUTPUTS, SessionBars, UTC_OFFSET, session};
use crate::indicator::{Group, Indicator, Input, Port};

/// Session Bars.
pub(in crate::indicator) static SESSION_BARS: Indicator = Indicator {
    name: "session_bars",
    title: "Session Bars",
    summary: "The developing bar of the current session (day, week or month).",
    formula: "open of the first bar of the session, max(high), min(low), and close of the current bar",
    source: "TradingView, the developing bar of a higher timeframe",
    group: Group::Price,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE, Input::Time],
    params: &[SESSION, UTC_OFFSET, CALENDAR],
    outputs: SESSION_OUTPUTS,
    build: |graph, args| {
        let [open, high, low, close, time] = args.inputs();
        let session = session(graph, time, args);
        let sessions: [Port; 8] = graph.add_all(SessionBars, &[session, open, high, low, close]);
        sessions[..4].to_vec()
    },
};
