//! Universal Oscillator.

use crate::indicator::builders::{previous_or_self, super_smooth};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Universal Oscillator.
pub(in crate::indicator) static UNIVERSAL_OSCILLATOR: Indicator = Indicator {
    name: "universal_oscillator",
    title: "Universal Oscillator",
    summary: "The smoothed two-bar difference with automatic gain control, from -1 to 1.",
    formula: "f / peak, or 0 where the denominator is 0; f = super_smoother((x - x[2]) / 2, period); peak = max(0.991 peak[1], |f|); the input before the first bar is taken as its first value",
    source: "John Ehlers, Whiter Is Brighter, Stocks & Commodities, January 2015",
    group: Group::Cycle,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 2, "the cutoff period: cycles shorter than this many bars are removed")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let last = previous_or_self(graph, x);
        let earlier = previous_or_self(graph, last);
        let moved = graph.minus([x, earlier]);
        let half = graph.scaled(moved, 0.5);
        let wave = super_smooth(graph, half, args.integer("period") as f64, true);
        vec![graph.add(Peaks, &[wave])]
    },
};

/// The input divided by its decaying peak (automatic gain control).
#[derive(Debug, Clone)]
struct Peaks;

parameters!(Peaks);

#[derive(Clone)]
struct PeaksState {
    peak: f64,
}

impl Sequential<1, 1> for PeaksState {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 1] {
        let faded = 0.991 * self.peak;
        self.peak = if x.abs() > faded { x.abs() } else { faded };
        // Flush decaying values to zero before they become subnormal.
        self.peak = if self.peak < 1e-290 { 0.0 } else { self.peak };
        [if self.peak == 0.0 { 0.0 } else { x / self.peak }]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.peak]);
    }
}

sequential!(Peaks: 1 => 1, |_| 0, |_| PeaksState { peak: 0.0 });
