//! Trade Volume Index.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Change, Fields, NeumaierSum, Sequential, parameters, sequential};

/// Trade Volume Index.
pub(in crate::indicator) static TVI: Indicator = Indicator {
    name: "tvi",
    title: "Trade Volume Index",
    summary: "The cumulative volume, signed by the latest price change that exceeded a minimum tick.",
    formula: "y = y[1] + d * volume, d = 1 where close - close[1] > tick, -1 where it is < -tick, else the previous value, initially 0",
    source: "MetaStock, Trade Volume Index",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[Param::real(
        "tick",
        0.5,
        0.0,
        3e37,
        "the minimum tick: smaller price changes keep the previous direction",
    )],
    outputs: Output::ONE,
    build: |graph, args| {
        let [close, volume] = args.inputs();
        let change = graph.add(Change { bars: 1 }, &[close]);
        vec![graph.add(Ticks { tick: args.real("tick") }, &[change, volume])]
    },
};

/// Inputs: the price change and the volume.
#[derive(Debug, Clone)]
struct Ticks {
    tick: f64,
}

parameters!(Ticks { tick });

#[derive(Clone)]
struct TicksState {
    tick: f64,
    direction: f64,
    sum: NeumaierSum,
}

impl Sequential<2, 1> for TicksState {
    #[inline(always)]
    fn step(&mut self, [change, volume]: [f64; 2]) -> [f64; 1] {
        if change > self.tick {
            self.direction = 1.0;
        } else if change < -self.tick {
            self.direction = -1.0;
        }
        self.sum.add(self.direction * volume);
        [self.sum.value()]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.direction, &mut self.sum]);
    }
}

sequential!(Ticks: 2 => 1, |_| 0, |kernel| TicksState { tick: kernel.tick, direction: 0.0, sum: NeumaierSum::default() });
