//! Branch-free elementary functions, which the compiler can vectorise.
//!
//! The polynomials are those of FreeBSD's msun, which crate `libm` uses too; results are within a few ulps of
//! `libm`. Everything is plain arithmetic: the same bits on every platform and at every level.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

/// Evaluates a polynomial (Horner), coefficients from the highest power down.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    let mut value = coefficients[0];
    for coefficient in &coefficients[1..] {
        value = value * x + coefficient;
    }
    value
}

/// Adding this number rounds a number of moderate size to an integer in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// `x` rounded, and the same as an integer.
#[inline(always)]
fn rounded(x: f64) -> (f64, u64) {
    let shifted = x + ROUND;
    (shifted - ROUND, shifted.to_bits())
}

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

/// 2 to the power of an integer from -1022 to 1023.
#[inline(always)]
fn power_of_two(number: f64) -> f64 {
    let (_, bits) = rounded(number);
    f64::from_bits(bits.wrapping_add(1023) << 52)
}

/// Argument reduction of `exp`: the reduced argument as a difference of two parts, and `c` of the series:
/// `exp(r) = 1 + 2 r / (2 - c)`.
#[inline(always)]
fn reduced(x: f64) -> (f64, [f64; 2], f64) {
    let (count, _) = rounded(x * std::f64::consts::LOG2_E);
    let (high, low) = (x - count * LN2_HIGH, count * LN2_LOW);
    let rest = high - low;
    let square = rest * rest;
    let series = [
        4.1381367970572385e-08,
        -1.6533902205465252e-06,
        6.613756321437934e-05,
        -0.0027777777777015593,
        0.16666666666666602,
    ];
    (count, [high, low], rest - square * polynomial(square, series))
}

/// The exponential function.
#[inline(always)]
pub(in crate::indicator) fn exp(x: f64) -> f64 {
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let (count, [high, low], c) = reduced(x);
    let value = 1.0 + ((high - low) * c / (2.0 - c) - low + high);
    // In two factors, so that neither is out of range.
    let (half, _) = rounded(count * 0.5);
    value * power_of_two(half) * power_of_two(count - half)
}

/// Argument reduction of `ln`: the exponent, the mantissa minus 1, half its square, and the rest of the series.
#[inline(always)]
fn parts(x: f64) -> [f64; 4] {
    let subnormal = x < f64::MIN_POSITIVE;
    let scaled = if subnormal { x * 18_014_398_509_481_984.0 } else { x };
    let root = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    let bits = scaled.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - root);
    let power = f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 1023.0);
    let power = if subnormal { power - 54.0 } else { power };
    let above = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + root) - 1.0;
    let ratio = above / (2.0 + above);
    let square = ratio * ratio;
    let fourth = square * square;
    let even = fourth * polynomial(fourth, [0.15313837699209373, 0.22222198432149784, 0.3999999999940942]);
    let odd =
        square * polynomial(fourth, [0.14798198605116586, 0.1818357216161805, 0.2857142874366239, 0.6666666666666735]);
    let half = 0.5 * above * above;
    [power, above, half, ratio * (half + (even + odd))]
}

/// Adds the special cases of the logarithm: zero, negative, infinite and NaN.
#[inline(always)]
fn at_the_ends(x: f64, logarithm: f64) -> f64 {
    let value = if x == 0.0 { f64::NEG_INFINITY } else { logarithm };
    let value = if x < 0.0 { f64::NAN } else { value };
    if x < f64::INFINITY { value } else { x }
}

/// The natural logarithm.
#[inline(always)]
pub(in crate::indicator) fn ln(x: f64) -> f64 {
    let [power, above, half, series] = parts(x);
    at_the_ends(x, power * LN2_HIGH - ((half - (series + power * LN2_LOW)) - above))
}

/// The natural logarithm of a ratio of positive numbers, accurate also where they are nearly equal; NaN for others.
#[inline(always)]
pub(in crate::indicator) fn ln_ratio(a: f64, b: f64) -> f64 {
    let (ratio, more) = (a / b, (a - b) / b);
    let near = ratio > 0.5 && ratio < 2.0;
    // The rounding error of 1 + more is corrected by a factor (Kahan).
    let rounded = if near { 1.0 + more } else { ratio };
    let back = if near && rounded != 1.0 { more / (rounded - 1.0) } else { 1.0 };
    let logarithm = if rounded == 1.0 { more } else { ln(rounded) * back };
    if a > 0.0 && b > 0.0 { logarithm } else { f64::NAN }
}

/// The logarithm to the base 10.
#[inline(always)]
pub(in crate::indicator) fn log10(x: f64) -> f64 {
    const PER_LN_HIGH: f64 = 0.4342944818781689;
    const PER_LN_LOW: f64 = 2.5082946711645275e-11;
    const TWO_HIGH: f64 = 0.30102999566361177;
    const TWO_LOW: f64 = 3.694239077158931e-13;
    let [power, above, half, series] = parts(x);
    let high = f64::from_bits((above - half).to_bits() & 0xffff_ffff_0000_0000);
    let low = (above - high) - half + series;
    let (of_high, of_power) = (high * PER_LN_HIGH, power * TWO_HIGH);
    let sum = of_power + of_high;
    let rest = power * TWO_LOW + (low + high) * PER_LN_LOW + low * PER_LN_HIGH;
    at_the_ends(x, (rest + ((of_power - sum) + of_high)) + sum)
}

/// The largest angle that is reduced here.
pub(super) const ANGLE_MAX: f64 = 1e6;

/// Argument reduction of an angle: sine and cosine of the reduced angle, and the quadrant.
#[inline(always)]
fn turned(x: f64) -> (f64, f64, u64) {
    let (count, turns) = rounded(x * std::f64::consts::FRAC_2_PI);
    let rest = x - count * 1.5707963267341256;
    let rest = rest - count * 6.077100506303966e-11;
    let rest = rest - count * 2.0222662487959506e-21;
    let square = rest * rest;
    let sines = [
        1.58969099521155e-10,
        -2.5050760253406863e-08,
        2.7557313707070068e-06,
        -0.0001984126982985795,
        0.00833333333332249,
        -0.16666666666666632,
    ];
    let cosines = [
        -1.1359647557788195e-11,
        2.087572321298175e-09,
        -2.7557314351390663e-07,
        2.480158728947673e-05,
        -0.001388888888887411,
        0.0416666666666666,
    ];
    let sine = rest + rest * square * polynomial(square, sines);
    let half = 0.5 * square;
    let whole = 1.0 - half;
    let cosine = whole + (((1.0 - whole) - half) + square * square * polynomial(square, cosines));
    (sine, cosine, turns)
}

/// The sine of an angle not larger than `ANGLE_MAX`.
#[inline(always)]
pub(in crate::indicator) fn sin(x: f64) -> f64 {
    let (sine, cosine, turns) = turned(x);
    let value = if turns & 1 == 0 { sine } else { cosine };
    if turns & 2 == 0 { value } else { -value }
}

/// The cosine of an angle not larger than `ANGLE_MAX`.
#[inline(always)]
pub(super) fn cos(x: f64) -> f64 {
    let (sine, cosine, turns) = turned(x);
    let value = if turns & 1 == 0 { cosine } else { sine };
    if turns.wrapping_add(1) & 2 == 0 { value } else { -value }
}

/// The tangent of an angle not larger than `ANGLE_MAX`.
#[inline(always)]
pub(super) fn tan(x: f64) -> f64 {
    let (sine, cosine, turns) = turned(x);
    let odd = turns & 1 == 1;
    let (over, under) = if odd { (-cosine, sine) } else { (sine, cosine) };
    over / under
}

/// The arc tangent.
#[inline(always)]
pub(in crate::indicator) fn atan(x: f64) -> f64 {
    let size = x.abs();
    // The reference angle: that of 0, 1/2, 1, 3/2 or infinity.
    let far = size >= 2.4375;
    let (over, under) = if size < 0.6875 { (2.0 * size - 1.0, 2.0 + size) } else { (size - 1.0, size + 1.0) };
    let (over, under) = if size < 1.1875 { (over, under) } else { (size - 1.5, 1.0 + 1.5 * size) };
    let (over, under) = if far { (-1.0, size) } else { (over, under) };
    let near = size < 0.4375;
    let (over, under) = if near { (size, 1.0) } else { (over, under) };
    let (high, low) =
        if size < 0.6875 { (0.4636476090008061, 2.2698777452961687e-17) } else { (FRAC_PI_4, 3.061616997868383e-17) };
    let (high, low) = if size < 1.1875 { (high, low) } else { (0.982793723247329, 1.3903311031230998e-17) };
    let (high, low) = if far { (FRAC_PI_2, 6.123233995736766e-17) } else { (high, low) };
    let (high, low) = if near { (0.0, 0.0) } else { (high, low) };
    let rest = over / under;
    let square = rest * rest;
    let series = [
        0.016285820115365782,
        -0.036531572744216916,
        0.049768779946159324,
        -0.058335701337905735,
        0.06661073137387531,
        -0.0769187620504483,
        0.09090887133436507,
        -0.11111110405462356,
        0.14285714272503466,
        -0.19999999999876483,
        0.3333333333333293,
    ];
    let value = high - ((rest * square * polynomial(square, series) - low) - rest);
    if x < 0.0 { -value } else { value }
}

/// The relative remainder of the arc sine, `asin(x) / x - 1`, as a function of `x * x`.
#[inline(always)]
fn arc(square: f64) -> f64 {
    let over = [
        3.479331075960212e-05,
        0.0007915349942898145,
        -0.04005553450067941,
        0.20121253213486293,
        -0.3255658186224009,
        0.16666666666666666,
    ];
    let under = [0.07703815055590194, -0.6882839716054533, 2.0209457602335057, -2.403394911734414, 1.0];
    square * polynomial(square, over) / polynomial(square, under)
}

/// Argument reduction of the arc sine: the magnitude, and the arc sine at `sqrt((1 - |x|) / 2)`.
#[inline(always)]
fn halved(x: f64) -> (f64, f64) {
    let size = x.abs();
    let half = 0.5 * (1.0 - size);
    let root = half.sqrt();
    (size, root + root * arc(half))
}

/// The arc sine.
#[inline(always)]
pub(super) fn asin(x: f64) -> f64 {
    let (size, half) = halved(x);
    let near = x + x * arc(x * x);
    let far = std::f64::consts::FRAC_PI_2 - 2.0 * half;
    if size < 0.5 { near } else { if x < 0.0 { -far } else { far } }
}

/// The arc cosine.
#[inline(always)]
pub(super) fn acos(x: f64) -> f64 {
    let (size, half) = halved(x);
    let (near, far) = (x + x * arc(x * x), 2.0 * half);
    let start = if x < 0.0 { std::f64::consts::PI } else { 0.0 };
    let start = if size < 0.5 { std::f64::consts::FRAC_PI_2 } else { start };
    let less = if x < 0.0 { far } else { -far };
    start - if size < 0.5 { near } else { less }
}

/// The hyperbolic sine of numbers from -1 to 1.
#[inline(always)]
fn sinh_near(x: f64) -> f64 {
    let square = x * x;
    let series = [
        1.0 / 355_687_428_096_000.0,
        1.0 / 1_307_674_368_000.0,
        1.0 / 6_227_020_800.0,
        1.0 / 39_916_800.0,
        1.0 / 362_880.0,
        1.0 / 5040.0,
        1.0 / 120.0,
        1.0 / 6.0,
    ];
    x + x * square * polynomial(square, series)
}

/// Half of `exp(|x|)` and half of `exp(-|x|)`.
#[inline(always)]
fn halves(x: f64) -> (f64, f64) {
    let root = exp(0.5 * x.abs());
    ((0.5 * root) * root, 0.5 / (root * root))
}

/// The hyperbolic sine.
#[inline(always)]
pub(super) fn sinh(x: f64) -> f64 {
    let (growing, falling) = halves(x);
    let far = growing - falling;
    if x.abs() < 1.0 { sinh_near(x) } else { if x < 0.0 { -far } else { far } }
}

/// The hyperbolic cosine.
#[inline(always)]
pub(super) fn cosh(x: f64) -> f64 {
    let (growing, falling) = halves(x);
    growing + falling
}

/// The hyperbolic tangent: (e^2x - 1) / (e^2x + 1) with one division for the power and the ratio.
#[inline(always)]
pub(in crate::indicator) fn tanh(x: f64) -> f64 {
    let size = x.abs();
    let size = if size > 22.0 { 22.0 } else { size };
    let (count, [high, low], c) = reduced(2.0 * size);
    let (power, under) = (power_of_two(count), 2.0 - c);
    let rest = 2.0 * power * (high - low);
    let value = ((power - 1.0) * under + rest) / ((power + 1.0) * under + rest);
    if x < 0.0 { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_near(ours: fn(f64) -> f64, theirs: fn(f64) -> f64, from: f64, to: f64) {
        let ends = [0.0, -0.0, 1.0, -1.0, f64::NAN, f64::MIN_POSITIVE / 8.0];
        let between = (0..=20_000).map(|step| from + (to - from) * f64::from(step) / 20_000.0);
        for x in between.chain(ends) {
            let (one, two) = (ours(x), theirs(x));
            let same = one == two || (one.is_nan() && two.is_nan());
            // Near a multiple of pi the angle itself limits the accuracy.
            let error = (one - two).abs() / two.abs().max(1e-9);
            assert!(same || error < 1e-15, "{x}: {one} and {two}, {error:e}");
        }
    }

    #[test]
    fn functions_are_those_of_libm() {
        assert_near(exp, libm::exp, -760.0, 720.0);
        assert_near(exp, libm::exp, -1.0, 1.0);
        assert_near(ln, libm::log, 0.0, 3.0);
        assert_near(ln, libm::log, -1.0, 1e12);
        assert_near(log10, libm::log10, 0.0, 3.0);
        assert_near(log10, libm::log10, -1.0, 1e12);
        assert_near(sin, libm::sin, -10.0, 10.0);
        assert_near(sin, libm::sin, 0.0, ANGLE_MAX);
        assert_near(cos, libm::cos, -10.0, 10.0);
        assert_near(cos, libm::cos, -ANGLE_MAX, 0.0);
        assert_near(tan, libm::tan, -10.0, 10.0);
        assert_near(tan, libm::tan, -ANGLE_MAX, ANGLE_MAX);
        assert_near(atan, libm::atan, -4.0, 4.0);
        assert_near(atan, libm::atan, -1e9, 1e9);
        assert_near(asin, libm::asin, -1.1, 1.1);
        assert_near(acos, libm::acos, -1.1, 1.1);
        assert_near(sinh, libm::sinh, -3.0, 3.0);
        assert_near(sinh, libm::sinh, -720.0, 720.0);
        assert_near(cosh, libm::cosh, -720.0, 720.0);
        assert_near(tanh, libm::tanh, -1.0, 1.0);
        assert_near(tanh, libm::tanh, -30.0, 30.0);
    }

    #[test]
    fn logarithms_of_ratios_are_those_of_what_is_left_of_one() {
        for (a, b) in [(1e8 + 0.01, 1e8), (99.0, 100.0), (3.0, 7.0), (1e-9, 1e12), (5.0, 5.0), (7.0, 3.6)] {
            let (ours, theirs) =
                (ln_ratio(a, b), if a / b > 0.5 { libm::log1p((a - b) / b) } else { libm::log(a / b) });
            assert!((ours - theirs).abs() <= 4e-16 * theirs.abs(), "{a} / {b}: {ours} and {theirs}");
        }
        assert!([(0.0, 1.0), (1.0, 0.0), (-1.0, -1.0), (f64::NAN, 1.0)].iter().all(|&(a, b)| ln_ratio(a, b).is_nan()));
    }

    #[test]
    fn powers_of_ten_are_whole() {
        assert_eq!([1.0, 10.0, 100.0, 1000.0, 1e6, 1e9].map(log10), [0.0, 1.0, 2.0, 3.0, 6.0, 9.0]);
        assert_eq!(
            [ln(f64::INFINITY), exp(f64::INFINITY), exp(f64::NEG_INFINITY)],
            [f64::INFINITY, f64::INFINITY, 0.0]
        );
    }
}
