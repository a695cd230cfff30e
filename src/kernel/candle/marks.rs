//! Marks: the bars at which something is true, one bit each.

use std::array::from_fn;

use crate::kernel::BLOCK;
use crate::kernel::lanes::array;
use crate::kernel::level::leveled;

/// Bars in a word; also how many bars before the block are marked again with it, so that nothing is kept between blocks.
pub(super) const WORD: usize = 64;

/// The bars of a block.
pub(super) type Block = [u64; BLOCK / WORD];

/// The bars of a block, after a word of bars before it.
pub(super) type Reach = [u64; BLOCK / WORD + 1];

/// Some of the words of a block or reach, one bit each.
pub(super) type Words = u32;

/// All words of a reach.
pub(super) const EVERY: Words = (1 << (BLOCK / WORD + 1)) - 1;

/// The words that mark any bar.
#[inline(always)]
pub(super) fn words(marks: &Block) -> Words {
    (0..marks.len()).fold(0, |words, word| words | Words::from(marks[word] != 0) << word)
}

/// The first so many bars.
pub(super) fn first(bars: usize) -> Block {
    from_fn(|word| match bars.saturating_sub(word * WORD) {
        0 => 0,
        left if left < WORD => (1 << left) - 1,
        _ => u64::MAX,
    })
}

/// What a test told so many bars before, or the contrary.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf {
    /// Which test.
    pub(super) test: usize,
    pub(super) ago: usize,
    pub(super) contrary: bool,
}

/// Leaves those bars at which all of these are true.
#[inline(always)]
pub(super) fn narrow(marks: &mut Block, leaves: &[Leaf], tests: &[Reach]) -> Words {
    let mut left = *marks;
    for leaf in leaves {
        let reach = &tests[leaf.test];
        let flip = if leaf.contrary { u64::MAX } else { 0 };
        for word in 0..left.len() {
            // Twice, since a shift by a whole word is none.
            let before = reach[word] >> 1 >> (WORD - 1 - leaf.ago);
            left[word] &= (reach[word + 1] << leaf.ago | before) ^ flip;
        }
    }
    *marks = left;
    words(marks)
}

/// A word of bars of each input, if there are as many.
#[inline(always)]
fn whole_words<const I: usize>(inputs: [&[f64]; I], from: usize) -> Option<[&[f64; WORD]; I]> {
    let whole = from + WORD <= inputs[0].len();
    whole.then(|| inputs.map(|input| input[from..from + WORD].try_into().expect("a slice of a word")))
}

leveled! {
    /// Marks the bars of these words at which a rule holds.
    pub(super) fn mark<F: Fn([f64; I]) -> bool; const I: usize>(
        rule: &F,
        inputs: [&[f64]; I],
        words: Words,
        marks: &mut Reach,
    ) {
        let bars = inputs[0].len();
        let inputs = inputs.map(|input| &input[..bars]);
        let mut left = words;
        while left != 0 {
            let word = left.trailing_zeros() as usize;
            left &= left - 1;
            let from = word * WORD;
            let bit = |bars: [f64; I], bar: usize| u64::from(rule(bars)) << bar;
            marks[word] = if let Some(at) = whole_words(inputs, from) {
                (0..WORD).fold(0, |bits, bar| bits | bit(array(0.0, |i| at[i][bar]), bar))
            } else {
                (from..bars).fold(0, |bits, bar| bits | bit(array(0.0, |i| inputs[i][bar]), bar - from))
            };
        }
    }

    /// Writes `value` at the marked bars.
    pub(super) fn write(marks: &Block, value: f64, output: &mut [f64]) {
        for (&word, values) in marks.iter().zip(output.chunks_mut(WORD)) {
            if word != 0 {
                for (bar, to) in values.iter_mut().enumerate() {
                    *to = if word >> bar & 1 == 1 { value } else { *to };
                }
            }
        }
    }

    /// The values of a rule at each bar.
    pub(super) fn column<F: Fn([f64; I]) -> f64; const I: usize>(rule: &F, inputs: [&[f64]; I], output: &mut [f64]) {
        let bars = output.len();
        let inputs = inputs.map(|input| &input[..bars]);
        for bar in 0..bars {
            output[bar] = rule(array(0.0, |i| inputs[i][bar]));
        }
    }

    /// Every value is finite.
    pub(super) fn finite(values: &[f64]) -> bool {
        // As whole numbers, the sizes of doubles are in the order of the doubles: infinity and NaN are the largest.
        values.iter().fold(0, |largest, value| value.abs().to_bits().max(largest)) < f64::INFINITY.to_bits()
    }
}
