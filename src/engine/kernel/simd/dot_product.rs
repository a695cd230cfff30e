//! Sums and dot products in interleaved parts, which are added up as a balanced tree: the bits are the same at every level.
//!
//! The parts stand in registers. As an array, the compiler takes them apart and packs them anew in each round.

use super::tile::array;
use super::vector8::Vector8;

/// The number of parts.
pub(crate) const PARTS: usize = 16;

/// The sum of the parts, as a balanced tree.
#[inline(always)]
pub(crate) fn total(parts: [f64; PARTS]) -> f64 {
    let halves: [f64; PARTS / 2] = array(0.0, |l| parts[l] + parts[l + PARTS / 2]);
    let [a, b, c, d, e, f, g, h] = halves;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// A value of each part, in registers.
#[inline(always)]
pub(crate) fn halves<V: Vector8>(values: &[f64; PARTS]) -> [V; 2] {
    let (halves, _) = values.as_chunks();
    [V::load(&halves[0]), V::load(&halves[1])]
}

/// The sum of parts in registers, and of the fewer than `PARTS` values of the rest.
#[inline(always)]
pub(crate) fn total_with<V: Vector8>(sums: [V; 2], rest: impl Iterator<Item = f64>) -> f64 {
    let mut parts = [0.0; PARTS];
    for (sum, half) in sums.into_iter().zip(parts.as_chunks_mut().0) {
        sum.store(half);
    }
    for (part, value) in parts.iter_mut().zip(rest) {
        *part += value;
    }
    total(parts)
}

/// The sum of the products of two columns of equal length.
#[inline(always)]
pub(crate) fn dot<V: Vector8>(one: &[f64], other: &[f64]) -> f64 {
    let mut sums = [V::splat(0.0); 2];
    let ((chunks, rest), (other_chunks, other_rest)) = (one.as_chunks::<PARTS>(), other.as_chunks::<PARTS>());
    for (one, other) in chunks.iter().zip(other_chunks) {
        let (one, other) = (halves::<V>(one), halves::<V>(other));
        sums = [sums[0] + one[0] * other[0], sums[1] + one[1] * other[1]];
    }
    total_with(sums, rest.iter().zip(other_rest).map(|(one, other)| one * other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Level;
    use crate::kernel::simd::vector8::vectored;

    vectored! {
        fn product(one: &[f64], other: &[f64]) -> f64 {
            dot::<V>(one, other)
        }
    }

    #[test]
    fn products_of_whole_numbers_are_exact_at_every_length_and_level() {
        for length in 0..70 {
            let one: Vec<f64> = (0..length).map(|at| f64::from(at) - 20.0).collect();
            let other: Vec<f64> = (0..length).map(|at| f64::from(at * at)).collect();
            let exact: i64 = (0..i64::from(length)).map(|at| (at - 20) * at * at).sum();
            for level in Level::available() {
                assert_eq!(level.run(|| product(&one, &other)), exact as f64, "{length} at {}", level.name());
            }
        }
    }
}
