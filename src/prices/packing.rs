//! Bit-packing in the interleaved layout of FastLanes (Afroozeh, Boncz, VLDB 2023), with 32 lanes of u32. Independent
//! of payloads and their meaning.
//!
//! A plane stores numbers of one width, 1 to 32 bits, in groups of 32, one per lane. Each lane is its own bit stream:
//! the number of group `g` begins at bit `g * width` of its lane. Word `w` of lane `l` is the little-endian u32 at
//! index `w * 32 + l`.
//!
//! So all numbers of a group have the same shift and lie in adjacent words: unpacking is loads, two shifts and a mask
//! over 32 independent lanes, which the compiler vectorises for every width and SIMD level with no intrinsics and no
//! generated kernel per width. A plain sequential bit stream needs a different shift for each value and a gather or
//! shuffle.
//!
//! Unlike FastLanes, rows are not transposed (row `r` is lane `r % 32` of group `r / 32`): values come out in order,
//! and a reader may start at any group.

use crate::kernel::leveled;

/// Numbers per group.
pub(super) const LANES: usize = 32;

/// A group of unpacked numbers.
pub(super) type Group = [f64; LANES];

/// One word of each lane.
type Words = [[u8; 4]; LANES];

/// The bytes of a plane of `groups` groups.
pub(super) fn plane_bytes(groups: usize, width: u32) -> usize {
    (groups * width as usize).div_ceil(32) * size_of::<Words>()
}

/// Appends a plane to `out`: bits `shift..shift + width` of each number, the last group padded with zeros.
pub(super) fn pack(numbers: &[u64], shift: u32, width: u32, out: &mut Vec<u8>) {
    let groups = numbers.len().div_ceil(LANES);
    let mut words = vec![0_u32; plane_bytes(groups, width) / 4];
    let mask = u64::from(u32::MAX >> (32 - width));
    for (group, numbers) in numbers.chunks(LANES).enumerate() {
        let bit = group * width as usize;
        let words = &mut words[bit / 32 * LANES..];
        for (lane, number) in numbers.iter().enumerate() {
            let bits = (number >> shift & mask) << (bit % 32);
            words[lane] |= bits as u32;
            if bits >> 32 != 0 {
                words[lane + LANES] |= (bits >> 32) as u32;
            }
        }
    }
    words.iter().for_each(|word| out.extend(word.to_le_bytes()));
}

/// Replaces each `out` of the groups from `first` on by `make(out, number)`.
pub(super) fn map(plane: &[u8], width: u32, first: usize, out: &mut [Group], make: impl Fn(f64, f64) -> f64) {
    if width == 0 {
        return out.as_flattened_mut().iter_mut().for_each(|out| *out = make(*out, 0.0));
    }
    map_groups(plane.as_chunks().0.as_chunks().0, width, first, out, make);
}

leveled! {
    fn map_groups<F: Fn(f64, f64) -> f64>(words: &[Words], width: u32, first: usize, out: &mut [Group], make: F) {
        let mask = u32::MAX >> (32 - width);
        for (group, out) in out.iter_mut().enumerate() {
            let bit = (first + group) * width as usize;
            let (word, shift) = (bit / 32, bit as u32 % 32);
            // If a group ends with its word, the bits of the next word are masked off.
            let (low, high) = (&words[word], &words[(word + 1).min(words.len() - 1)]);
            for lane in 0..LANES {
                let (low, high) = (u32::from_le_bytes(low[lane]), u32::from_le_bytes(high[lane]));
                let number = (low >> shift | high << 1 << (31 - shift)) & mask;
                out[lane] = make(out[lane], f64::from(number));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Level;

    #[test]
    fn every_width_comes_back_at_every_level() {
        let mut random = 1_u64;
        for level in Level::available() {
            for (width, len) in (1..=32).flat_map(|width| [(width, 1_usize), (width, 33), (width, 1024)]) {
                let numbers: Vec<u64> = (0..len)
                    .map(|_| {
                        random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                        random >> 8
                    })
                    .collect();
                let mut plane = Vec::new();
                pack(&numbers, 3, width, &mut plane);
                assert_eq!(plane.len(), plane_bytes(len.div_ceil(LANES), width));
                for first in [0, len / 64] {
                    let mut out = vec![[0.5; LANES]; len.div_ceil(LANES) - first];
                    level.run(|| map(&plane, width, first, &mut out, |out, number| out + 2.0 * number));
                    for (&number, out) in numbers[first * LANES..].iter().zip(out.as_flattened()) {
                        assert_eq!(*out, 0.5 + 2.0 * (number >> 3 & (u64::MAX >> (64 - width))) as f64);
                    }
                }
            }
        }
    }
}
