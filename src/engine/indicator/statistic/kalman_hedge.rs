//! Kalman Hedge Ratio.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::KalmanHedge;

/// Kalman Hedge Ratio.
pub(in crate::indicator) static KALMAN_HEDGE: Indicator = Indicator {
    name: "kalman_hedge",
    title: "Kalman Hedge Ratio",
    summary: "A hedge ratio and intercept tracked by a Kalman filter, and the prediction error of the first series.",
    formula: "a = hedge * b + intercept + error, both changing by noise of variance delta / (1 - delta) from bar to bar, error of variance noise; estimated by a Kalman filter started at zero; spread = a - (hedge[1] * b + intercept[1]), zscore = spread / sqrt(its variance)",
    source: "Ernest Chan, Algorithmic Trading (2013), example 3.3; Rudolf Kalman (1960)",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::real(
            "delta",
            1e-4,
            1e-12,
            0.5,
            "the rate at which hedge ratio and intercept may change (process noise)",
        ),
        Param::real("noise", 1e-3, 1e-12, 1e12, "the observation noise variance of the first series"),
    ],
    outputs: &[
        Output { name: "hedge", help: "the hedge ratio" },
        Output { name: "intercept", help: "the intercept" },
        Output { name: "spread", help: "the innovation: the first series minus its one-step prediction" },
        Output { name: "zscore", help: "the spread in units of its predicted standard deviation" },
    ],
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let delta = args.real("delta");
        let kernel = KalmanHedge { drift: delta / (1.0 - delta), noise: args.real("noise") };
        graph.add_all::<_, 4>(kernel, &pair).into()
    },
};
