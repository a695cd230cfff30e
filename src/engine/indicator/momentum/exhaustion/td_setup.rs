//! TD Setup.

use crate::indicator::momentum::exhaustion::counts::Counts;
use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Lag, parameters, sequential};

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

/// Inputs: `close` and `close[4]`.
#[derive(Debug, Clone)]
struct Setups;

parameters!(Setups);

sequential!(Setups: 2 => 2, |_| 0, |_| Counts::default());
