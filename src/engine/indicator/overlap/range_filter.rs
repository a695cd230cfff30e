//! Range Filter.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{AbsoluteChange, Fields, Sequential, parameters, sequential};

/// Range Filter.
pub(in crate::indicator) static RANGE_FILTER: Indicator = Indicator {
    name: "range_filter",
    title: "Range Filter",
    summary: "A line that stands still until the value is a smoothed range away from it, and follows at that distance.",
    formula: "r = multiplier * ema(ema(|x - x[1]|, period), 2 period - 1); line = max(x - r, line[1]) where x > line[1], else min(x + r, line[1]), from the first x with an r on; direction = 1 where the line rose, -1 where it fell, else the previous one, initially 0; upper and lower = line +- r",
    source: "DonovanWall on TradingView, Range Filter",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 100, 1, "the period of the averages of the range, in bars"),
        Param::real("multiplier", 3.0, 0.0, 3e37, "the distance from the value, in smoothed ranges"),
    ],
    outputs: &[
        Output { name: "line", help: "the line" },
        Output { name: "direction", help: "1 while the line rises, -1 while it falls, 0 before it moved" },
        Output { name: "upper", help: "the line plus the range" },
        Output { name: "lower", help: "the line minus the range" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let change = graph.add(AbsoluteChange { bars: 1 }, &[x]);
        let usual = ema(graph, change, period);
        let smooth = ema(graph, usual, 2 * period - 1);
        let range = graph.scaled(smooth, args.real("multiplier"));
        let [line, direction] = graph.add_all(Follow, &[x, range]);
        vec![line, direction, graph.plus([line, range]), graph.minus([line, range])]
    },
};

/// The line that follows the first input at the distance of the second, and where it went last.
#[derive(Debug, Clone)]
struct Follow;

parameters!(Follow);

#[derive(Clone, Default)]
struct FollowState {
    line: Option<f64>,
    direction: f64,
}

impl Sequential<2, 2> for FollowState {
    #[inline(always)]
    fn step(&mut self, [x, range]: [f64; 2]) -> [f64; 2] {
        let before = self.line.unwrap_or(x);
        let line = if x > before { (x - range).max(before) } else { (x + range).min(before) };
        self.direction = match () {
            () if line > before => 1.0,
            () if line < before => -1.0,
            () => self.direction,
        };
        self.line = Some(line);
        [line, self.direction]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.line, &mut self.direction]);
    }
}

sequential!(Follow: 2 => 2, |_| 0, |_| FollowState::default());
