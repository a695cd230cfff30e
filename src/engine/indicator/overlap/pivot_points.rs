//! Pivot Points.

use crate::indicator::session::{SESSION, SessionBars, UTC_OFFSET, session};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ElementwiseMap, elementwise_map, parameters};

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
    params: &[METHOD, SESSION, UTC_OFFSET],
    outputs: LEVELS,
    build: |graph, args| {
        let [open, high, low, close, time] = args.inputs();
        let session = session(graph, time, args);
        let sessions: [Port; 8] = graph.add_all(SessionBars, &[session, open, high, low, close]);
        let [now, _, _, _, open, high, low, close] = sessions;
        levels(graph, [open, high, low, close, now], args.choice("method"))
    },
};

/// The formula of the levels.
pub(in crate::indicator) const METHOD: Param = Param::choice(
    "method",
    &["classic", "traditional", "fibonacci", "camarilla", "woodie", "demark"],
    "the formula of the levels",
);

/// The levels; NaN for those the method does not define.
pub(in crate::indicator) const LEVELS: &[Output] = &[
    Output { name: "p", help: "the pivot" },
    Output { name: "r1", help: "the first resistance" },
    Output { name: "r2", help: "the second resistance" },
    Output { name: "r3", help: "the third resistance" },
    Output { name: "r4", help: "the fourth resistance" },
    Output { name: "s1", help: "the first support" },
    Output { name: "s2", help: "the second support" },
    Output { name: "s3", help: "the third support" },
    Output { name: "s4", help: "the fourth support" },
];

/// The levels from the previous open, high, low and close, and the current open.
pub(in crate::indicator) fn levels(graph: &mut Graph, before: [Port; 5], method: &str) -> Vec<Port> {
    let method = match method {
        "traditional" => Method::Traditional,
        "fibonacci" => Method::Fibonacci,
        "camarilla" => Method::Camarilla,
        "woodie" => Method::Woodie,
        "demark" => Method::Demark,
        _ => Method::Classic,
    };
    graph.add_all::<_, 9>(Levels { method }, &before).into()
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Method {
    Classic,
    Traditional,
    Fibonacci,
    Camarilla,
    Woodie,
    Demark,
}

parameters!(Method as number);

/// Inputs: previous open, high, low and close, and current open.
#[derive(Debug, Clone)]
struct Levels {
    method: Method,
}

parameters!(Levels { method });

impl Levels {
    #[inline(always)]
    fn pivot(&self, [open, high, low, close, now]: [f64; 5]) -> f64 {
        match self.method {
            Method::Woodie => (high + low + 2.0 * now) / 4.0,
            Method::Demark if close > open => (2.0 * high + low + close) / 4.0,
            Method::Demark if close < open => (high + 2.0 * low + close) / 4.0,
            Method::Demark => (high + low + 2.0 * close) / 4.0,
            _ => (high + low + close) / 3.0,
        }
    }
}

impl ElementwiseMap<5, 9> for Levels {
    #[inline(always)]
    fn values(&self, before: [f64; 5]) -> [f64; 9] {
        const NONE: f64 = f64::NAN;
        let [_, high, low, close, _] = before;
        let (p, width) = (self.pivot(before), high - low);
        let (r1, s1) = (2.0 * p - low, 2.0 * p - high);
        let (r2, s2) = (p + width, p - width);
        let around = |x: f64, shares: [f64; 4]| {
            let [one, two, three, four] = shares.map(|share| width * share);
            [p, x + one, x + two, x + three, x + four, x - one, x - two, x - three, x - four]
        };
        match self.method {
            Method::Classic => [p, r1, r2, p + 2.0 * width, p + 3.0 * width, s1, s2, p - 2.0 * width, p - 3.0 * width],
            Method::Traditional => {
                let (r3, s3) = (r1 + width, s1 - width);
                [p, r1, r2, r3, 3.0 * p + (high - 3.0 * low), s1, s2, s3, 3.0 * p - (3.0 * high - low)]
            }
            Method::Fibonacci => around(p, [0.382, 0.618, 1.0, NONE]),
            Method::Camarilla => around(close, [1.1 / 12.0, 1.1 / 6.0, 1.1 / 4.0, 1.1 / 2.0]),
            Method::Woodie => {
                let (r3, s3) = (high + 2.0 * (p - low), low - 2.0 * (high - p));
                [p, r1, r2, r3, r3 + width, s1, s2, s3, s3 - width]
            }
            Method::Demark => [p, r1, NONE, NONE, NONE, s1, NONE, NONE, NONE],
        }
    }
}

elementwise_map!(Levels: 5 => 9);
