//! The cycle period from the phase difference of consecutive phasors.

/// The reciprocal of an angle divided by its cotangent, as a rational function of the squared cotangent: the leading
/// coefficient, and the negated zeros and poles. The minimax approximation of degree 7 (Zolotarev) for the phase steps of
/// cycles of 6 to 50 bars.
const LEADING: f64 = 1.000_000_000_000_003_3;
const ZEROS: [f64; 7] = [
    0.01981398098752979,
    0.08204293594039344,
    0.19352281539846848,
    0.3594443642486834,
    0.5715439230241236,
    0.7930678917945879,
    0.9563927635827226,
];
const POLES: [f64; 7] = [
    0.005199667167164846,
    0.04807725995991691,
    0.14000414434241275,
    0.28940497929258425,
    0.4962249093859771,
    0.7330455078936403,
    0.9305388736018053,
];

/// The magnitudes between which no product of fifteen factors overflows or underflows.
const SMALLEST: f64 = 1e-36;
const LARGEST: f64 = 1e36;

/// `numerator` divided by the angle of these components: accurate for the phase steps of cycles of 6 to 50 bars, and
/// outside that range for others; `flat` if either component is zero.
///
/// A ratio of products: one division, with a shorter dependency chain than a division and an arc tangent.
#[inline(always)]
pub(super) fn by_angle(numerator: f64, [real, imaginary]: [f64; 2], flat: f64) -> f64 {
    let squares = [real * real, imaginary * imaginary];
    let size = squares[0] + squares[1];
    if !(size > SMALLEST && size < LARGEST && real * imaginary != 0.0) {
        return by_any_angle(numerator, [real, imaginary], flat);
    }
    let part = |at: usize| [ZEROS[at], POLES[at]].map(|share| squares[0] + share * squares[1]);
    let of = |one: [f64; 2], two: [f64; 2]| [one[0] * two[0], one[1] * two[1]];
    let some = of(of([numerator * LEADING * real, imaginary], part(0)), of(part(1), part(2)));
    let [over, under] = of(some, of(of(part(3), part(4)), of(part(5), part(6))));
    over / under
}

/// The same for components of any magnitude.
#[cold]
fn by_any_angle(numerator: f64, [real, imaginary]: [f64; 2], flat: f64) -> f64 {
    if real == 0.0 || imaginary == 0.0 { flat } else { numerator / libm::atan(imaginary / real) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TURN: f64 = std::f64::consts::TAU;

    #[test]
    fn lengths_are_those_of_the_arc_tangent() {
        for step in 0..=100_000 {
            let cotangent = 0.577 + (7.92 - 0.577) * f64::from(step) / 100_000.0;
            let expected = TURN / libm::atan(1.0 / cotangent);
            for scale in [1.0, -1e-9, 3e17, 1e-30, 1e120] {
                let length = by_angle(TURN, [cotangent * scale, scale], 0.0);
                assert!((length / expected - 1.0).abs() < 4e-15, "{cotangent}: {length} and {expected}");
            }
        }
    }

    #[test]
    fn what_is_no_cycle_of_6_to_50_bars_is_beyond_those() {
        for scale in [1.0, 1e-17, 1e100] {
            let length = |cotangent: f64| by_angle(TURN, [cotangent * scale, scale], 9.0);
            assert!([-1e20, -1.0, -1e-20, 1e-20, 0.57].iter().all(|cotangent| length(*cotangent) < 6.0));
            assert!([7.93, 1e10, 1e20].iter().all(|cotangent| length(*cotangent) > 50.0));
        }
        assert!([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]].iter().all(|parts| by_angle(TURN, *parts, 9.0) == 9.0));
    }
}
