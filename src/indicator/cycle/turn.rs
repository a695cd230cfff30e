//! How long a cycle is whose pointer turns so far from bar to bar.

use std::array::from_fn;
use std::f64::consts::TAU;
use std::sync::OnceLock;

/// The number of pieces of the table.
const PIECES: usize = 256;

/// The number of coefficients of a piece.
const TERMS: usize = 6;

/// The cotangents of the turns of the shortest and the longest cycle, 6 and 50 bars, and a little beyond.
const FROM: f64 = 0.577;
const TO: f64 = 7.92;

/// The largest cotangent that is looked up: beyond the longest cycle, and within the last piece.
const LAST: f64 = 7.918;

/// Added to a number of moderate size, leaves it rounded to a whole one in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// The length of a cycle by the cotangent of its turn, as polynomials over small pieces: much nearer than a division and
/// an arc tangent one after the other.
pub(super) struct Lengths([[f64; TERMS]; PIECES]);

impl Lengths {
    /// The table, made when first asked for.
    pub(super) fn table() -> &'static Self {
        static TABLE: OnceLock<Box<Lengths>> = OnceLock::new();
        TABLE.get_or_init(|| Box::new(Self(from_fn(piece))))
    }

    /// The length in bars, but no further beyond 6 and 50 than rounding.
    #[inline(always)]
    pub(super) fn of(&self, cotangent: f64) -> f64 {
        let inside = if cotangent > FROM { cotangent } else { FROM };
        let inside = if inside < LAST { inside } else { LAST };
        let place = (inside - FROM) * (PIECES as f64 / (TO - FROM)) - 0.5;
        // The nearest whole number is in the lowest bits of the sum.
        let shifted = place + ROUND;
        let off = place - (shifted - ROUND);
        let [a, b, c, d, e, f] = self.0[shifted.to_bits() as usize % PIECES];
        let square = off * off;
        (a + b * off) + square * ((c + d * off) + square * (e + f * off))
    }
}

/// The polynomial through the lengths at a few cotangents of a piece, the powers of the distance from its middle.
fn piece(index: usize) -> [f64; TERMS] {
    let width = (TO - FROM) / PIECES as f64;
    let node = |at: usize| 0.5 * libm::cos(TAU * (2 * at + 1) as f64 / (4 * TERMS) as f64);
    let nodes: [f64; TERMS] = from_fn(node);
    let length = |off: f64| TAU / libm::atan(1.0 / (FROM + (index as f64 + 0.5 + off) * width));
    // Newton's divided differences.
    let mut differences = nodes.map(length);
    for order in 1..TERMS {
        for at in (order..TERMS).rev() {
            differences[at] = (differences[at] - differences[at - 1]) / (nodes[at] - nodes[at - order]);
        }
    }
    let mut powers = [0.0; TERMS];
    for at in (0..TERMS).rev() {
        for power in (1..TERMS).rev() {
            powers[power] = powers[power - 1] - nodes[at] * powers[power];
        }
        powers[0] = differences[at] - nodes[at] * powers[0];
    }
    powers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_arc_tangent() {
        let table = Lengths::table();
        for step in 0..=100_000 {
            let cotangent = FROM + (LAST - FROM) * f64::from(step) / 100_000.0;
            let (length, expected) = (table.of(cotangent), TAU / libm::atan(1.0 / cotangent));
            assert!((length / expected - 1.0).abs() < 1e-14, "{cotangent}: {length} and {expected}");
        }
        assert!([-1.0, 0.0, 0.5].iter().all(|cotangent| table.of(*cotangent) <= 6.0));
        assert!([8.0, 1e300].iter().all(|cotangent| table.of(*cotangent) >= 50.0));
    }
}
