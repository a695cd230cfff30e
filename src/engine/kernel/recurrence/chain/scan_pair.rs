//! Two first-order recurrences and what is computed from both, in one loop: the difference of two averages, or their
//! ratio.
//!
//! The two scans are independent of each other, and a division has a unit of its own: together they take little longer
//! than the scans alone, and a pass over two columns is saved. The expressions are those of the separate kernels, so a
//! plan may use either and gives the same bits. The plan fuses where nothing else reads the averages.

use std::any::Any;
use std::sync::Arc;

use super::registers::{ends_run, run};
use crate::kernel::lagged::hold::Held;
use crate::kernel::recurrence::block8::{AROUND_ZERO, Carry, GENERAL, Loaded, MEAN, WIDTH, Weights, blocks_after_one};
use crate::kernel::recurrence::first_order::{FirstOrder, FirstOrderState};
use crate::kernel::simd::vector8::{Same, Vector8, vectored};
use crate::kernel::state::skip_nan::{SkipNan, all_exist};
use crate::kernel::{
    AbsoluteNormalizedDifference, Arithmetic, Binary, Fields, Hold, Kernel, Memory, NormalizedDifference, RatioToSum,
    ScaledRatio, State, parameters,
};

/// What is computed from two outputs `a` and `b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Combine {
    /// `a - b`.
    Difference,
    /// `scale * a / b`.
    Ratio,
    /// `scale * a / (a + b)`.
    RatioToSum,
    /// `scale * (a - b) / (a + b)`.
    NormalizedDifference,
    /// `scale * |a - b| / (a + b)`.
    AbsoluteNormalizedDifference,
}

parameters!(Combine as number);

/// Two recurrences, each over an input of its own, and what is computed from them.
#[derive(Debug, Clone)]
struct ScanPair {
    scans: Vec<FirstOrder>,
    combine: Combine,
    scale: f64,
    /// The value where the divisor is 0.
    flat: f64,
    /// Whether the value is held at bars where both inputs are 0, as by [`Hold`].
    holds: bool,
    /// The places of the first inputs in their blocks.
    places: Vec<usize>,
}

parameters!(ScanPair { scans, combine, scale, flat, holds, places });

/// A kernel over the inputs of `inputs` that computes what `kernel` computes over their outputs, where that is known to
/// be faster.
///
/// Each of `inputs` has one input; or the first of them is a fused one, whose two inputs are then the rest.
pub fn fuse_scans(kernel: &dyn Kernel, inputs: &[&dyn Kernel]) -> Option<Arc<dyn Kernel>> {
    let any = kernel as &dyn Any;
    if let (Some(Hold { drifts: false, after: 0 }), [pair]) = (any.downcast_ref(), inputs) {
        let pair = (*pair as &dyn Any).downcast_ref::<ScanPair>()?;
        return (!pair.holds).then(|| Arc::new(ScanPair { holds: true, ..pair.clone() }) as _);
    }
    let (combine, scale, flat) = combination(any)?;
    let scans = inputs.iter().map(|&input| (input as &dyn Any).downcast_ref::<FirstOrder>().cloned());
    let scans: Vec<FirstOrder> = scans.collect::<Option<_>>()?;
    (scans.len() == 2)
        .then(|| Arc::new(ScanPair { scans, combine, scale, flat, holds: false, places: vec![0; 2] }) as _)
}

fn combination(kernel: &dyn Any) -> Option<(Combine, f64, f64)> {
    if let Some(Arithmetic { op: Binary::Subtract }) = kernel.downcast_ref() {
        return Some((Combine::Difference, 1.0, 0.0));
    }
    if let Some(ScaledRatio { scale, flat }) = kernel.downcast_ref() {
        return Some((Combine::Ratio, *scale, *flat));
    }
    if let Some(RatioToSum { scale, flat }) = kernel.downcast_ref() {
        return Some((Combine::RatioToSum, *scale, *flat));
    }
    if let Some(NormalizedDifference { scale }) = kernel.downcast_ref() {
        return Some((Combine::NormalizedDifference, *scale, 0.0));
    }
    let AbsoluteNormalizedDifference { scale } = kernel.downcast_ref()?;
    Some((Combine::AbsoluteNormalizedDifference, *scale, 0.0))
}

impl Kernel for ScanPair {
    fn lookback(&self) -> usize {
        self.scans.iter().map(Kernel::lookback).max().unwrap_or_default()
    }

    fn lookback_after(&self, inputs: &[usize]) -> usize {
        let after = self.scans.iter().zip(inputs).map(|(scan, input)| scan.lookback() + input);
        after.max().unwrap_or_default()
    }

    fn stable_after(&self) -> Option<usize> {
        self.scans.iter().map(Kernel::stable_after).max().flatten()
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn fuse(&self, others: &[&dyn Kernel], lookbacks: &[usize]) -> Option<Arc<dyn Kernel>> {
        let places = lookbacks.iter().map(|lookback| lookback % WIDTH).collect();
        others.is_empty().then(|| Arc::new(Self { places, ..self.clone() }) as _)
    }

    fn start(&self) -> Box<dyn State> {
        let start = |(scan, place)| SkipNan(vec![FirstOrderState::new(scan, place)]);
        let mut scans = self.scans.iter().zip(self.places.iter().copied()).map(start);
        let mut next = || scans.next().expect("a pair has two scans");
        Box::new(ScanPairState { scans: [next(), next()], kernel: self.clone(), held: Held::default() })
    }
}

#[derive(Clone)]
struct ScanPairState {
    kernel: ScanPair,
    scans: [SkipNan<Vec<FirstOrderState>>; 2],
    held: Held,
}

impl ScanPair {
    /// The value at each bar, given both outputs.
    #[inline(always)]
    fn combined<V: Vector8>(&self, [a, b]: [V; 2]) -> V {
        let (part, whole) = match self.combine {
            Combine::Difference => return a - b,
            Combine::Ratio => (a, b),
            Combine::RatioToSum => (a, a + b),
            Combine::NormalizedDifference => (a - b, a + b),
            Combine::AbsoluteNormalizedDifference => ((a - b).magnitude(), a + b),
        };
        (V::splat(self.scale) * (part / whole)).unless_zero(whole, V::splat(self.flat))
    }
}

/// The weights of both, and what they hand on.
#[derive(Clone, Copy)]
struct Both {
    weights: [Weights; 2],
    changes: [f64; 2],
    held: Held,
}

vectored! {
    /// The values of full blocks of both inputs, after one more input of each.
    fn scan_blocks<const FORM: usize, const OTHER: usize, const HOLDS: usize>(
        kernel: &ScanPair, both: Both, inputs: [&[f64]; 2], output: &mut [f64],
    ) -> Both {
        let Both { weights, changes, mut held } = both;
        let loaded = weights.map(|weights| Loaded::<V>::new(&weights));
        let mut changes = [V::Same::new(changes[0]), V::Same::new(changes[1])];
        // Whether nothing moved, a bit for each of 32 bars, the newest highest.
        let mut still = !(u32::MAX >> held.still);
        let blocks = blocks_after_one(inputs[0]).zip(blocks_after_one(inputs[1]));
        for (((one, one_before), (two, two_before)), output) in blocks.zip(output.as_chunks_mut::<WIDTH>().0) {
            let now = [V::load(one), V::load(two)];
            let a = loaded[0].scan::<FORM>(now[0], V::load(one_before), &mut changes[0]);
            let b = loaded[1].scan::<OTHER>(now[1], V::load(two_before), &mut changes[1]);
            kernel.combined([a, b]).store(output);
            if HOLDS == 1 {
                let before = still;
                still = still >> WIDTH | (now[0].magnitude() + now[1].magnitude()).zeros() << (32 - WIDTH);
                if ends_run(still) {
                    held.still = run(before);
                    hold([one, two], &mut held, output);
                }
                held.newest = output[WIDTH - 1];
            }
        }
        held.still = run(still);
        Both { weights, changes: [changes[0].value(), changes[1].value()], held }
    }

    /// The values at up to a block of bars, from both outputs.
    fn combine_block(kernel: &ScanPair, both: &[[f64; WIDTH]; 2], output: &mut [f64; WIDTH]) {
        kernel.combined([V::load(&both[0]), V::load(&both[1])]).store(output);
    }
}

/// Holds the newest value where both inputs are 0.
#[cold]
fn hold([one, two]: [&[f64; WIDTH]; 2], held: &mut Held, output: &mut [f64; WIDTH]) {
    for ((one, two), value) in one.iter().zip(two).zip(output) {
        *value = held.next(*value, *one == 0.0 && *two == 0.0, false);
    }
}

impl ScanPairState {
    /// The values of bars in any state, with gaps or without: both scans, then what is computed from them.
    fn feed_apart(&mut self, inputs: [&[f64]; 2], output: &mut [f64]) {
        // A bar by itself takes this way too, so the buffers are short.
        const LEN: usize = 64;
        if output.len() > LEN {
            let (head, tail) = output.split_at_mut(LEN);
            self.feed_apart(inputs.map(|input| &input[..LEN]), head);
            return self.feed_apart(inputs.map(|input| &input[LEN..]), tail);
        }
        let mut both = [[0.0; LEN]; 2];
        let len = output.len();
        for ((scan, input), values) in self.scans.iter_mut().zip(inputs).zip(&mut both) {
            scan.feed(&[input], &mut [&mut values[..len]]);
        }
        for at in (0..len).step_by(WIDTH) {
            let bars = at..len.min(at + WIDTH);
            let (mut parts, mut values) = ([[0.0; WIDTH]; 2], [0.0; WIDTH]);
            for (part, values) in parts.iter_mut().zip(&both) {
                part[..bars.len()].copy_from_slice(&values[bars.clone()]);
            }
            combine_block(&self.kernel, &parts, &mut values);
            for (lane, at) in bars.enumerate() {
                let exists = !parts[0][lane].is_nan() && !parts[1][lane].is_nan() && !values[lane].is_nan();
                let value = if exists { values[lane] } else { f64::NAN };
                let is_still = inputs[0][at] == 0.0 && inputs[1][at] == 0.0;
                output[at] = if self.kernel.holds { self.held.next(value, is_still, false) } else { value };
            }
        }
    }

    /// The values of full blocks without gaps, after one more input of each.
    fn feed_together(&mut self, inputs: [&[f64]; 2], output: &mut [f64]) {
        let [SkipNan(one), SkipNan(two)] = &mut self.scans;
        let scans = [&mut one[0].block8, &mut two[0].block8];
        let weights = [scans[0].weights, scans[1].weights];
        let both = Both { weights, changes: [scans[0].carry.changes, scans[1].carry.changes], held: self.held };
        let scan = match (weights.map(|weights| weights.form()), self.kernel.holds) {
            ([MEAN, MEAN], false) => scan_blocks::<MEAN, MEAN, 0>,
            ([MEAN, MEAN], true) => scan_blocks::<MEAN, MEAN, 1>,
            ([AROUND_ZERO, AROUND_ZERO], false) => scan_blocks::<AROUND_ZERO, AROUND_ZERO, 0>,
            ([AROUND_ZERO, AROUND_ZERO], true) => scan_blocks::<AROUND_ZERO, AROUND_ZERO, 1>,
            ([AROUND_ZERO, GENERAL], false) => scan_blocks::<AROUND_ZERO, GENERAL, 0>,
            ([AROUND_ZERO, GENERAL], true) => scan_blocks::<AROUND_ZERO, GENERAL, 1>,
            _ => return self.feed_apart(inputs.map(|input| &input[1..]), output),
        };
        let after = scan(&self.kernel, both, inputs, output);
        for ((scan, changes), input) in scans.into_iter().zip(after.changes).zip(inputs) {
            scan.carry = Carry { last: input[input.len() - 1], changes };
        }
        self.held = after.held;
    }

    /// The number of bars before both scans are at the start of a block; `None` if they will not be there together.
    fn bars_to_block(&self) -> Option<usize> {
        let [SkipNan(one), SkipNan(two)] = &self.scans;
        let (one, two) = (one[0].bars_to_block()?, two[0].bars_to_block()?);
        (one == two).then_some(one)
    }
}

impl State for ScanPairState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let (inputs, output) = ([inputs[0], inputs[1]], &mut *outputs[0]);
        let len = output.len();
        let is_dense = all_exist(inputs[0]) && (std::ptr::eq(inputs[0], inputs[1]) || all_exist(inputs[1]));
        // The first block is apart too, as the inputs before it are elsewhere.
        let head = self.bars_to_block().filter(|_| is_dense).map_or(len, |bars| len.min(bars + WIDTH));
        let tail = head + (len - head) / WIDTH * WIDTH;
        let part = |bars: std::ops::Range<usize>| inputs.map(|input| &input[bars.clone()]);
        if head > 0 {
            self.feed_apart(part(0..head), &mut output[..head]);
        }
        if head < tail {
            self.feed_together(part(head - 1..tail), &mut output[head..tail]);
        }
        if tail < len {
            self.feed_apart(part(tail..len), &mut output[tail..]);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.scans.iter_mut().for_each(|scan| State::visit(scan, fields));
        fields.visit(&mut [&mut self.held]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Level, Seed};

    const BARS: usize = 900;

    /// Rises and falls: most bars have one of them, some neither, some are missing.
    fn moves() -> [Vec<f64>; 2] {
        let mut random = 7_u64;
        let mut next = || {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (random >> 40) as f64 / 16_777_216.0 - 0.5
        };
        let still = |at: usize| at % 50 > 44 || (500..600).contains(&at);
        let missing = |at: usize| at < 2 || at % 211 == 200;
        let all: Vec<f64> = (0..BARS).map(|at| if still(at) { 0.0 } else { next() }).collect();
        let part = |sign: f64| {
            let of = |(at, x): (usize, &f64)| if missing(at) { f64::NAN } else { (sign * x).max(0.0) };
            all.iter().enumerate().map(of).collect()
        };
        [part(1.0), part(-1.0)]
    }

    fn feed(kernel: &dyn Kernel, inputs: &[&[f64]], cut: usize) -> Vec<f64> {
        let (mut state, mut values) = (kernel.start(), vec![0.0; BARS]);
        for at in (0..BARS).step_by(cut) {
            let bars = at..BARS.min(at + cut);
            let inputs: Vec<&[f64]> = inputs.iter().map(|input| &input[bars.clone()]).collect();
            state.feed(&inputs, &mut [&mut values[bars]]);
        }
        values
    }

    /// The scans, what is computed from them, and the held value, by kernels of their own.
    fn apart(kernel: &dyn Kernel, scans: [&FirstOrder; 2], inputs: [&[f64]; 2], holds: bool) -> Vec<f64> {
        let alone = |scan: &FirstOrder| scan.fuse(&[], &[3]).expect("one is alike");
        let scanned = [0, 1].map(|at| feed(&*alone(scans[at]), &[inputs[at]], 1000));
        let combined = feed(kernel, &[&scanned[0], &scanned[1]], 1000);
        if holds { feed(&Hold { drifts: false, after: 0 }, &[&combined, inputs[0], inputs[1]], 1000) } else { combined }
    }

    #[test]
    fn a_fused_pair_gives_the_bits_of_its_parts() {
        let [up, down] = moves();
        let mean = |period: usize| {
            let n = period as f64;
            FirstOrder { beta: (n - 1.0) / n, gain: 1.0 / n, seed: Seed::Mean(period), warm_up: 1, around_zero: false }
        };
        let sum = FirstOrder { beta: 0.9, gain: 1.0, seed: Seed::Sum(9), warm_up: 0, around_zero: false };
        let kernels: [&dyn Kernel; 5] = [
            &Arithmetic { op: Binary::Subtract },
            &ScaledRatio { scale: 100.0, flat: 7.0 },
            &RatioToSum { scale: 100.0, flat: 50.0 },
            &NormalizedDifference { scale: 100.0 },
            &AbsoluteNormalizedDifference { scale: 100.0 },
        ];
        for kernel in kernels {
            let zero = FirstOrder { around_zero: true, ..mean(14) };
            let pairs = [(mean(14), mean(14)), (mean(3), mean(14)), (zero.clone(), sum.clone()), (zero.clone(), zero)];
            for (one, two) in pairs {
                for holds in [false, true] {
                    let fused = fuse_scans(kernel, &[&one, &two]).expect("it is known");
                    let fused = if holds {
                        fuse_scans(&Hold { drifts: false, after: 0 }, &[&*fused]).expect("it is known")
                    } else {
                        fused
                    };
                    let fused = fused.fuse(&[], &[3, 3]).expect("it takes its places");
                    let expected = apart(kernel, [&one, &two], [&up, &down], holds);
                    assert!(expected.iter().filter(|value| value.is_finite()).count() > BARS / 2);
                    for level in Level::available() {
                        for cut in [1, 7, 8, 64, 333, 1000] {
                            let found = level.run(|| feed(&*fused, &[&up, &down], cut));
                            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
                            assert_eq!(bits(&found), bits(&expected), "{fused:?} at {} by {cut}", level.name());
                        }
                    }
                }
            }
        }
    }
}
