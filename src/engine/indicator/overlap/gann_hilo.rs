//! Gann HiLo Activator.

use crate::indicator::builders::{SMA_FIRST, Smoothing};
use crate::indicator::overlap::ratchet::OUTPUTS;
use crate::indicator::{Group, Indicator, Input, Param};
use crate::kernel::{Fields, Lag, Sequential, parameters, sequential};

/// Gann HiLo Activator.
pub(in crate::indicator) static GANN_HILO: Indicator = Indicator {
    name: "gann_hilo",
    title: "Gann HiLo Activator",
    summary: "The average of the lows below rising prices, or that of the highs above falling ones: a trailing stop.",
    formula: "direction = 1 where close > ma(high, high)[1], -1 where close < ma(low, low)[1], else the previous one, initially 1; line = ma(low, low) where direction is 1, else ma(high, high)",
    source: "Robert Krausz, The New Gann Swing Chartist, Stocks & Commodities, February 1998, with 3 bars; defaults as in pandas-ta hilo, which keeps the value of the line, not its side, where the close crosses neither",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("high", 13, 1, "the period of the average of the highs, in bars"),
        Param::bars("low", 21, 1, "the period of the average of the lows, in bars"),
        Param::choice("ma", SMA_FIRST, "the type of moving average"),
    ],
    outputs: OUTPUTS,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let kind = args.choice("ma");
        let upper = Smoothing { kind, period: args.integer("high") }.of(graph, high);
        let lower = Smoothing { kind, period: args.integer("low") }.of(graph, low);
        let before = [upper, lower].map(|x| graph.add(Lag { bars: 1 }, &[x]));
        graph.add_all::<_, 2>(HiLo, &[close, upper, lower, before[0], before[1]]).into()
    },
};

/// The line and its direction, from the close, the averages of highs and lows, and these at the previous bar.
#[derive(Debug, Clone)]
struct HiLo;

parameters!(HiLo);

#[derive(Clone)]
struct HiLoState {
    direction: f64,
}

impl Sequential<5, 2> for HiLoState {
    #[inline(always)]
    fn step(&mut self, [close, upper, lower, upper_before, lower_before]: [f64; 5]) -> [f64; 2] {
        self.direction = match () {
            () if close > upper_before => 1.0,
            () if close < lower_before => -1.0,
            () => self.direction,
        };
        [if self.direction > 0.0 { lower } else { upper }, self.direction]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.direction]);
    }
}

sequential!(HiLo: 5 => 2, |_| 0, |_| HiLoState { direction: 1.0 });
