//! Pivot Points.

use crate::indicator::builders::{PIVOT_LEVELS, PIVOT_METHOD, pivot_levels};
use crate::indicator::session::{CALENDAR, SESSION, SessionBars, UTC_OFFSET, session};
use crate::indicator::{Group, Indicator, Input, Port};

/// Pivot Points.
pub(in crate::indicator) static PIVOT_POINTS: Indicator = Indicator {
    name: "pivot_points",
    title: "Pivot Points",
    summary: "Support and resistance levels from the previous day, week or month.",
    formula: "h, l, c = high, low and close of the previous session, o = its open, n = the open of the current one, w = h - l; classic: p = (h + l + c) / 3, r1 = 2 p - l, r2 = p + w, r3 = p + 2 w, r4 = p + 3 w; traditional: as classic, r3 = 2 p + h - 2 l, r4 = 3 p + h - 3 l; fibonacci: r1 to r3 = p + 0.382, 0.618 and 1 w; camarilla: r1 to r4 = c + 1.1 / 12, 6, 4 and 2 w; woodie: p = (h + l + 2 n) / 4, r1 = 2 p - l, r2 = p + w, r3 = h + 2 (p - l), r4 = r3 + w; demark: x = h + l + c plus l, h or c where c is below, above or at o, p = x / 4, r1 = x / 2 - l; s1 to s4 mirrored",
    source: "TradingView, Pivot Points Standard",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE, Input::Time],
    params: &[PIVOT_METHOD, SESSION, UTC_OFFSET, CALENDAR],
    outputs: PIVOT_LEVELS,
    build: |graph, args| {
        let [open, high, low, close, time] = args.inputs();
        let session = session(graph, time, args);
        let sessions: [Port; 8] = graph.add_all(SessionBars, &[session, open, high, low, close]);
        let [now, _, _, _, open, high, low, close] = sessions;
        pivot_levels(graph, [open, high, low, close, now], args.choice("method"))
    },
};
