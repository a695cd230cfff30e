//! Ratios and linear combinations, the last step of many indicators: fused with the scaling and the 0/0 rule.

use super::map::{boxed, elementwise_map};
use crate::kernel::parameters;

/// The first input times `first` plus the second times `second`.
#[derive(Debug, Clone)]
pub struct LinearCombination {
    /// The weight of the first input.
    pub first: f64,
    /// The weight of the second.
    pub second: f64,
}

parameters!(LinearCombination { first, second });

/// The sum of four inputs, each times its weight.
#[derive(Debug, Clone)]
pub struct WeightedSum {
    /// The weights.
    pub weights: [f64; 4],
}

parameters!(WeightedSum { weights });

/// The first input divided by the second, times `scale`; `flat` where the second is zero.
#[derive(Debug, Clone)]
pub struct ScaledRatio {
    /// The factor.
    pub scale: f64,
    /// The value where the second input is zero.
    pub flat: f64,
}

parameters!(ScaledRatio { scale, flat });

/// `scale * a / (a + b)` of two non-negative inputs; `flat` where both are zero.
#[derive(Debug, Clone)]
pub struct RatioToSum {
    /// The factor.
    pub scale: f64,
    /// The value where both inputs are zero.
    pub flat: f64,
}

parameters!(RatioToSum { scale, flat });

/// `scale * (a - b) / (a + b)` of two non-negative inputs; 0 where both are zero.
#[derive(Debug, Clone)]
pub struct NormalizedDifference {
    /// The factor.
    pub scale: f64,
}

parameters!(NormalizedDifference { scale });

/// The absolute value of [`NormalizedDifference`].
#[derive(Debug, Clone)]
pub struct AbsoluteNormalizedDifference {
    /// The factor.
    pub scale: f64,
}

parameters!(AbsoluteNormalizedDifference { scale });

/// The difference of the first two inputs divided by that of the other two; `flat` where the latter is zero.
#[derive(Debug, Clone)]
pub struct DifferenceRatio {
    /// The value where the second difference is zero.
    pub flat: f64,
}

parameters!(DifferenceRatio { flat });

#[inline(always)]
fn percent(scale: f64, flat: f64, part: f64, whole: f64) -> f64 {
    // NaN takes precedence over the 0/0 rule.
    if whole == 0.0 && !part.is_nan() { flat } else { scale * (part / whole) }
}

elementwise_map!(
    LinearCombination: |&LinearCombination { first, second }| boxed(move |[a, b]| a * first + b * second),
    WeightedSum: |kernel| {
        let [first, second, third, fourth] = kernel.weights;
        boxed(move |[a, b, c, d]| (first * a + second * b) + (third * c + fourth * d))
    },
    ScaledRatio: |&ScaledRatio { scale, flat }| boxed(move |[a, b]| percent(scale, flat, a, b)),
    RatioToSum: |&RatioToSum { scale, flat }| boxed(move |[a, b]| percent(scale, flat, a, a + b)),
    NormalizedDifference: |&NormalizedDifference { scale }| boxed(move |[a, b]| percent(scale, 0.0, a - b, a + b)),
    DifferenceRatio: |&DifferenceRatio { flat }| boxed(move |[a, b, c, d]| {
        let (part, whole) = (a - b, c - d);
        if whole == 0.0 && !part.is_nan() { flat } else { part / whole }
    }),
    AbsoluteNormalizedDifference: |&AbsoluteNormalizedDifference { scale }| boxed(move |[a, b]| percent(scale, 0.0, (a - b).abs(), a + b)),
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Kernel;

    fn value(kernel: &dyn Kernel, a: f64, b: f64) -> f64 {
        let mut output = [9.0];
        kernel.start().feed(&[&[a], &[b]], &mut [&mut output]);
        output[0]
    }

    #[test]
    fn ratios_and_their_values_at_zero() {
        let kernels: [(&dyn Kernel, [f64; 4]); 5] = [
            (&LinearCombination { first: 2.0, second: -1.0 }, [-2.0, 6.0, 0.0, -3.0]),
            (&ScaledRatio { scale: 100.0, flat: 7.0 }, [25.0, 7.0, 7.0, 0.0]),
            (&RatioToSum { scale: 100.0, flat: 50.0 }, [20.0, 100.0, 50.0, 0.0]),
            (&NormalizedDifference { scale: 100.0 }, [-60.0, 100.0, 0.0, -100.0]),
            (&AbsoluteNormalizedDifference { scale: 100.0 }, [60.0, 100.0, 0.0, 100.0]),
        ];
        for (kernel, expected) in kernels {
            let pairs = [(1.0, 4.0), (3.0, 0.0), (0.0, 0.0), (0.0, 3.0)];
            assert_eq!(pairs.map(|(a, b)| value(kernel, a, b)), expected, "{kernel:?}");
            assert!(value(kernel, f64::NAN, 0.0).is_nan() && value(kernel, 0.0, f64::NAN).is_nan(), "{kernel:?}");
        }
    }
}
