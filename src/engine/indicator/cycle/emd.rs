//! Empirical Mode Decomposition.

use crate::indicator::builders::{band_pass, sma};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param, Port};
use crate::kernel::{Average, Fields, Sequential, parameters, sequential};

/// Empirical Mode Decomposition.
pub(in crate::indicator) static EMD: Indicator = Indicator {
    name: "emd",
    title: "Empirical Mode Decomposition",
    summary: "The trend in a band-pass filter of prices, and the mean peaks and valleys that it must pass to be one.",
    formula: "bp = swak_bp((high + low) / 2, period, delta); trend = sma(bp, 2 period); peak = bp[1] where bp[1] > bp and bp[1] > bp[2], else peak[1]; valley = bp[1] where bp[1] < bp and bp[1] < bp[2], else valley[1]; both are 0 before the first; upper = fraction * sma(peak, average); lower = fraction * sma(valley, average)",
    source: "John Ehlers and Ric Way, Empirical Mode Decomposition, Stocks & Commodities, March 2010",
    group: Group::Cycle,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 20, min: 5, max: 2000 },
            help: "the centre period of the pass band, in bars",
        },
        Param::real("delta", 0.5, 0.05, 0.5, "the half bandwidth, as a fraction of the centre period"),
        Param::real("fraction", 0.1, 0.0, 1.0, "the share of the mean peaks and valleys"),
        Param::bars("average", 50, 1, "the number of bars over which peaks and valleys are averaged"),
    ],
    outputs: &[
        Output { name: "upper", help: "the share of the mean peak" },
        Output { name: "trend", help: "the mean of the band-pass filter" },
        Output { name: "lower", help: "the share of the mean valley" },
    ],
    build: |graph, args| {
        let bars: [Port; 2] = args.inputs();
        let x = graph.add(Average { inputs: 2 }, &bars);
        let period = args.integer("period");
        let turn = std::f64::consts::TAU / period as f64;
        let cycles = band_pass(graph, x, [turn, 2.0 * turn * args.real("delta")]);
        let extremes: [Port; 2] = graph.add_all(PeaksAndValleys, &[cycles]);
        let [upper, lower] = extremes.map(|x| {
            let mean = sma(graph, x, args.integer("average"));
            graph.scaled(mean, args.real("fraction"))
        });
        vec![upper, sma(graph, cycles, 2 * period), lower]
    },
};

/// The latest peak and the latest valley, each known a bar later.
#[derive(Debug, Clone)]
struct PeaksAndValleys;

parameters!(PeaksAndValleys);

#[derive(Clone, Default)]
struct PeaksAndValleysState {
    last: f64,
    older: f64,
    peak: f64,
    valley: f64,
}

impl Sequential<1, 2> for PeaksAndValleysState {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 2] {
        if self.last > x && self.last > self.older {
            self.peak = self.last;
        }
        if self.last < x && self.last < self.older {
            self.valley = self.last;
        }
        (self.last, self.older) = (x, self.last);
        [self.peak, self.valley]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.last, &mut self.older, &mut self.peak, &mut self.valley]);
    }
}

sequential!(PeaksAndValleys: 1 => 2, |_| 0, |_| PeaksAndValleysState::default());
