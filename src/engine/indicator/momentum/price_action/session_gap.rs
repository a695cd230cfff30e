//! Session Gap.

use crate::indicator::session::{CALENDAR, SESSION, SessionBars, UTC_OFFSET, session};
use crate::indicator::{Group, Indicator, Input, Output, Port};

/// Session Gap.
pub(in crate::indicator) static SESSION_GAP: Indicator = Indicator {
    name: "session_gap",
    title: "Session Gap",
    summary: "The gap between the open of the session (day, week or month) and the close of the previous one.",
    formula: "gap = open of the session - close of the session before; percent = 100 * gap / close of the session before",
    source: "StockCharts, Gaps and Gap Analysis",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE, Input::Time],
    params: &[SESSION, UTC_OFFSET, CALENDAR],
    outputs: &[
        Output { name: "gap", help: "the gap in price units" },
        Output { name: "percent", help: "the gap in percent of the previous close" },
    ],
    build: |graph, args| {
        let [open, high, low, close, time] = args.inputs();
        let session = session(graph, time, args);
        let sessions: [Port; 8] = graph.add_all(SessionBars, &[session, open, high, low, close]);
        let [open, .., close] = sessions;
        let gap = graph.minus([open, close]);
        vec![gap, graph.percent([gap, close], 100.0, 0.0)]
    },
};
