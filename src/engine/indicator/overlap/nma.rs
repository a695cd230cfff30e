//! Natural Moving Average.

use crate::indicator::builders::log_returns;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::cost::per_bar;
use crate::kernel::{Absolute, Convolution, ElementwiseMap, Kernel, Lag, State, Sum, elementwise_map, parameters};

/// Natural Moving Average.
pub(in crate::indicator) static NMA: Indicator = Indicator {
    name: "nma",
    title: "Natural Moving Average",
    summary: "A mean of two values at the end of the window, by where in the window prices moved most.",
    formula: "r = sum of |ln(x[i] / x[i + 1])| * (sqrt(i + 1) - sqrt(i)) / sum of |ln(x[i] / x[i + 1])|, i from 0 to period - 1, or 0 where nothing moved; y = r * x[period - 1] + (1 - r) * x[period]",
    source: "Jim Sloman, Ocean Theory; jesse nma",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 40, 1, "the number of changes in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let returns = log_returns(graph, x, 1);
        let moved = graph.add(Absolute, &[returns]);
        let parts = [graph.add(RootWeighted { window }, &[moved]), graph.add(Sum { window }, &[moved])];
        let ratio = graph.ratio(parts, 0.0);
        let ends = [window - 1, window].map(|bars| graph.add(Lag { bars }, &[x]));
        vec![graph.add(Between, &[ratio, ends[0], ends[1]])]
    },
};

/// The sum of the window, each value times the difference of the roots of its age plus one and of its age.
#[derive(Debug, Clone)]
struct RootWeighted {
    window: usize,
}

parameters!(RootWeighted { window });

impl Kernel for RootWeighted {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        per_bar(self.window, 0.07)
    }

    fn start(&self) -> Box<dyn State> {
        // 1 / (a + b) is a - b of roots of neighbours, without their cancellation.
        let weight = |age: usize| 1.0 / ((age as f64 + 1.0).sqrt() + (age as f64).sqrt());
        Box::new(Convolution::new((0..self.window).map(weight).collect()))
    }
}

/// The value between the second and the third input at the ratio that is the first.
#[derive(Debug, Clone)]
struct Between;

parameters!(Between);

impl ElementwiseMap<3, 1> for Between {
    #[inline(always)]
    fn values(&self, [ratio, newer, older]: [f64; 3]) -> [f64; 1] {
        [older + ratio * (newer - older)]
    }
}

elementwise_map!(Between: 3 => 1);
