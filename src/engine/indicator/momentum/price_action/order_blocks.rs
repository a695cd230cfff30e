//! Order Blocks.

use crate::indicator::builders::{SWING_LEFT, SWING_RIGHT, swings};
use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Order Blocks.
pub(in crate::indicator) static ORDER_BLOCKS: Indicator = Indicator {
    name: "order_blocks",
    title: "Order Blocks",
    summary: "The last candle against a break of structure: the range from which the move began, until a close beyond it.",
    formula: "where close passes the latest pivothigh(left, right) for the first time, the bullish block becomes the range of the last bar with close < open, until a close below its low; where close passes the latest pivotlow for the first time, the bearish block becomes the range of the last bar with close > open, until a close above its high; bars count once there are both swings",
    source: "smartmoneyconcepts ob; LuxAlgo on TradingView, Smart Money Concepts: order blocks",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[SWING_LEFT, SWING_RIGHT],
    outputs: &[
        Output { name: "bull_top", help: "the high of the bullish block" },
        Output { name: "bull_bottom", help: "the low of the bullish block" },
        Output { name: "bear_top", help: "the high of the bearish block" },
        Output { name: "bear_bottom", help: "the low of the bearish block" },
    ],
    build: |graph, args| {
        let [open, high, low, close] = args.inputs();
        let [above, below] = swings(graph, [high, low], args);
        graph.add_all::<_, 4>(Blocks, &[open, high, low, close, above, below]).into()
    },
};

/// The blocks of open, high, low and close, by the latest swing high and swing low.
#[derive(Debug, Clone)]
struct Blocks;

parameters!(Blocks);

/// The high and the low of a bar.
type Zone = Option<[f64; 2]>;

#[derive(Clone, Default)]
struct BlocksState {
    /// The last swing high and swing low that were passed.
    passed: [Option<f64>; 2],
    /// The last falling and the last rising bar.
    against: [Zone; 2],
    bull: Zone,
    bear: Zone,
}

impl BlocksState {
    /// Whether a swing is passed for the first time.
    fn passes(&mut self, side: usize, swing: f64, beyond: bool) -> bool {
        beyond && self.passed[side].replace(swing) != Some(swing)
    }
}

impl Sequential<6, 4> for BlocksState {
    #[inline(always)]
    fn step(&mut self, [open, high, low, close, above, below]: [f64; 6]) -> [f64; 4] {
        if self.passes(0, above, close > above) {
            self.bull = self.against[0].or(self.bull);
        }
        if self.passes(1, below, close < below) {
            self.bear = self.against[1].or(self.bear);
        }
        self.bull = self.bull.filter(|[_, bottom]| close >= *bottom);
        self.bear = self.bear.filter(|[top, _]| close <= *top);
        if close < open {
            self.against[0] = Some([high, low]);
        } else if close > open {
            self.against[1] = Some([high, low]);
        }
        let [[bull_top, bull_bottom], [bear_top, bear_bottom]] =
            [self.bull, self.bear].map(|zone| zone.unwrap_or([f64::NAN; 2]));
        [bull_top, bull_bottom, bear_top, bear_bottom]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.passed, &mut self.against, &mut self.bull, &mut self.bear]);
    }
}

sequential!(Blocks: 6 => 4, |_| 0, |_| BlocksState::default());
