//! How much a Sharpe ratio is worth: its probability to be above another, and what the best of many trials is expected to have.
//!
//! Bailey and Lopez de Prado, "The Sharpe Ratio Efficient Frontier" (2012) and "The Deflated Sharpe Ratio: Correcting for
//! Selection Bias, Backtest Overfitting and Non-Normality" (2014).

use crate::kernel::{Accumulator, BLOCK, Reduction};

/// A Sharpe ratio per value, with what its standard error depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SharpeEstimate {
    /// The mean divided by the standard deviation of a sample, not annualised.
    pub sharpe: f64,
    /// The number of values.
    pub count: f64,
    /// The third standardised moment.
    pub skewness: f64,
    /// The fourth standardised moment: 3 for a normal distribution.
    pub kurtosis: f64,
}

impl SharpeEstimate {
    /// What a column is reduced to for an estimate.
    pub const REDUCTIONS: [Reduction; 4] =
        [Reduction::Sharpe { periods: 1.0 }, Reduction::Count, Reduction::Skewness, Reduction::Kurtosis];

    /// The estimate of the results of [`Self::REDUCTIONS`].
    pub fn of([sharpe, count, skewness, kurtosis]: [f64; 4]) -> Self {
        Self { sharpe, count, skewness, kurtosis }
    }

    /// The probability that the true Sharpe ratio is above `benchmark`, per value: the probabilistic Sharpe ratio. NaN where the
    /// values do not differ, or are two that alternate so that the error of the ratio is 0.
    pub fn probability_above(self, benchmark: f64) -> f64 {
        let Self { sharpe, count, skewness, kurtosis } = self;
        let variance = 1.0 - skewness * sharpe + (kurtosis - 1.0) / 4.0 * (sharpe * sharpe);
        if variance > 0.0 { normal((sharpe - benchmark) * (count - 1.0).sqrt() / variance.sqrt()) } else { f64::NAN }
    }
}

/// The Sharpe ratio that the best of several trials is expected to have if none has any skill, given the standard deviation of
/// their ratios. 0 for one trial, whatever the deviation.
pub fn expected_maximum(trials: f64, deviation: f64) -> f64 {
    /// The constant of Euler and Mascheroni.
    const GAMMA: f64 = 0.577_215_664_901_532_9;
    if trials <= 1.0 {
        return 0.0;
    }
    // The quantile of 1 - p is that of p with the other sign, and p is not rounded.
    let [usual, far] = [1.0 / trials, 1.0 / (trials * std::f64::consts::E)].map(|p| -normal_quantile(p));
    deviation * ((1.0 - GAMMA) * usual + GAMMA * far)
}

/// The standard deviation of a sample, ignoring NaN. NaN of fewer than two values.
pub fn deviation(values: &[f64]) -> f64 {
    let mut accumulator = Accumulator::new(&[Reduction::StandardDeviation { ddof: 1 }]);
    values.chunks(BLOCK).enumerate().for_each(|(at, block)| accumulator.add(at * BLOCK, block));
    accumulator.results()[0]
}

/// The distribution function of the standard normal distribution.
fn normal(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// Its inverse at `p`, above 0 and at most 0.5: Wichura's PPND16 (Applied Statistics algorithm 241, 1988), to about 16 digits.
fn normal_quantile(p: f64) -> f64 {
    let polynomial = |x: f64, coefficients: &[f64]| coefficients.iter().rev().fold(0.0, |sum, one| sum * x + one);
    let ratio = |x: f64, [above, below]: &[[f64; 8]; 2]| polynomial(x, above) / polynomial(x, below);
    let from_middle = p - 0.5;
    if from_middle.abs() <= 0.425 {
        return from_middle * ratio(0.180625 - from_middle * from_middle, &MIDDLE);
    }
    let r = (-libm::log(p)).sqrt();
    -if r <= 5.0 { ratio(r - 1.6, &TAIL) } else { ratio(r - 5.0, &FAR_TAIL) }
}

const MIDDLE: [[f64; 8]; 2] = [
    [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_545e3,
    ],
];

const TAIL: [[f64; 8]; 2] = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
];

const FAR_TAIL: [[f64; 8]; 2] = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_the_inverse_of_the_distribution() {
        // Quantiles as tabulated, to the last digit that a float64 holds.
        for (p, quantile) in [
            (0.5, 0.0),
            (0.025, -1.959_963_984_540_054),
            (0.001, -3.090_232_306_167_813_5),
            (1e-12, -7.034_483_825_301_132),
        ] {
            assert!(
                (normal_quantile(p) - quantile).abs() < 4e-15 * (1.0 + quantile.abs()),
                "{p}: {}",
                normal_quantile(p)
            );
        }
        for step in 1..400 {
            let p = 0.5 * 0.9_f64.powi(step);
            assert!((normal(normal_quantile(p)) / p - 1.0).abs() < 2e-13, "{p}");
        }
    }

    #[test]
    fn the_numbers_of_the_paper_are_found() {
        // Bailey and Lopez de Prado (2014): 100 trials of annual variance 1/2 over 1250 days, skewness -3, kurtosis 10, a
        // ratio of 2.5 a year: 0.1132 is expected of the best, and the deflated ratio is 0.9004.
        let expected = expected_maximum(100.0, (0.5_f64 / 250.0).sqrt());
        assert!((expected - 0.1132).abs() < 5e-5, "{expected}");
        let estimate = SharpeEstimate::of([2.5 / 250_f64.sqrt(), 1250.0, -3.0, 10.0]);
        let deflated = estimate.probability_above(expected);
        assert!((deflated - 0.9004).abs() < 5e-5, "{deflated}");
        // After 46 trials it is 0.9505, and of normal returns after 88.
        let fewer = estimate.probability_above(expected_maximum(46.0, (0.5_f64 / 250.0).sqrt()));
        assert!((fewer - 0.9505).abs() < 5e-5, "{fewer}");
        let normal = SharpeEstimate { skewness: 0.0, kurtosis: 3.0, ..estimate };
        let deflated = normal.probability_above(expected_maximum(88.0, (0.5_f64 / 250.0).sqrt()));
        assert!((deflated - 0.9505).abs() < 5e-5, "{deflated}");
    }

    #[test]
    fn one_trial_is_not_deflated_and_equal_values_have_no_probability() {
        assert_eq!(expected_maximum(1.0, f64::NAN), 0.0);
        assert!(expected_maximum(2.0, f64::NAN).is_nan());
        assert!(SharpeEstimate::of([f64::NAN, 9.0, f64::NAN, f64::NAN]).probability_above(0.0).is_nan());
        assert!((SharpeEstimate::of([0.0, 9.0, 0.3, 3.0]).probability_above(0.0) - 0.5).abs() < 1e-15);
        assert!(deviation(&[1.0]).is_nan() && deviation(&[1.0, f64::NAN, 1.0]) == 0.0);
    }
}
