//! Bitmaps: the bars at which a comparison holds, one bit each.

use super::condition::AGO_END;
use crate::kernel::BLOCK;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::array;

/// Bars in a word.
const WORD: usize = 64;

/// How many bars are compared at once.
pub(super) const TILE: usize = 4 * WORD;

/// The marks of a tile.
pub(super) type Tile = [u64; TILE / WORD];

/// The marks of a block.
pub(super) type Marks = [u64; BLOCK / WORD];

/// The marks of a block, after those of a word of bars before it.
pub(super) type Trail = [u64; 1 + BLOCK / WORD];

/// The bars of a tile at which a rule holds.
#[inline(always)]
pub(super) fn mark<const I: usize>(rule: impl Fn([f64; I]) -> bool, columns: [&[f64; TILE]; I]) -> Tile {
    let mut marks = Tile::default();
    for word in 0..marks.len() {
        let mut bits = 0;
        for bar in 0..WORD {
            bits |= u64::from(rule(array(0.0, |i| columns[i][word * WORD + bar]))) << bar;
        }
        marks[word] = bits;
    }
    marks
}

/// Puts down the marks of a tile.
#[inline(always)]
pub(super) fn put(trail: &mut Trail, tile: usize, marks: Tile) {
    for word in 0..marks.len() {
        trail[1 + tile * marks.len() + word] = marks[word];
    }
}

/// Of a word of bars, the marks of the newest that conditions can look at from the next bar.
#[inline(always)]
pub(super) fn newest(word: u64) -> u64 {
    word >> (WORD - AGO_END)
}

/// Advances to the block that starts `bars` bars after this one.
#[inline(always)]
pub(super) fn go_on(trail: &mut Trail, bars: usize) {
    let (word, bit) = (bars / WORD, bars % WORD);
    trail[0] = if bit == 0 { trail[word] } else { trail[word] >> bit | trail[word + 1] << (WORD - bit) };
}

/// The bitmap shifted by fewer bars than a word has bits.
#[inline(always)]
pub(super) fn earlier(trail: &Trail, ago: usize) -> Marks {
    // Twice, since a shift by a whole word is none.
    array(0, |word| trail[word + 1] << ago | trail[word] >> 1 >> (WORD - 1 - ago))
}

/// The bars at which all of these facts are true, or their contrary.
#[inline(always)]
pub(super) fn all(facts: &[Marks], literals: &[Literal]) -> Marks {
    let mut marks = [u64::MAX; BLOCK / WORD];
    for literal in literals {
        let flip = if literal.contrary { u64::MAX } else { 0 };
        let fact = &facts[literal.fact];
        for word in 0..marks.len() {
            marks[word] &= fact[word] ^ flip;
        }
    }
    marks
}

/// Writes two values at the bars marked for each, and at all others 0 or what is there.
#[inline(always)]
fn write_word(values: [f64; 2], marks: [u64; 2], zeros: bool, output: &mut [f64]) {
    for (bar, to) in output.iter_mut().enumerate() {
        let other = if zeros { 0.0 } else { *to };
        let other = if marks[1] >> bar & 1 == 1 { values[1] } else { other };
        *to = if marks[0] >> bar & 1 == 1 { values[0] } else { other };
    }
}

leveled! {
    /// Writes two values at the bars marked for each, and at all others 0 or what is there.
    pub(super) fn write(values: [f64; 2], marks: [&Marks; 2], zeros: bool, output: &mut [f64]) {
        let (whole, rest) = output.as_chunks_mut::<WORD>();
        for word in 0..whole.len() {
            write_word(values, marks.map(|marks| marks[word]), zeros, &mut whole[word]);
        }
        if !rest.is_empty() {
            write_word(values, marks.map(|marks| marks[whole.len()]), zeros, rest);
        }
    }
}

/// A fact, or its contrary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Literal {
    /// The index of the fact.
    pub(super) fact: usize,
    pub(super) contrary: bool,
}
