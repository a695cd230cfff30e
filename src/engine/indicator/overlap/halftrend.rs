//! HalfTrend.

use crate::indicator::builders::{atr, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Field, Fields, LinearCombination, Max, Min, Sequential, parameters, sequential};

/// HalfTrend.
pub(in crate::indicator) static HALFTREND: Indicator = Indicator {
    name: "halftrend",
    title: "HalfTrend",
    summary: "A line that steps with the extremes of prices and changes side when the averages of highs or lows pass it.",
    formula: "support rises to min(low, amplitude) while it is watched, resistance falls to max(high, amplitude) while that is; a rise ends where sma(high, amplitude) < support and close < low[1], a fall where sma(low, amplitude) > resistance and close > high[1], and the other is watched from there on, from its extreme of that bar; line = max(support, line[1]) in a rise, min(resistance, line[1]) in a fall, line[1] where it turns; the first bar starts a rise at its low; upper and lower = line +- deviation * atr(atr) / 2",
    source: "Alex Orekhov (everget) on TradingView, HalfTrend",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("amplitude", 2, 1, "the number of bars of the extremes and averages"),
        Param::bars("atr", 100, 1, "the period of the average true range, in bars"),
        Param::real("deviation", 2.0, 0.0, 3e37, "the band multiplier, in half average true ranges"),
    ],
    outputs: &[
        Output { name: "line", help: "the line" },
        Output { name: "direction", help: "1 while the line is below prices, -1 while it is above" },
        Output { name: "upper", help: "the line plus the deviation" },
        Output { name: "lower", help: "the line minus the deviation" },
    ],
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let [high, low, close] = bars;
        let window = args.integer("amplitude");
        let highest = graph.add(Max { window }, &[high]);
        let lowest = graph.add(Min { window }, &[low]);
        let [above, below] = [high, low].map(|x| sma(graph, x, window));
        let [line, direction] = graph.add_all(HalfTrend, &[high, low, close, highest, lowest, above, below]);
        let range = atr(graph, bars, args.integer("atr"));
        let width = 0.5 * args.real("deviation");
        let mut band = |second: f64| graph.add(LinearCombination { first: 1.0, second }, &[line, range]);
        vec![line, direction, band(width), band(-width)]
    },
};

/// The line and its direction, from high, low, close, their extremes and the averages of high and low.
#[derive(Debug, Clone)]
struct HalfTrend;

parameters!(HalfTrend);

#[derive(Clone, Copy, Default)]
struct Trend {
    high: f64,
    low: f64,
    /// The highest low of a rise and the lowest high of a fall.
    support: f64,
    resistance: f64,
    /// Which of the two is watched for a turn, and whether the trend falls.
    watches_support: bool,
    falls: bool,
    line: f64,
}

impl Field for Trend {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [
            &mut self.high,
            &mut self.low,
            &mut self.support,
            &mut self.resistance,
            &mut self.watches_support,
            &mut self.falls,
            &mut self.line,
        ]);
    }
}

#[derive(Clone)]
struct HalfTrendState {
    before: Option<Trend>,
}

impl Sequential<7, 2> for HalfTrendState {
    #[inline(always)]
    fn step(&mut self, [high, low, close, highest, lowest, above, below]: [f64; 7]) -> [f64; 2] {
        let first = Trend { high, low, support: low, resistance: high, line: low, ..Trend::default() };
        let before = self.before.unwrap_or(first);
        let mut now = Trend { high, low, ..before };
        if before.watches_support {
            now.support = lowest.max(before.support);
            if above < now.support && close < before.low {
                (now.falls, now.watches_support, now.resistance) = (true, false, highest);
            }
        } else {
            now.resistance = highest.min(before.resistance);
            if below > now.resistance && close > before.high {
                (now.falls, now.watches_support, now.support) = (false, true, lowest);
            }
        }
        now.line = match now.falls {
            falls if falls != before.falls => before.line,
            true => now.resistance.min(before.line),
            false => now.support.max(before.line),
        };
        self.before = Some(now);
        [now.line, if now.falls { -1.0 } else { 1.0 }]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.before]);
    }
}

sequential!(HalfTrend: 7 => 2, |_| 0, |_| HalfTrendState { before: None });
