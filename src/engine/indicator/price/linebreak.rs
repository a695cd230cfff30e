//! Line Break.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// The largest number of lines that a reversal must break.
const LINES_MAX: usize = 10;

/// Line Break.
pub(in crate::indicator) static LINEBREAK: Indicator = Indicator {
    name: "linebreak",
    title: "Line Break",
    summary: "The latest line of a line break chart of closes, at each bar; a three-line break by default.",
    formula: "the first line runs from the first close to the first different one; a close beyond the end of the latest line draws the next from there; a close beyond the latest `lines` lines on the other side draws a reversal line from the start of the latest line",
    source: "Steve Nison, Beyond Candlesticks, 1994",
    group: Group::Price,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param {
        name: "lines",
        kind: Kind::Integer { default: 3, min: 1, max: LINES_MAX },
        help: "the number of lines that a reversal must break",
    }],
    outputs: &[
        Output { name: "line", help: "the end of the latest line" },
        Output { name: "direction", help: "1 if the line rises, -1 if it falls, 0 before the first line" },
    ],
    build: |graph, args| {
        let [close] = args.inputs();
        graph.add_all::<_, 2>(LineBreak { lines: args.integer("lines") }, &[close]).into()
    },
};

/// Input: close.
#[derive(Debug, Clone)]
struct LineBreak {
    lines: usize,
}

parameters!(LineBreak { lines });

#[derive(Clone)]
struct LineBreakState {
    lines: usize,
    /// The end of the latest line; before the first, its start.
    end: Option<f64>,
    direction: f64,
    /// The starts and ends of the latest lines, newest first.
    newest: [[f64; 2]; LINES_MAX],
    count: usize,
}

impl LineBreakState {
    /// Whether a close reverses the direction.
    fn turns(&self, close: f64) -> bool {
        let lines = self.newest[..self.count.min(self.lines)].as_flattened();
        lines.iter().all(|&end| self.direction * close < self.direction * end)
    }

    fn draw(&mut self, begin: f64, close: f64) {
        self.newest.copy_within(..LINES_MAX - 1, 1);
        self.newest[0] = [begin, close];
        self.count = (self.count + 1).min(LINES_MAX);
        self.direction = if close > begin { 1.0 } else { -1.0 };
        self.end = Some(close);
    }
}

impl Sequential<1, 2> for LineBreakState {
    #[inline(always)]
    fn step(&mut self, [close]: [f64; 1]) -> [f64; 2] {
        let end = *self.end.get_or_insert(close);
        let goes_on = self.direction * close > self.direction * end;
        if goes_on || (self.direction == 0.0 && close != end) {
            self.draw(end, close);
        } else if self.direction != 0.0 && self.turns(close) {
            self.draw(self.newest[0][0], close);
        }
        [self.end.unwrap_or(close), self.direction]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.end, &mut self.direction, &mut self.newest]);
        fields.below(&mut self.count, LINES_MAX + 1);
    }
}

sequential!(LineBreak: 1 => 2, |_| 0, |kernel| LineBreakState {
    lines: kernel.lines,
    end: None,
    direction: 0.0,
    newest: [[0.0; 2]; LINES_MAX],
    count: 0,
});
