//! The loops of elementwise and lagged kernels: a rule of one bar, or of a bar and a lagged one, applied to every bar.

use std::array::from_fn;

use crate::kernel::simd::canonical_nan::{canonical, canonical_each};
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{TILE, Tile, array, for_each_tile, lane, store_tile, tiles};
use crate::kernel::{Level, Set};

/// A function of `K` bars of `I` inputs each.
pub(crate) trait BarRule<const K: usize, const I: usize, const O: usize> {
    fn values(&self, bars: [[f64; I]; K]) -> [f64; O];
}

/// Writes the values of a rule at every bar, with canonical NaN. `inputs` are `K` views of the same inputs, of the length
/// of the outputs.
pub(crate) fn map_bars<R: BarRule<K, I, O>, const K: usize, const I: usize, const O: usize>(
    rule: &R,
    inputs: &[[&[f64]; I]; K],
    outputs: &mut [&mut [f64]; O],
) {
    match &mut outputs[..] {
        [output] => map_to_one::<R, K, I, O>(rule, inputs, output, bars_to_line(output)),
        _ => map::<R, K, I, O>(rule, inputs, outputs),
    }
}

/// The number of bars before the first cache line that lies within an output, where registers are as long as a line: a store
/// across two lines takes twice as long. Shorter registers gain nothing.
fn bars_to_line(output: &[f64]) -> usize {
    match Level::current().set() {
        Set::Avx512 if output.len() >= 2 * TILE => output.as_ptr().align_offset(64),
        _ => 0,
    }
}

/// The outputs of a state as an array.
pub(crate) fn output_array<'a, const O: usize>(outputs: &'a mut [&mut [f64]]) -> [&'a mut [f64]; O] {
    let mut outputs = outputs.iter_mut();
    from_fn(|_| &mut **outputs.next().expect("a state is fed as many outputs as it has"))
}

#[inline(always)]
fn bars_at<const K: usize, const I: usize, const L: usize>(tiles: &[[&[f64; L]; I]; K], l: usize) -> [[f64; I]; K] {
    array([0.0; I], |k| lane(&tiles[k], l))
}

#[inline(always)]
fn map_at<R: BarRule<K, I, O>, const K: usize, const I: usize, const O: usize, const L: usize>(
    rule: &R,
    inputs: &[[&[f64]; I]; K],
    tile: &mut Tile<O>,
    outputs: &mut [&mut [f64]; O],
    at: usize,
) {
    let inputs: [[&[f64; L]; I]; K] = array([const { &[0.0; L] }; I], |k| tiles(&inputs[k], at));
    store_tile!(outputs: O, tile, at, |l| canonical_each(rule.values(bars_at(&inputs, l))));
}

#[inline(always)]
fn map_to_one_at<R: BarRule<K, I, O>, const K: usize, const I: usize, const O: usize, const L: usize>(
    rule: &R,
    inputs: &[[&[f64]; I]; K],
    output: &mut [f64],
    at: usize,
) {
    let inputs: [[&[f64; L]; I]; K] = array([const { &[0.0; L] }; I], |k| tiles(&inputs[k], at));
    let output: &mut [f64; L] = (&mut output[at..at + L]).try_into().expect("a slice of L values");
    // Whether there is a NaN takes half of what a choice for each value takes, and few tiles have one.
    let mut missing = 0;
    for (l, output) in output.iter_mut().enumerate() {
        let value = rule.values(bars_at(&inputs, l))[0];
        missing |= if value.is_nan() { u64::MAX } else { 0 };
        *output = value;
    }
    if missing != 0 {
        for value in output {
            *value = canonical(*value);
        }
    }
}

leveled! {
    fn map<R: BarRule<K, I, O>; const K: usize, const I: usize, const O: usize>(
        rule: &R,
        inputs: &[[&[f64]; I]; K],
        outputs: &mut [&mut [f64]; O],
    ) {
        let mut tile = Tile::new();
        for_each_tile!(outputs[0].len(), map_at::<R, K, I, O>(rule, inputs, &mut tile, outputs));
    }

    /// One output is a parameter by itself, so the compiler knows that it does not overlap the inputs: no tile in between.
    fn map_to_one<R: BarRule<K, I, O>; const K: usize, const I: usize, const O: usize>(
        rule: &R,
        inputs: &[[&[f64]; I]; K],
        output: &mut [f64],
        head: usize,
    ) {
        for at in 0..head {
            map_to_one_at::<R, K, I, O, 1>(rule, inputs, output, at);
        }
        let inputs: [[&[f64]; I]; K] = array([&[][..]; I], |k| array(&[][..], |i| &inputs[k][i][head..]));
        for_each_tile!(output.len() - head, map_to_one_at::<R, K, I, O>(rule, &inputs, &mut output[head..]));
    }
}
