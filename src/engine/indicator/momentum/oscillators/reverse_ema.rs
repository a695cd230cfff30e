//! Reverse EMA.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{FirstOrder, Lag, LinearCombination, Seed};

/// Reverse EMA.
pub(in crate::indicator) static REVERSE_EMA: Indicator = Indicator {
    name: "reverse_ema",
    title: "Reverse EMA",
    summary: "An exponential average minus its cancellation by the same average run backwards: an oscillator of trends.",
    formula: "e = ema of x with the smoothing constant alpha, from the first value on; r1 = c e + e[1]; r(k) = c^(2^(k - 1)) r(k - 1) + r(k - 1)[1] for k from 2 to 8; y = e - alpha * r8; c = 1 - alpha",
    source: "John Ehlers, The Reverse EMA Indicator, Stocks & Commodities, September 2017",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::real("alpha", 0.1, 0.001, 1.0, "the smoothing constant")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let alpha = args.real("alpha");
        let average = graph.add(
            FirstOrder { beta: 1.0 - alpha, gain: alpha, seed: Seed::First, warm_up: 0, around_zero: false },
            &[x],
        );
        let (mut reversed, mut weight) = (average, 1.0 - alpha);
        for _ in 0..8 {
            let before = graph.add(Lag { bars: 1 }, &[reversed]);
            reversed = graph.add(LinearCombination { first: weight, second: 1.0 }, &[reversed, before]);
            weight *= weight;
        }
        vec![graph.add(LinearCombination { first: 1.0, second: -alpha }, &[average, reversed])]
    },
};
