//! Error Correcting Exponential Moving Average.

use crate::indicator::builders::ema_from_first;
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Error Correcting Exponential Moving Average.
pub(in crate::indicator) static ECEMA: Indicator = Indicator {
    name: "ecema",
    title: "Error Correcting Exponential Moving Average",
    summary: "An exponential average that adds the gain of its last error which leaves the least error now: nearly without lag.",
    formula: "e = ema of x with the smoothing constant a = 2 / (period + 1), from the first value on; y = a (e + g (x - y[1])) + (1 - a) y[1] with the g of -limit / 10 to limit / 10 in steps of 0.1 that makes |x - y| least, the smallest of equals; the first y is the first value",
    source: "John Ehlers and Ric Way, Zero Lag (Well, Almost), Stocks & Commodities, November 2010",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 1, "the period of the average, in bars"),
        Param {
            name: "limit",
            kind: Kind::Integer { default: 50, min: 0, max: 1000 },
            help: "the largest gain, in tenths",
        },
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (period, limit) = (args.integer("period"), args.integer("limit") as f64);
        let average = ema_from_first(graph, x, period);
        vec![graph.add(ErrorCorrection { share: 2.0 / (period as f64 + 1.0), limit }, &[x, average])]
    },
};

/// The corrected average of the first input, from its exponential average.
#[derive(Debug, Clone)]
struct ErrorCorrection {
    share: f64,
    limit: f64,
}

parameters!(ErrorCorrection { share, limit });

#[derive(Clone)]
struct ErrorCorrectionState {
    share: f64,
    limit: f64,
    last: Option<f64>,
}

impl Sequential<2, 1> for ErrorCorrectionState {
    #[inline(always)]
    fn step(&mut self, [x, average]: [f64; 2]) -> [f64; 1] {
        let last = self.last.unwrap_or(x);
        // The average without a gain, and what a tenth of gain adds. The error is linear in the gain, so that the best one is
        // next to its zero: no need to try them all.
        let plain = last + self.share * (average - last);
        let tenth = self.share * 0.1 * (x - last);
        let ideal = if tenth == 0.0 { -self.limit } else { ((x - plain) / tenth).clamp(-self.limit, self.limit) };
        let [below, above] = [ideal.floor(), ideal.ceil()].map(|gain| plain + gain * tenth);
        let value = if (x - above).abs() < (x - below).abs() { above } else { below };
        self.last = Some(value);
        [value]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.last]);
    }
}

sequential!(ErrorCorrection: 2 => 1, |_| 0, |kernel| ErrorCorrectionState {
    share: kernel.share,
    limit: kernel.limit,
    last: None,
});
