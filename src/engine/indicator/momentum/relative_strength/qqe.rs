//! Quantitative Qualitative Estimation.

use crate::indicator::builders::{ema, rsi};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{AbsoluteChange, Aligned, Fields, Sequential, parameters, sequential};

/// Quantitative Qualitative Estimation.
pub(in crate::indicator) static QQE: Indicator = Indicator {
    name: "qqe",
    title: "Quantitative Qualitative Estimation",
    summary: "The smoothed relative strength index, its trailing line, and the side it is on.",
    formula: "rsi = ema(rsi(x, period), smooth); d = factor * ema(ema(|rsi - rsi[1]|, n), n), n = 2 period - 1; long = rsi - d, not below long[1] while rsi and rsi[1] are above it; short = rsi + d, not above short[1] while rsi and rsi[1] are below it; trend = 1 where rsi > short[1], -1 where rsi < long[1], else the previous value, initially 1; line = long where trend is 1, else short",
    source: "Igor Livshin; Glaz, QQE, TradingView; pandas-ta qqe",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 14, 2, "the period of the relative strength index, in bars"),
        Param::bars("smooth", 5, 1, "the period of its moving average, in bars"),
        Param::real("factor", 4.236, 0.0, 3e37, "the multiplier of the smoothed move between index and trailing line"),
    ],
    outputs: &[
        Output { name: "rsi", help: "the smoothed relative strength index" },
        Output { name: "line", help: "the trailing line" },
        Output { name: "trend", help: "1 while the trailing line is below, -1 while it is above" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let strength = rsi(graph, x, period);
        let smooth = ema(graph, strength, args.integer("smooth"));
        let size = graph.add(AbsoluteChange { bars: 1 }, &[smooth]);
        let usual = (0..2).fold(size, |x, _| ema(graph, x, 2 * period - 1));
        let width = graph.scaled(usual, args.real("factor"));
        let [line, trend] = graph.add_all(TrailingLine, &[smooth, width]);
        vec![graph.add(Aligned, &[smooth, line]), line, trend]
    },
};

/// The line that trails the first input by the second, and 1 while the line is below, -1 while it is above.
#[derive(Debug, Clone)]
struct TrailingLine;

parameters!(TrailingLine);

#[derive(Clone)]
struct TrailingLineState {
    before: f64,
    long: f64,
    short: f64,
    trend: f64,
}

impl Sequential<2, 2> for TrailingLineState {
    #[inline(always)]
    fn step(&mut self, [x, width]: [f64; 2]) -> [f64; 2] {
        self.trend = match () {
            () if x > self.short => 1.0,
            () if x < self.long => -1.0,
            () => self.trend,
        };
        let (long, short) = (x - width, x + width);
        let rising = self.before > self.long && x > self.long && self.long > long;
        let falling = self.before < self.short && x < self.short && self.short < short;
        self.long = if rising { self.long } else { long };
        self.short = if falling { self.short } else { short };
        self.before = x;
        [if self.trend > 0.0 { self.long } else { self.short }, self.trend]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.before, &mut self.long, &mut self.short, &mut self.trend]);
    }
}

sequential!(TrailingLine: 2 => 2, |_| 0, |_| TrailingLineState {
    before: 0.0,
    long: f64::NEG_INFINITY,
    short: f64::INFINITY,
    trend: 1.0,
});
