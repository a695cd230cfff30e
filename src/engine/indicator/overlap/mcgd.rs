//! McGinley Dynamic.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// McGinley Dynamic.
pub(in crate::indicator) static MCGD: Indicator = Indicator {
    name: "mcgd",
    title: "McGinley Dynamic",
    summary: "A moving average that follows falling values faster than rising ones.",
    formula: "y = y[1] + (x - y[1]) / (period * (x / y[1]) ^ 4), or y[1] where that is not finite; the first y is the first value",
    source: "TA-Lib 0.8.3 MCGD",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the period of the moving average, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Dynamic { period: args.integer("period") }, &[x])]
    },
};

/// The McGinley Dynamic, with output after one period of warm-up.
#[derive(Debug, Clone)]
struct Dynamic {
    period: usize,
}

parameters!(Dynamic { period });

#[derive(Clone)]
struct DynamicState {
    period: f64,
    /// The remaining warm-up, in bars.
    unseen: usize,
    average: Option<f64>,
}

impl Sequential<1, 1> for DynamicState {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 1] {
        let next = self.average.map_or(x, |average| {
            let square = x * x;
            // No division lies on the dependency chain from one average to the next.
            let pull = 1.0 / (self.period * (square * square));
            let power = average * average;
            let next = average + (x - average) * (power * power) * pull;
            if next.is_finite() { next } else { self.careful(x, average) }
        });
        self.average = Some(next);
        let hidden = self.unseen > 0;
        self.unseen -= usize::from(hidden);
        [if hidden { f64::NAN } else { next }]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.unseen, &mut self.average]);
    }
}

impl DynamicState {
    /// The next average where powers of the values overflow or underflow.
    #[cold]
    fn careful(&self, x: f64, average: f64) -> f64 {
        let ratio = x / average;
        let next = average + (x - average) / (self.period * (ratio * ratio * (ratio * ratio)));
        if next.is_finite() { next } else { average }
    }
}

sequential!(Dynamic: 1 => 1, |kernel| kernel.period - 1, |kernel| DynamicState {
    period: kernel.period as f64,
    unseen: kernel.period - 1,
    average: None,
});
