//! Windows of the newest `w` bars, folded so that each value is a pure function of its own `w` inputs.
//!
//! The folds of 4, 8, 16 ... bars are kept side by side, each made of two of the size before; a window is put together
//! from a few of them. Nothing is carried along the series, so nothing drifts, a NaN is gone as soon as the window has
//! passed it, and the cost grows with the logarithm of `w`.

use std::array::from_fn;

use super::aggregate::Fold;
use super::combine::{Folds, Stretch, assemble, fours, join, ones, sources, twos, windows_of_few};
use super::decomposition::{Choice, FEW, FROM_BARS, Part, parts};
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::TILE;
use crate::kernel::state::ring_buffer::History;
use crate::kernel::{Field, Fields, State};

/// The state of a fold over windows of `w` bars.
#[derive(Clone)]
pub(crate) struct Windows<F, const R: usize, const P: usize, const O: usize> {
    fold: F,
    window: Part,
    /// For how many bars to come a window holds a NaN, if the fold is blind.
    missing: usize,
    bars: [History; R],
    /// What windows are made of, each made of those before it.
    parts: Vec<Folds<P>>,
}

impl<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize> Windows<F, R, P, O> {
    /// The fold over windows of `window` bars, 1 or more.
    pub(crate) fn new(fold: F, window: usize) -> Self {
        let choice = match (F::OVERLAPS, F::PLAIN) {
            (true, _) => Choice::Overlapping,
            (_, true) => Choice::Plain,
            _ => Choice::Disjoint,
        };
        let mut parts = parts(window, choice);
        let lag = |index: usize| {
            let places = parts.iter().flat_map(|part| &part.places);
            places.filter(|place| place.part == index).map(|place| place.lag).max().unwrap_or(0)
        };
        let keeps: Vec<usize> = (0..parts.len() - 1).map(lag).collect();
        let whole = parts.pop().expect("the last part is the window");
        let folds = |(part, keep)| Folds { part, columns: from_fn(|_| History::new(keep)) };
        let parts = parts.into_iter().zip(keeps).map(folds).collect();
        let bars = from_fn(|_| History::new(Self::keep(window)));
        Self { fold, window: whole, missing: window - 1, bars, parts }
    }

    /// How many bars before a block count in windows that end in it, other than by the folds of parts.
    fn keep(window: usize) -> usize {
        if F::OVERLAPS { window.clamp(FROM_BARS, FEW) } else { window.max(FROM_BARS) }
    }

    /// Makes the folds of all parts at the bars of the block.
    fn grow(parts: &mut [Folds<P>], stretches: &[Stretch<'_, R>], len: usize) {
        for index in 0..parts.len() {
            let (known, rest) = parts.split_at_mut(index);
            let Folds { part, columns } = &mut rest[0];
            let mut block = columns.each_mut().map(|column| column.block_mut(len));
            for stretch in stretches {
                let out = &mut stretch.cut(&mut block);
                match (part.bars, part.places.len()) {
                    (1, _) if F::PLAIN => {}
                    (1, _) => ones::<F, R, P, O>(stretch, out),
                    (2, _) => twos::<F, R, P, O>(stretch, out),
                    (_, 0) => fours::<F, R, P, O>(stretch, out),
                    (_, 2) => join::<F, R, P, O, 2>(&sources::<F, R, P, O, 2>(stretch, known, part), out),
                    _ => join::<F, R, P, O, 5>(&sources::<F, R, P, O, 5>(stretch, known, part), out),
                }
            }
        }
    }

    /// The values of the windows that end at some bars of the block.
    fn assemble(fold: &F, window: &Part, parts: &[Folds<P>], stretch: &Stretch<'_, R>, out: &mut [&mut [f64]; O]) {
        match (window.bars, window.places.len()) {
            (1, _) => windows_of_few::<F, R, P, O, 1>(fold, stretch, out),
            (2, _) => windows_of_few::<F, R, P, O, 2>(fold, stretch, out),
            (3, _) => windows_of_few::<F, R, P, O, 3>(fold, stretch, out),
            (4, _) => windows_of_few::<F, R, P, O, 4>(fold, stretch, out),
            (5, _) => windows_of_few::<F, R, P, O, 5>(fold, stretch, out),
            (6, _) => windows_of_few::<F, R, P, O, 6>(fold, stretch, out),
            (7, _) => windows_of_few::<F, R, P, O, 7>(fold, stretch, out),
            (bars, 2) => assemble::<F, R, P, O, 2>(fold, bars, &sources::<F, R, P, O, 2>(stretch, parts, window), out),
            (bars, 3) => assemble::<F, R, P, O, 3>(fold, bars, &sources::<F, R, P, O, 3>(stretch, parts, window), out),
            (bars, 4) => assemble::<F, R, P, O, 4>(fold, bars, &sources::<F, R, P, O, 4>(stretch, parts, window), out),
            (bars, _) => assemble::<F, R, P, O, 5>(fold, bars, &sources::<F, R, P, O, 5>(stretch, parts, window), out),
        }
    }

    /// Puts NaN where a window holds one.
    fn blank(&mut self, block: [&[f64]; R], out: &mut [&mut [f64]; O]) {
        for at in 0..block[0].len() {
            if block[..F::FOLDED].iter().any(|block| block[at].is_nan()) {
                self.missing = self.window.bars;
            }
            if self.missing > 0 {
                self.missing -= 1;
                out.iter_mut().for_each(|out| out[at] = f64::NAN);
            }
        }
    }
}

impl<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize> State for Windows<F, R, P, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let block: [&[f64]; R] = from_fn(|r| inputs[r]);
        let mut outputs = outputs.iter_mut();
        let mut out = from_fn(|_| &mut **outputs.next().expect("a state is fed as many outputs as it has"));
        let (len, keep) = (block[0].len(), Self::keep(self.window.bars));
        // Where each bar is read but a few times, a long block is read where it is, but for its first bars, which are
        // copied to what is kept of those before.
        let few = keep.next_multiple_of(TILE);
        let copied = if (F::OVERLAPS || F::PLAIN) && len >= 2 * few { few } else { len };
        self.bars.iter_mut().zip(block).for_each(|(bars, x)| bars.block_mut(copied).copy_from_slice(&x[..copied]));
        let kept = self.bars.each_ref().map(|bars| bars.reaching(keep, 0));
        let stretches = [
            Stretch { inputs: kept, before: keep, bars: 0..copied },
            Stretch { inputs: block, before: copied, bars: copied..len },
        ];
        let stretches = &stretches[..if copied < len { 2 } else { 1 }];
        Self::grow(&mut self.parts, stretches, len);
        for stretch in stretches {
            Self::assemble(&self.fold, &self.window, &self.parts, stretch, &mut stretch.cut(&mut out));
        }
        if copied < len {
            self.bars.iter_mut().zip(block).for_each(|(bars, x)| bars.resume(x));
        }
        if F::BLIND && (self.missing > 0 || block[..F::FOLDED].iter().any(|block| any_nan(block))) {
            self.blank(block, &mut out);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.missing, &mut self.bars]);
        self.parts.iter_mut().for_each(|part| part.columns.visit(fields));
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

leveled! {
    fn any_nan(values: &[f64]) -> bool {
        values.iter().fold(false, |any, value| any | value.is_nan())
    }
}

/// Implements `Kernel` for folds over windows.
macro_rules! windowed {
    ($($kernel:ty: $outputs:literal),+ $(,)?) => {$(
        impl Kernel for $kernel {
            fn outputs(&self) -> usize {
                $outputs
            }

            fn lookback(&self) -> usize {
                self.window - 1
            }

            fn is_canonical(&self) -> bool {
                true
            }

            fn start(&self) -> Box<dyn State> {
                Box::new(Windows::new(self.clone(), self.window))
            }
        }
    )+};
}
pub(crate) use windowed;
