//! Support and resistance: swing points, and pivot levels of an earlier bar.

use crate::indicator::{Args, Graph, Output, Param, Port};
use crate::kernel::{ElementwiseMap, Fields, Lag, Max, Min, Sequential, elementwise_map, parameters, sequential};

/// The number of bars before a swing point.
pub(in crate::indicator) const SWING_LEFT: Param =
    Param::bars("left", 5, 1, "the number of bars before the swing point");

/// The number of bars after a swing point.
pub(in crate::indicator) const SWING_RIGHT: Param =
    Param::bars("right", 5, 1, "the number of bars after the swing point, which confirm it");

/// The candidate for a swing high, the largest value before it, and the largest since.
pub(in crate::indicator) fn swing_high(graph: &mut Graph, x: Port, left: usize, right: usize) -> [Port; 3] {
    let before = graph.add(Max { window: left }, &[x]);
    let since = graph.add(Max { window: right }, &[x]);
    [graph.add(Lag { bars: right }, &[x]), graph.add(Lag { bars: right + 1 }, &[before]), since]
}

/// As `swing_high`, of a swing low.
pub(in crate::indicator) fn swing_low(graph: &mut Graph, x: Port, left: usize, right: usize) -> [Port; 3] {
    let before = graph.add(Min { window: left }, &[x]);
    let since = graph.add(Min { window: right }, &[x]);
    [graph.add(Lag { bars: right }, &[x]), graph.add(Lag { bars: right + 1 }, &[before]), since]
}

/// The first input where it exceeds the other two in the direction of the sign, else NaN.
#[derive(Debug, Clone)]
pub(in crate::indicator) struct Pivot {
    /// 1 or -1.
    pub(in crate::indicator) sign: f64,
}

parameters!(Pivot { sign });

impl ElementwiseMap<3, 1> for Pivot {
    #[inline(always)]
    fn values(&self, inputs: [f64; 3]) -> [f64; 1] {
        let [at, before, since] = inputs.map(|value| value * self.sign);
        [if at > before && at > since { inputs[0] } else { f64::NAN }]
    }
}

elementwise_map!(Pivot: 3 => 1);

/// The latest swing high and swing low, by the parameters `left` and `right`.
pub(in crate::indicator) fn swings(graph: &mut Graph, [high, low]: [Port; 2], args: &Args<'_>) -> [Port; 2] {
    last_swings(graph, [high, low], [args.integer("left"), args.integer("right")])
}

/// The latest swing high and swing low, confirmed by the given numbers of bars before and after.
pub(in crate::indicator) fn last_swings(
    graph: &mut Graph,
    [high, low]: [Port; 2],
    [left, right]: [usize; 2],
) -> [Port; 2] {
    let (high, low) = (swing_high(graph, high, left, right), swing_low(graph, low, left, right));
    [graph.add(LastSwing { sign: 1.0 }, &high), graph.add(LastSwing { sign: -1.0 }, &low)]
}

/// The first input at the last bar where it exceeded the other two in the direction of the sign.
#[derive(Debug, Clone)]
struct LastSwing {
    sign: f64,
}

parameters!(LastSwing { sign });

#[derive(Clone)]
struct LastSwingState {
    sign: f64,
    price: f64,
}

impl Sequential<3, 1> for LastSwingState {
    #[inline(always)]
    fn step(&mut self, bar: [f64; 3]) -> [f64; 1] {
        let [at, before, since] = bar.map(|value| value * self.sign);
        if at > before && at > since {
            self.price = bar[0];
        }
        [self.price]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.price]);
    }
}

sequential!(LastSwing: 3 => 1, |_| 0, |kernel| LastSwingState { sign: kernel.sign, price: f64::NAN });

/// The formula of the levels.
pub(in crate::indicator) const PIVOT_METHOD: Param = Param::choice(
    "method",
    &["classic", "traditional", "fibonacci", "camarilla", "woodie", "demark"],
    "the formula of the levels",
);

/// The levels; NaN for those the method does not define.
pub(in crate::indicator) const PIVOT_LEVELS: &[Output] = &[
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
pub(in crate::indicator) fn pivot_levels(graph: &mut Graph, before: [Port; 5], method: &str) -> Vec<Port> {
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
