//! Value When.

use crate::indicator::{Group, Indicator, Input, Kind, Output, PERIOD_MAX, Param, Port};
use crate::kernel::{Fields, Sequential, parameters, sequential};

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

/// The second input at an earlier occurrence of the first being true.
#[derive(Debug, Clone)]
struct Occurrence {
    before: usize,
}

parameters!(Occurrence { before });

#[derive(Clone)]
struct OccurrenceState {
    /// The capacity of the ring buffer.
    len: usize,
    /// A ring buffer of the latest values at which the condition was true.
    ring: Vec<f64>,
    /// The position of the oldest value, once the ring buffer is full.
    oldest: usize,
}

impl Sequential<2, 1> for OccurrenceState {
    #[inline(always)]
    fn step(&mut self, [condition, value]: [f64; 2]) -> [f64; 1] {
        if condition != 0.0 {
            if self.ring.len() < self.len {
                self.ring.push(value);
            } else {
                self.ring[self.oldest] = value;
                self.oldest = (self.oldest + 1) % self.len;
            }
        }
        [if self.ring.len() < self.len { f64::NAN } else { self.ring[self.oldest] }]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.list(&mut self.ring, self.len);
        fields.below(&mut self.oldest, self.len);
    }
}

sequential!(Occurrence: 2 => 1, |_| 0, |kernel| OccurrenceState { len: kernel.before + 1, ring: Vec::new(), oldest: 0 });
