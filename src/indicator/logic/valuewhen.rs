//! Value When.

use crate::indicator::{Group, Indicator, Input, Kind, Output, PERIOD_MAX, Param, Port};
use crate::kernel::{Fields, Walk, by_walk};

/// Value When.
pub(in crate::indicator) static VALUEWHEN: Indicator = Indicator {
    name: "valuewhen",
    title: "Value When",
    summary: "The value at the bar where a condition was last true, or at an earlier occurrence; by default the close of the last bar with a trade.",
    formula: "the second input at the latest bar where the first is nonzero or, with occurrence n, at the n-th such bar before it; NaN until there is one",
    source: "Pine Script ta.valuewhen",
    group: Group::Logic,
    revision: 1,
    inputs: &[Input::VOLUME, Input::CLOSE],
    params: &[Param {
        name: "occurrence",
        kind: Kind::Integer { default: 0, min: 0, max: PERIOD_MAX },
        help: "the occurrence: 0 for the latest, n for the n-th before it",
    }],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        vec![graph.add(Occurrence { before: args.integer("occurrence") }, &pair)]
    },
};

/// The second input where the first was true, so many times before the last.
#[derive(Debug, Clone)]
struct Occurrence {
    before: usize,
}

#[derive(Clone)]
struct Remembering {
    /// How many values are kept when there are enough.
    keep: usize,
    /// The newest values at which the condition was true, one after the other.
    ring: Vec<f64>,
    /// Where in the ring the oldest is, once it is full.
    oldest: usize,
}

impl Walk<2, 1> for Remembering {
    #[inline(always)]
    fn step(&mut self, [condition, value]: [f64; 2]) -> [f64; 1] {
        if condition != 0.0 {
            if self.ring.len() < self.keep {
                self.ring.push(value);
            } else {
                self.ring[self.oldest] = value;
                self.oldest = (self.oldest + 1) % self.keep;
            }
        }
        [if self.ring.len() < self.keep { f64::NAN } else { self.ring[self.oldest] }]
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.ring]);
        fields.below(&mut self.oldest, self.keep);
    }
}

by_walk!(Occurrence: 2 => 1, |_| 0, |kernel| Remembering { keep: kernel.before + 1, ring: Vec::new(), oldest: 0 });
