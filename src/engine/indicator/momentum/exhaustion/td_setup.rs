//! TD Setup.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Field, Fields, Lag, Sequential, parameters, sequential};

/// TD Setup.
pub(in crate::indicator) static TD_SETUP: Indicator = Indicator {
    name: "td_setup",
    title: "TD Setup",
    summary: "The number of consecutive closes below, or above, the close four bars earlier; nine complete a setup.",
    formula: "buy = buy[1] + 1 where close < close[4], else 0; sell = sell[1] + 1 where close > close[4], else 0",
    source: "Thomas DeMark, The New Science of Technical Analysis, 1994",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: &[
        Output { name: "buy", help: "the number of consecutive bars with a lower close" },
        Output { name: "sell", help: "the number of consecutive bars with a higher close" },
    ],
    build: |graph, args| {
        let [close] = args.inputs();
        let before = graph.add(Lag { bars: 4 }, &[close]);
        graph.add_all::<_, 2>(Setups, &[close, before]).into()
    },
};

/// The numbers of consecutive bars with a lower and with a higher close.
#[derive(Clone, Default)]
pub(in crate::indicator) struct Counts(pub(in crate::indicator) [f64; 2]);

impl Counts {
    /// Counts one more bar.
    #[inline(always)]
    pub(in crate::indicator) fn step(&mut self, close: f64, before: f64) -> [f64; 2] {
        let [buy, sell] = self.0;
        self.0 = [if close < before { buy + 1.0 } else { 0.0 }, if close > before { sell + 1.0 } else { 0.0 }];
        self.0
    }
}

impl Field for Counts {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.0.visit(fields);
    }
}

/// Inputs: `close` and `close[4]`.
#[derive(Debug, Clone)]
struct Setups;

parameters!(Setups);

impl Sequential<2, 2> for Counts {
    #[inline(always)]
    fn step(&mut self, [close, before]: [f64; 2]) -> [f64; 2] {
        Counts::step(self, close, before)
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        Field::visit(self, fields);
    }
}

sequential!(Setups: 2 => 2, |_| 0, |_| Counts::default());
