//! Volatility Stop.

use crate::indicator::builders::atr;
use crate::indicator::overlap::ratchet::OUTPUTS;
use crate::indicator::{Group, Indicator, Input, Param, Port};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Volatility Stop.
pub(in crate::indicator) static VOLATILITY_STOP: Indicator = Indicator {
    name: "volatility_stop",
    title: "Volatility Stop",
    summary: "A stop a multiple of the average true range from the extreme close of the current swing; the swing reverses when the close crosses it.",
    formula: "up: stop = highest close of the swing - multiplier * atr(period), down: lowest close + multiplier * atr(period); a close beyond the stop reverses the swing, which restarts from that close; the first swing is up; method=held: the stop of a swing never moves back; method=wilder: it may",
    source: "wilder: Wilder, Volatility System, New Concepts in Technical Trading Systems, 1978; held: the Volatility Stop of TradingView",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 7, 1, "the period of the average true range, in bars"),
        Param::real("multiplier", 3.0, 0.0, 3e37, "the stop multiplier, in average true ranges"),
        Param::choice(
            "method",
            &["held", "wilder"],
            "whether the stop is ratcheted (held) or follows the average true range (wilder)",
        ),
    ],
    outputs: OUTPUTS,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let range = atr(graph, bars, args.integer("period"));
        let distance = graph.scaled(range, args.real("multiplier"));
        let held = args.choice("method") == "held";
        graph.add_all::<_, 2>(Swings { held }, &[bars[2], distance]).into()
    },
};

/// The stops of the swings of a value, at the second input from its extreme, and 1 in up swings, -1 in down swings.
#[derive(Debug, Clone)]
struct Swings {
    held: bool,
}

parameters!(Swings { held });

#[derive(Clone)]
struct SwingsState {
    held: bool,
    /// 1 in an up swing, -1 in a down swing.
    direction: f64,
    /// The extreme value of the swing and its stop, both times the direction.
    swing: Option<[f64; 2]>,
}

impl Sequential<2, 2> for SwingsState {
    #[inline(always)]
    fn step(&mut self, [x, distance]: [f64; 2]) -> [f64; 2] {
        let ahead = self.direction * x;
        let [extreme, last] = self.swing.unwrap_or([ahead, f64::NEG_INFINITY]);
        let extreme = extreme.max(ahead);
        let stop = if self.held { (extreme - distance).max(last) } else { extreme - distance };
        let turns = ahead < stop;
        self.direction = if turns { -self.direction } else { self.direction };
        let [_, stop] = *self.swing.insert(if turns { [-ahead, -ahead - distance] } else { [extreme, stop] });
        [self.direction * stop, self.direction]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.direction, &mut self.swing]);
    }
}

sequential!(Swings: 2 => 2, |_| 0, |kernel| SwingsState { held: kernel.held, direction: 1.0, swing: None });
