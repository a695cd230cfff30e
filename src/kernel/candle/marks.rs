//! Marks: the bars at which something is true, one bit each.

use std::array::from_fn;

use crate::kernel::BLOCK;
use crate::kernel::level::leveled;

/// Bars in a word; also how many bars before the block are marked again with it, so that nothing is kept between blocks.
pub(super) const WORD: usize = 64;

/// The bars of a block.
pub(super) type Block = [u64; BLOCK / WORD];

/// The bars of a block, after a word of bars before it.
pub(super) type Reach = [u64; BLOCK / WORD + 1];

/// The first so many bars.
pub(super) fn first(bars: usize) -> Block {
    from_fn(|word| match bars.saturating_sub(word * WORD) {
        0 => 0,
        left if left < WORD => (1 << left) - 1,
        _ => u64::MAX,
    })
}

/// Leaves those bars at which something was true, or was not, `ago` bars before.
#[inline(always)]
pub(super) fn narrow(marks: &mut Block, reach: &Reach, ago: usize, contrary: bool) {
    let flip = if contrary { u64::MAX } else { 0 };
    for (word, mark) in marks.iter_mut().enumerate() {
        // Twice, since a shift by a whole word is none.
        let before = reach[word] >> 1 >> (WORD - 1 - ago);
        *mark &= (reach[word + 1] << ago | before) ^ flip;
    }
}

/// There are none.
#[inline(always)]
pub(super) fn none(marks: &Block) -> bool {
    marks.iter().fold(0, |any, word| any | word) == 0
}

leveled! {
    /// Marks the bars at which a rule holds.
    pub(super) fn mark<F: Fn([f64; I]) -> bool; const I: usize>(rule: &F, inputs: [&[f64]; I], marks: &mut Reach) {
        let bars = inputs[0].len();
        let inputs = inputs.map(|input| &input[..bars]);
        for word in 0..bars / WORD {
            let at: [&[f64; WORD]; I] =
                from_fn(|i| inputs[i][word * WORD..][..WORD].try_into().expect("a slice of a word"));
            marks[word] = (0..WORD).fold(0, |bits, bar| bits | u64::from(rule(from_fn(|i| at[i][bar]))) << bar);
        }
        if !bars.is_multiple_of(WORD) {
            let from = bars / WORD * WORD;
            marks[from / WORD] = (from..bars).fold(0, |bits, bar| {
                bits | u64::from(rule(from_fn(|i| inputs[i][bar]))) << (bar - from)
            });
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
            output[bar] = rule(from_fn(|i| inputs[i][bar]));
        }
    }

    /// Every value is finite.
    pub(super) fn finite(values: &[f64]) -> bool {
        // As whole numbers, the sizes of doubles are in the order of the doubles: infinity and NaN are the largest.
        values.iter().fold(0, |largest, value| value.abs().to_bits().max(largest)) < f64::INFINITY.to_bits()
    }
}
