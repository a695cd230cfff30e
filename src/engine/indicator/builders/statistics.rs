//! Regression lines, percent ranks and the parameter `ddof`.

use crate::indicator::{Graph, Kind, Param, Port};
use crate::kernel::{Mean, RankOfNewest, RegressionSlope, RegressionValue, SquareRoot};

/// The linear regression line extrapolated by a number of bars from the newest.
pub(in crate::indicator) fn regression_line(graph: &mut Graph, x: Port, window: usize, ahead: f64) -> Port {
    graph.add(RegressionValue { window, ahead }, &[x])
}

/// The slope of the linear regression line.
pub(in crate::indicator) fn regression_slope(graph: &mut Graph, x: Port, window: usize) -> Port {
    graph.add(RegressionSlope { window }, &[x])
}

/// The percentage of the preceding `bars` values that are below the newest value of `x`.
pub(in crate::indicator) fn percentrank(graph: &mut Graph, x: Port, bars: usize) -> Port {
    let smaller = graph.add(RankOfNewest { bars }, &[x]);
    graph.scaled(smaller, 100.0 / bars as f64)
}

/// The root mean square of the newest `window` values of `x`.
pub(in crate::indicator) fn root_mean_square(graph: &mut Graph, x: Port, window: usize) -> Port {
    let square = graph.times([x, x]);
    let mean = graph.add(Mean { window }, &[square]);
    graph.add(SquareRoot, &[mean])
}

/// Delta degrees of freedom, subtracted from the number of values in the divisor.
pub(in crate::indicator) const DDOF: Param = Param {
    name: "ddof",
    kind: Kind::Integer { default: 0, min: 0, max: 1 },
    help: "the delta degrees of freedom: 0 for the population, 1 for the sample standard deviation",
};
