//! TD Sequential.

use crate::indicator::momentum::exhaustion::counts::Counts;
use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Fields, Lag, Sequential, parameters, sequential};

/// TD Sequential.
pub(in crate::indicator) static TD_SEQUENTIAL: Indicator = Indicator {
    name: "td_sequential",
    title: "TD Sequential",
    summary: "The countdown to thirteen that follows a setup of nine.",
    formula: "a setup that reaches 9 starts the countdown of its side at 0, unless it is running, and cancels that of the other side; from there buy counts the bars where close <= low[2], sell those where close >= high[2]; bar 13 must also have low <= (sell: high >=) the close of bar 8; the output stays at 13 until a countdown starts",
    source: "Thomas DeMark, The New Science of Technical Analysis, 1994",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[],
    outputs: &[
        Output { name: "buy", help: "the buy countdown, 0 to 13" },
        Output { name: "sell", help: "the sell countdown, 0 to 13" },
    ],
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let compared = graph.add(Lag { bars: 4 }, &[close]);
        let before = [high, low].map(|x| graph.add(Lag { bars: 2 }, &[x]));
        graph.add_all::<_, 2>(Countdowns, &[close, compared, high, low, before[0], before[1]]).into()
    },
};

const SETUP: f64 = 9.0;
const QUALIFIER: f64 = 8.0;
const COUNTDOWN: f64 = 13.0;

/// Inputs: `close`, `close[4]`, `high`, `low`, `high[2]`, `low[2]`.
#[derive(Debug, Clone)]
struct Countdowns;

parameters!(Countdowns);

#[derive(Clone, Default)]
struct CountdownsState {
    setups: Counts,
    /// The side of the current or last countdown: 0 buy, 1 sell.
    side: Option<f64>,
    count: f64,
    /// The close of bar 8.
    qualifier: f64,
}

impl CountdownsState {
    /// Starts a countdown where a setup completes.
    fn begin(&mut self, setups: [f64; 2]) {
        for (side, setup) in [0.0, 1.0].into_iter().zip(setups) {
            let under_way = self.side == Some(side) && self.count < COUNTDOWN;
            if setup == SETUP && !under_way {
                (self.side, self.count) = (Some(side), 0.0);
            }
        }
    }
}

impl Sequential<6, 2> for CountdownsState {
    #[inline(always)]
    fn step(&mut self, [close, compared, high, low, high_before, low_before]: [f64; 6]) -> [f64; 2] {
        let setups = self.setups.step(close, compared);
        self.begin(setups);
        let Some(side) = self.side else { return [0.0; 2] };
        let counts = if side == 0.0 { close <= low_before } else { close >= high_before };
        let reaches = if side == 0.0 { low <= self.qualifier } else { high >= self.qualifier };
        if counts && self.count < COUNTDOWN && (reaches || self.count + 1.0 < COUNTDOWN) {
            self.count += 1.0;
            if self.count == QUALIFIER {
                self.qualifier = close;
            }
        }
        if side == 0.0 { [self.count, 0.0] } else { [0.0, self.count] }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.setups, &mut self.side, &mut self.count, &mut self.qualifier]);
    }
}

sequential!(Countdowns: 6 => 2, |_| 0, |_| CountdownsState::default());
