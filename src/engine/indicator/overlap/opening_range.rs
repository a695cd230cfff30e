//! OpeningRange Range.

use crate::indicator::session::{CALENDAR, Current, SESSION, UTC_OFFSET, session};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::{Fields, Sequential, larger, parameters, sequential, smaller};

/// OpeningRange Range.
pub(in crate::indicator) static OPENING_RANGE: Indicator = Indicator {
    name: "opening_range",
    title: "OpeningRange Range",
    summary: "The highest and the lowest price of the first minutes of the day, week or month; running values until the range is complete.",
    formula: "high = max(high), low = min(low) over the bars of the session that open less than `minutes` after its first bar",
    source: "Toby Crabel, Day Trading with Short Term Price Patterns and OpeningRange Range Breakout, 1990",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::Time],
    params: &[
        Param {
            name: "minutes",
            kind: Kind::Integer { default: 30, min: 1, max: 44_640 },
            help: "the length of the opening range in minutes, from the first bar of the session",
        },
        SESSION,
        UTC_OFFSET,
        CALENDAR,
    ],
    outputs: &[Output { name: "high", help: "the highest price" }, Output { name: "low", help: "the lowest price" }],
    build: |graph, args| {
        let [high, low, time] = args.inputs();
        let session = session(graph, time, args);
        let opening = OpeningRange { seconds: 60.0 * args.integer("minutes") as f64 };
        graph.add_all::<_, 2>(opening, &[session, time, high, low]).into()
    },
};

/// Inputs: session, time, high and low.
#[derive(Debug, Clone)]
struct OpeningRange {
    seconds: f64,
}

parameters!(OpeningRange { seconds });

#[derive(Clone)]
struct OpeningRangeState {
    seconds: f64,
    current: Current,
    /// The start time of the session.
    start: f64,
    range: [f64; 2],
}

impl Sequential<4, 2> for OpeningRangeState {
    #[inline(always)]
    fn step(&mut self, [session, time, high, low]: [f64; 4]) -> [f64; 2] {
        if self.current.begins(session) {
            (self.start, self.range) = (time, [high, low]);
        } else if time < self.start + self.seconds {
            self.range = [larger(high, self.range[0]), smaller(low, self.range[1])];
        }
        self.range
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.current, &mut self.start, &mut self.range]);
    }
}

sequential!(OpeningRange: 4 => 2, |_| 0, |kernel| OpeningRangeState {
    seconds: kernel.seconds,
    current: Current::default(),
    start: 0.0,
    range: [0.0; 2],
});
