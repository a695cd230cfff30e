//! Bitmaps: the bars at which a comparison holds, one bit each.

use std::array::from_mut;

use super::condition::AGO_END;
use crate::kernel::BLOCK;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::array;

/// The number of bars in a word.
const WORD: usize = 64;

/// The number of bars compared at once.
pub(super) const TILE: usize = 4 * WORD;

/// The bitmap of a tile.
pub(super) type Tile = [u64; TILE / WORD];

/// The bitmap of a block.
pub(super) type Marks = [u64; BLOCK / WORD];

/// The bitmap of a block, preceded by a word of history.
pub(super) type Trail = [u64; 1 + BLOCK / WORD];

/// The bars of a tile at which a predicate holds.
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

/// Stores the bitmap of a tile.
#[inline(always)]
pub(super) fn store(trail: &mut Trail, tile: usize, marks: Tile) {
    for word in 0..marks.len() {
        trail[1 + tile * marks.len() + word] = marks[word];
    }
}

/// The bits of a word that conditions can read from the next bar.
#[inline(always)]
pub(super) fn newest(word: u64) -> u64 {
    word >> (WORD - AGO_END)
}

/// Advances to the block that starts `bars` bars after this one.
#[inline(always)]
pub(super) fn advance(trail: &mut Trail, bars: usize) {
    let (word, bit) = (bars / WORD, bars % WORD);
    trail[0] = if bit == 0 { trail[word] } else { trail[word] >> bit | trail[word + 1] << (WORD - bit) };
}

/// The bitmap shifted by fewer bars than a word has bits.
#[inline(always)]
pub(super) fn earlier(trail: &Trail, ago: usize) -> Marks {
    // Two shifts, as a shift by the word size overflows.
    array(0, |word| trail[word + 1] << ago | trail[word] >> 1 >> (WORD - 1 - ago))
}

/// The conjunction of literals.
#[inline(always)]
pub(super) fn all(facts: &[Marks], literals: &[Literal]) -> Marks {
    let mut marks = [u64::MAX; BLOCK / WORD];
    for literal in literals {
        let flip = if literal.negated { u64::MAX } else { 0 };
        let fact = &facts[literal.fact];
        for word in 0..marks.len() {
            marks[word] &= fact[word] ^ flip;
        }
    }
    marks
}

/// Writes two values at the bars of their bitmaps, and at all others 0 or the present value.
#[inline(always)]
fn write_word<const BARS: usize>(values: [f64; 2], marks: [u64; 2], zeros: bool, output: &mut [f64; BARS]) {
    // Most words of a rare pattern have no bar, and most patterns one answer.
    match (marks, zeros) {
        ([0, 0], true) => *output = [0.0; BARS],
        ([0, 0], false) => {}
        ([first, 0], true) => {
            for (bar, to) in output.iter_mut().enumerate() {
                *to = if first & 1 << bar == 0 { 0.0 } else { values[0] };
            }
        }
        ([first, second], _) => {
            for (bar, to) in output.iter_mut().enumerate() {
                let other = if zeros { 0.0 } else { *to };
                let other = if second & 1 << bar == 0 { other } else { values[1] };
                *to = if first & 1 << bar == 0 { other } else { values[0] };
            }
        }
    }
}

leveled! {
    /// Writes two values at the bars of their bitmaps, and at all others 0 or the present value.
    pub(super) fn write(values: [f64; 2], marks: [&Marks; 2], zeros: bool, output: &mut [f64]) {
        let (words, rest) = output.as_chunks_mut::<WORD>();
        for word in 0..words.len() {
            write_word(values, [marks[0][word], marks[1][word]], zeros, &mut words[word]);
        }
        for (bar, to) in rest.iter_mut().enumerate() {
            let marks = [marks[0][words.len()] >> bar & 1, marks[1][words.len()] >> bar & 1];
            write_word(values, marks, zeros, from_mut(to));
        }
    }
}

/// A fact or its negation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Literal {
    /// The index of the fact.
    pub(super) fact: usize,
    pub(super) negated: bool,
}
