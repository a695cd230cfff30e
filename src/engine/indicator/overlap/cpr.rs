//! Central Pivot Range.

use crate::indicator::session::{CALENDAR, SESSION, SessionBars, UTC_OFFSET, session};
use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::{Arithmetic, Average, Binary};

/// Central Pivot Range.
pub(in crate::indicator) static CPR: Indicator = Indicator {
    name: "cpr",
    title: "Central Pivot Range",
    summary: "The pivot of the previous day, week or month, and the central pivot range around it.",
    formula: "pivot = (h + l + c) / 3 of the high, low and close of the previous session; b = (h + l) / 2, t = 2 * pivot - b; top = max(b, t), bottom = min(b, t)",
    source: "Frank Ochoa, Secrets of a Pivot Boss, 2010",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE, Input::Time],
    params: &[SESSION, UTC_OFFSET, CALENDAR],
    outputs: &[
        Output { name: "pivot", help: "the pivot" },
        Output { name: "top", help: "the upper end of the range" },
        Output { name: "bottom", help: "the lower end of the range" },
    ],
    build: |graph, args| {
        let [open, high, low, close, time] = args.inputs();
        let session = session(graph, time, args);
        let sessions: [Port; 8] = graph.add_all(SessionBars, &[session, open, high, low, close]);
        let [.., high, low, close] = sessions;
        let pivot = graph.add(Average { inputs: 3 }, &[high, low, close]);
        let middle = graph.add(Average { inputs: 2 }, &[high, low]);
        let difference = graph.minus([pivot, middle]);
        let mirrored = graph.plus([pivot, difference]);
        let mut end = |op: Binary| graph.add(Arithmetic { op }, &[middle, mirrored]);
        vec![pivot, end(Binary::Max), end(Binary::Min)]
    },
};
