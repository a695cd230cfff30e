//! Regression lines, percent ranks, bars since the extreme of a window, and the parameter `ddof`.

use crate::indicator::{Graph, Kind, Param, Port};
use crate::kernel::{
    BarIndex, BarsSinceMax, BarsSinceMin, BarsSinceOldestMax, BarsSinceOldestMin, Fields, Max, Mean, Min, RankOfNewest,
    RegressionSlope, RegressionValue, Sequential, SquareRoot, parameters, sequential,
};

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

/// Which of equal extremes counts, for the indices of TA-Lib.
pub(in crate::indicator) const INDEX_TIES: Param = Param::choice(
    "ties",
    &["newest", "oldest", "talib"],
    "which of equal extremes counts: newest (TA-Lib 0.8.3); oldest (argmin and argmax of NumPy); talib: as the C library up to 0.6, \
     the oldest where the extreme before it has just left the window, else the newest",
);

/// Which of equal extremes counts.
pub(in crate::indicator) const TIES: Param = Param::choice(
    "ties",
    &["newest", "oldest"],
    "which of equal extremes counts: newest (TA-Lib, Tulip Indicators, pandas-ta) or oldest (the Python package ta)",
);

/// The lowest or the highest value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::indicator) enum Extreme {
    /// The lowest.
    Min,
    /// The highest.
    Max,
}

/// The number of bars since the extreme of the window, by the parameter `ties`.
pub(in crate::indicator) fn bars_since(
    graph: &mut Graph,
    x: Port,
    window: usize,
    extreme: Extreme,
    ties: &str,
) -> Port {
    match (extreme, ties) {
        (Extreme::Min, "newest") => graph.add(BarsSinceMin { window }, &[x]),
        (Extreme::Max, "newest") => graph.add(BarsSinceMax { window }, &[x]),
        (Extreme::Min, _) => graph.add(BarsSinceOldestMin { window }, &[x]),
        (Extreme::Max, _) => graph.add(BarsSinceOldestMax { window }, &[x]),
    }
}

/// The index in the series of the extreme of the window, by the parameter `ties`.
pub(in crate::indicator) fn extreme_index(
    graph: &mut Graph,
    x: Port,
    window: usize,
    extreme: Extreme,
    ties: &str,
) -> Port {
    let since = bars_since(graph, x, window, extreme, ties);
    let bar = graph.add(BarIndex, &[since]);
    let index = graph.minus([bar, since]);
    if ties != "talib" {
        return index;
    }
    let value = match extreme {
        Extreme::Min => graph.add(Min { window }, &[x]),
        Extreme::Max => graph.add(Max { window }, &[x]),
    };
    graph.add(FollowedIndex { window }, &[x, value, bar, index])
}

/// The index of the extreme as TA-Lib's C library follows it up to 0.6: a bar that equals the extreme takes over, and a
/// window that has lost its extreme is searched from its oldest bar on. Inputs: the value, the extreme of the window, the
/// index of the bar, and the index of the oldest extreme of the window.
#[derive(Debug, Clone)]
struct FollowedIndex {
    window: usize,
}

parameters!(FollowedIndex { window });

#[derive(Clone)]
struct FollowedIndexState {
    window: f64,
    index: Option<f64>,
}

impl Sequential<4, 1> for FollowedIndexState {
    #[inline(always)]
    fn step(&mut self, [x, extreme, bar, oldest]: [f64; 4]) -> [f64; 1] {
        let index = match self.index {
            Some(index) if index > bar - self.window => {
                if x == extreme {
                    bar
                } else {
                    index
                }
            }
            _ => oldest,
        };
        self.index = Some(index);
        [index]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.index]);
    }
}

sequential!(FollowedIndex: 4 => 1, |_| 0, |kernel| FollowedIndexState { window: kernel.window as f64, index: None });
