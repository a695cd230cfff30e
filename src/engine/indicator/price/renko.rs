//! Renko.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Renko.
pub(in crate::indicator) static RENKO: Indicator = Indicator {
    name: "renko",
    title: "Renko",
    summary: "The latest brick of a Renko chart of closes, at each bar.",
    formula: "bricks are `brick` high and start at the first close; each brick height of the close beyond the end of the latest brick adds a brick, each beyond its other end adds one against its direction",
    source: "Steve Nison, Beyond Candlesticks, 1994",
    group: Group::Price,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::real("brick", 1.0, 1e-12, 3e37, "the height of a brick in price units")],
    outputs: &[
        Output { name: "level", help: "the end of the latest brick" },
        Output { name: "direction", help: "1 if the latest brick rises, -1 if it falls, 0 before the first brick" },
        Output { name: "bricks", help: "the number of bricks added at the bar, negative for falling ones" },
    ],
    build: |graph, args| {
        let [close] = args.inputs();
        graph.add_all::<_, 3>(Renko { brick: args.real("brick") }, &[close]).into()
    },
};

/// Input: close.
#[derive(Debug, Clone)]
struct Renko {
    brick: f64,
}

parameters!(Renko { brick });

#[derive(Clone)]
struct RenkoState {
    brick: f64,
    /// The start of the first brick.
    start: Option<f64>,
    /// The end of the latest brick, in bricks from there.
    level: f64,
    direction: f64,
}

impl Sequential<1, 3> for RenkoState {
    #[inline(always)]
    fn step(&mut self, [close]: [f64; 1]) -> [f64; 3] {
        let start = *self.start.get_or_insert(close);
        let beyond = (close - start) / self.brick - self.level;
        let sign = if beyond < 0.0 { -1.0 } else { 1.0 };
        // Bricks against the direction start at the other end of the latest.
        let passed = if self.direction == -sign { 1.0 } else { 0.0 };
        let bricks = (beyond.abs().floor() - passed).max(0.0);
        if bricks > 0.0 {
            self.level += sign * (bricks + passed);
            self.direction = sign;
        }
        [start + self.level * self.brick, self.direction, if bricks > 0.0 { sign * bricks } else { 0.0 }]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.start, &mut self.level, &mut self.direction]);
    }
}

sequential!(Renko: 1 => 3, |_| 0, |kernel| RenkoState { brick: kernel.brick, start: None, level: 0.0, direction: 0.0 });
