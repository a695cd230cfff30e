//! True range, directional movement (Wilder 1978) and signed weights: rules of a bar and the previous one.

use std::array::from_fn;

use crate::kernel::elementwise::arithmetic::larger;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{give_out, in_tiles, lane, tiles};
use crate::kernel::{Fields, Kernel, Memory, State, parameters};

/// The true range, of high, low and close: how far prices went since the close before.
#[derive(Debug, Clone)]
pub struct TrueRange {
    /// Whether the first bar counts, with the range from its high to its low.
    pub first: bool,
}

parameters!(TrueRange { first });

/// The directional movement, of high and low: how far the high rose, and how far the low fell, whichever went further.
#[derive(Debug, Clone)]
pub struct DirectionalMovement;

parameters!(DirectionalMovement);

/// The second input with the sign of the change of the first: where that fell it is negative, where that stayed 0.
#[derive(Debug, Clone)]
pub struct SignedByChange {
    /// Whether the first bar counts as a rise, else as unchanged.
    pub first: bool,
}

parameters!(SignedByChange { first });

/// A rule for each bar and the one before it.
#[derive(Clone)]
pub(crate) struct WithPrevious<F, const I: usize, const O: usize> {
    rule: F,
    /// The values of the first bar that every input has; taken once it is there.
    first: Option<fn([f64; I]) -> [f64; O]>,
    before: [f64; I],
}

impl<F: Fn([f64; I], [f64; I]) -> [f64; O], const I: usize, const O: usize> WithPrevious<F, I, O> {
    pub(crate) fn new(rule: F, first: Option<fn([f64; I]) -> [f64; O]>) -> Self {
        Self { rule, first, before: [f64::NAN; I] }
    }

    /// Puts the values of the first bar in place, if it is in this block.
    fn begin(&mut self, first: fn([f64; I]) -> [f64; O], inputs: &[&[f64]; I], outputs: &mut [&mut [f64]; O]) {
        let len = inputs[0].len();
        let Some(at) = (0..len).find(|at| inputs.iter().all(|input| !input[*at].is_nan())) else { return };
        let values = first(inputs.map(|input| input[at]));
        for (output, value) in outputs.iter_mut().zip(values) {
            output[at] = value;
        }
        self.first = None;
    }
}

impl<F, const I: usize, const O: usize> State for WithPrevious<F, I, O>
where
    F: Fn([f64; I], [f64; I]) -> [f64; O] + Clone + Send + Sync + 'static,
{
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let inputs: [&[f64]; I] = from_fn(|i| inputs[i]);
        let mut outputs = outputs.iter_mut();
        let mut outputs: [&mut [f64]; O] =
            from_fn(|_| &mut **outputs.next().expect("a state is fed as many outputs as it has"));
        let before: [&[f64]; I] = from_fn(|i| &self.before[i..=i]);
        map_with_previous(
            &self.rule,
            &inputs.map(|input| &input[..1]),
            &before,
            &mut outputs.each_mut().map(|output| &mut output[..1]),
        );
        let (now, before) = (inputs.map(|input| &input[1..]), inputs.map(|input| &input[..input.len() - 1]));
        map_with_previous(&self.rule, &now, &before, &mut outputs.each_mut().map(|output| &mut output[1..]));
        if let Some(first) = self.first {
            self.begin(first, &inputs, &mut outputs);
        }
        self.before = inputs.map(|input| input[input.len() - 1]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        let mut is_ahead = self.first.is_some();
        fields.visit(&mut [&mut is_ahead, &mut self.before]);
        if is_ahead && self.first.is_none() {
            fields.refuse();
        }
        self.first = self.first.filter(|_| is_ahead);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[inline(always)]
fn map_with_previous_at<F: Fn([f64; I], [f64; I]) -> [f64; O], const I: usize, const O: usize, const L: usize>(
    rule: &F,
    now: &[&[f64]; I],
    before: &[&[f64]; I],
    outputs: &mut [&mut [f64]; O],
    at: usize,
) {
    let (now, before): ([&[f64; L]; I], [&[f64; L]; I]) = (tiles(now, at), tiles(before, at));
    give_out!(outputs, at, <L, O>, l => rule(lane(&now, l), lane(&before, l)));
}

leveled! {
    /// The values of a rule at bars and the previous ones, with canonical NaN.
    fn map_with_previous<F: Fn([f64; I], [f64; I]) -> [f64; O]; const I: usize, const O: usize>(
        rule: &F,
        now: &[&[f64]; I],
        before: &[&[f64]; I],
        outputs: &mut [&mut [f64]; O],
    ) {
        in_tiles!(now[0].len(), map_with_previous_at::<F, I, O>(rule, now, before, outputs));
    }
}

impl Kernel for TrueRange {
    fn lookback(&self) -> usize {
        usize::from(!self.first)
    }

    fn stable_after(&self) -> Option<usize> {
        Some(1)
    }

    fn memory(&self) -> Memory {
        // With the first bar counted, it matters whether a bar is the first.
        if self.first { Memory::Unbounded } else { Memory::Bars(1) }
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let first: fn([f64; 3]) -> [f64; 1] = |[high, low, _]| [high - low];
        let rule = |[high, low, _]: [f64; 3], [_, _, close]: [f64; 3]| {
            [larger(larger(high - low, (high - close).abs()), (low - close).abs())]
        };
        Box::new(WithPrevious::new(rule, self.first.then_some(first)))
    }
}

impl Kernel for DirectionalMovement {
    fn outputs(&self) -> usize {
        2
    }

    fn lookback(&self) -> usize {
        1
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let rule = |[high, low]: [f64; 2], [high_before, low_before]: [f64; 2]| {
            let (up, down) = (high - high_before, low_before - low);
            let missing = up.is_nan() | down.is_nan();
            let plus = if up > down && up > 0.0 { up } else { 0.0 };
            let minus = if down > up && down > 0.0 { down } else { 0.0 };
            if missing { [f64::NAN; 2] } else { [plus, minus] }
        };
        Box::new(WithPrevious::new(rule, None))
    }
}

impl Kernel for SignedByChange {
    fn lookback(&self) -> usize {
        0
    }

    fn stable_after(&self) -> Option<usize> {
        Some(1)
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let rule = |[x, weight]: [f64; 2], [before, _]: [f64; 2]| {
            let (up, down) = (weight_where(x > before, weight), weight_where(x < before, weight));
            [or_missing(up - down, x - before)]
        };
        let first: fn([f64; 2]) -> [f64; 1] = if self.first { |[_, weight]| [weight] } else { |_| [0.0] };
        Box::new(WithPrevious::new(rule, Some(first)))
    }
}

/// The weight where it counts, else 0; NaN where it is.
#[inline(always)]
fn weight_where(counts: bool, weight: f64) -> f64 {
    if counts | weight.is_nan() { weight } else { 0.0 }
}

#[inline(always)]
fn or_missing(value: f64, change: f64) -> f64 {
    if change.is_nan() { f64::NAN } else { value }
}
