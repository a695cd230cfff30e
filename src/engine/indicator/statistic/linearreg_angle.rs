//! Linear Regression Angle.

use crate::indicator::builders::regression_slope;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Fields, Kernel, State, parameters};

/// Linear Regression Angle.
pub(in crate::indicator) static LINEARREG_ANGLE: Indicator = Indicator {
    name: "linearreg_angle",
    title: "Linear Regression Angle",
    summary: "The angle of the linear regression line over the window, in degrees.",
    formula: "atan(slope) * 180 / pi",
    source: "TA-Lib 0.8.3 LINEARREG_ANGLE",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let slope = regression_slope(graph, x, args.integer("period"));
        vec![graph.add(Degrees, &[slope])]
    },
};

/// The angle whose tangent is the input, in degrees.
#[derive(Debug, Clone)]
struct Degrees;

parameters!(Degrees);

impl Kernel for Degrees {
    fn lookback(&self) -> usize {
        0
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Self)
    }
}

impl State for Degrees {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (tangent, degrees) in inputs[0].iter().zip(&mut *outputs[0]) {
            *degrees = libm::atan(*tangent).to_degrees();
        }
    }

    fn visit(&mut self, _: &mut Fields<'_>) {}

    fn boxed(&self) -> Box<dyn State> {
        Box::new(Self)
    }
}
