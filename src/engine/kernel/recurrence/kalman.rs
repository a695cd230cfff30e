//! Kalman filter (Kalman 1960) of a hedge ratio and an intercept that follow random walks.
//!
//! The covariance is updated through its determinant, a state of its own: `P - K H P` in two dimensions cancels
//! where the gain is near 1, and the Joseph form costs twice the operations.

use crate::kernel::rolling::extremes::range_position::ROUNDING;
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// The line `a = hedge * b + intercept`, whose coefficients follow random walks: the hedge ratio, the intercept, the
/// innovation (the first input minus its prediction), and the innovation in standard deviations.
#[derive(Debug, Clone)]
pub struct KalmanHedge {
    /// The variance of the change of each coefficient per bar (process noise).
    pub drift: f64,
    /// The variance of the first input around the line (measurement noise).
    pub noise: f64,
}

parameters!(KalmanHedge { drift, noise });

#[derive(Debug, Clone)]
struct KalmanState {
    kernel: KalmanHedge,
    /// The hedge ratio and the intercept.
    line: [f64; 2],
    /// The covariance matrix: variance, covariance, variance. The determinant is updated as a sum of positive terms, as
    /// the difference of products would cancel.
    covariance: [f64; 3],
    determinant: f64,
}

impl Sequential<2, 4> for KalmanState {
    #[inline(always)]
    fn step(&mut self, [a, b]: [f64; 2]) -> [f64; 4] {
        let KalmanHedge { drift, noise } = self.kernel;
        let [hedge, both, intercept] = self.covariance;
        let determinant = self.determinant + drift * (hedge + intercept) + drift * drift;
        let (hedge, intercept) = (hedge + drift, intercept + drift);

        let [hedged, offset] = [self.line[0] * b, self.line[1]];
        let error = a - (hedged + offset);
        // Two numbers are estimated from one: within rounding error they would go up and down for ever on bars that stay
        // the same.
        let is_rounding = error.abs() <= ROUNDING * (a.abs() + hedged.abs() + offset.abs());
        let error = if is_rounding { 0.0 } else { error };
        let gain = [hedge * b + both, both * b + intercept];
        let variance = gain[0] * b + gain[1] + noise;
        self.line[0] += gain[0] / variance * error;
        self.line[1] += gain[1] / variance * error;
        self.covariance = [
            (determinant + hedge * noise) / variance,
            (both * noise - determinant * b) / variance,
            (determinant * b * b + intercept * noise) / variance,
        ];
        self.determinant = determinant * noise / variance;
        [self.line[0], self.line[1], error, error / variance.sqrt()]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.line, &mut self.covariance, &mut self.determinant]);
    }
}

sequential!(
    KalmanHedge: 2 => 4, |_| 0,
        |kernel| KalmanState { kernel: kernel.clone(), line: [0.0; 2], covariance: [0.0; 3], determinant: 0.0 };
);
