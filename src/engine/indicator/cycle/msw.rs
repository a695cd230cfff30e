//! Mesa Sine Wave.

use crate::indicator::builders::wave_products;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ElementwiseMap, elementwise_map, parameters};

/// Mesa Sine Wave.
pub(in crate::indicator) static MSW: Indicator = Indicator {
    name: "msw",
    title: "Mesa Sine Wave",
    summary: "The sine of the phase of the dominant cycle, and the same an eighth of a cycle ahead.",
    formula: "re = sum of cos(2 pi i / period) x[i]; im = sum of sin(2 pi i / period) x[i], i from 0 to period - 1; sine = re / sqrt(re^2 + im^2), lead = (re - im) / sqrt(2 (re^2 + im^2)): the sines of the phase atan(im / re) + 90 degrees and of 45 degrees more; 0 where both sums are 0",
    source: "Tulip Indicators msw, without its fixed threshold; John Ehlers, MESA and Trading Market Cycles, 2002",
    group: Group::Cycle,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 5, 3, "the number of bars in the window")],
    outputs: &[
        Output { name: "sine", help: "the sine of the phase" },
        Output { name: "lead", help: "the sine of the phase and 45 degrees" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let products = wave_products(graph, x, args.integer("period"));
        graph.add_all::<_, 2>(PhaseSines, &products).into()
    },
};

/// The sine of the phase of two components, and that of 45 degrees more.
#[derive(Debug, Clone)]
struct PhaseSines;

parameters!(PhaseSines);

impl ElementwiseMap<2, 2> for PhaseSines {
    #[inline(always)]
    fn values(&self, [real, imaginary]: [f64; 2]) -> [f64; 2] {
        // Scaled to the larger, whose square might be too small or too large for a number.
        let largest = real.abs().max(imaginary.abs());
        let (re, im) = (real / largest, imaginary / largest);
        let size = (re * re + im * im).sqrt();
        let none = largest == 0.0 && !(real + imaginary).is_nan();
        let lead = (re - im) / (std::f64::consts::SQRT_2 * size);
        [if none { 0.0 } else { re / size }, if none { 0.0 } else { lead }]
    }
}

elementwise_map!(PhaseSines: 2 => 2);
