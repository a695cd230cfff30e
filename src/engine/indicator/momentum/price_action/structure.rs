//! Market Structure.

use crate::indicator::builders::{SWING_LEFT, SWING_RIGHT, swings};
use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Market Structure.
pub(in crate::indicator) static STRUCTURE: Indicator = Indicator {
    name: "structure",
    title: "Market Structure",
    summary: "Marks closes beyond the latest swing: a break of structure with the trend, a change of character against it.",
    formula: "a close above the latest swing high breaks upward, one below the latest swing low breaks downward, once per swing price; a break against the trend is choch and reverses the trend, any other is bos; trend is 0 before the first break",
    source: "LuxAlgo on TradingView, Smart Money Concepts: BOS and CHoCH",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[SWING_LEFT, SWING_RIGHT],
    outputs: &[
        Output { name: "bos", help: "1 at an upward break of structure, -1 at a downward one, else 0" },
        Output { name: "choch", help: "1 at an upward change of character, -1 at a downward one, else 0" },
        Output { name: "trend", help: "1 after an upward break, -1 after a downward one" },
    ],
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let [above, below] = swings(graph, [high, low], args);
        graph.add_all::<_, 3>(Breaks, &[above, below, close]).into()
    },
};

/// Inputs: swing high, swing low and close.
#[derive(Debug, Clone)]
struct Breaks;

parameters!(Breaks);

#[derive(Clone, Default)]
struct BreaksState {
    /// The last swing high and swing low that were broken.
    broken: [Option<f64>; 2],
    trend: f64,
}

impl BreaksState {
    /// Whether the close is beyond a swing for the first time.
    fn breaks(&mut self, side: usize, swing: f64, beyond: bool) -> bool {
        beyond && self.broken[side].replace(swing) != Some(swing)
    }
}

impl Sequential<3, 3> for BreaksState {
    #[inline(always)]
    fn step(&mut self, [above, below, close]: [f64; 3]) -> [f64; 3] {
        let mut marks = [0.0; 2];
        for (side, swing, sign) in [(0, above, 1.0), (1, below, -1.0)] {
            if self.breaks(side, swing, sign * close > sign * swing) {
                let turns = self.trend == -sign;
                marks[usize::from(turns)] = sign;
                self.trend = sign;
            }
        }
        [marks[0], marks[1], self.trend]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.broken, &mut self.trend]);
    }
}

sequential!(Breaks: 3 => 3, |_| 0, |_| BreaksState::default());
