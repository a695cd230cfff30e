//! `Sorted`, the driver for functions of the sorted values of a window: a ring buffer of the values in time order, and
//! the same values sorted.
//!
//! Short windows are rewritten by branch-free comparisons; in longer ones a branch-free binary search finds the position
//! and one `memmove` shifts the values between the old and the new one.

use crate::kernel::simd::canonical_nan::canonical;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::{Field, Fields, State};

/// A function of the sorted values of a window, smallest first.
pub(crate) trait SortedFunction<const O: usize>: Clone + Send + Sync + 'static {
    /// The values of a window.
    fn values(&mut self, sorted: &[f64]) -> [f64; O];
}

/// The state of a function of sorted windows. A window that contains a NaN has no value.
#[derive(Clone)]
pub(crate) struct Sorted<K, const O: usize> {
    function: K,
    /// The values of the window, a ring buffer.
    ring: Vec<f64>,
    /// The index of the oldest value.
    oldest: usize,
    /// The values of the window that are not NaN, smallest first.
    sorted: Vec<f64>,
    /// Scratch for the sorted values of the next bar.
    next: Vec<f64>,
}

/// Windows of up to this many values are rewritten rather than moved.
const REWRITE_MAX: usize = 128;

/// The number of sorted values below `x`, by branch-free binary search.
#[inline(always)]
fn position(sorted: &[f64], x: f64) -> usize {
    let (mut base, mut len) = (0, sorted.len());
    while len > 1 {
        let half = len / 2;
        base += if sorted[base + half - 1] < x { half } else { 0 };
        len -= half;
    }
    base + usize::from(len == 1 && sorted[base] < x)
}

impl<K: SortedFunction<O>, const O: usize> Sorted<K, O> {
    /// The function over windows of `window` bars, 1 or more.
    pub(crate) fn new(function: K, window: usize) -> Self {
        Self { function, ring: vec![f64::NAN; window], oldest: 0, sorted: Vec::with_capacity(window), next: vec![] }
    }

    /// Replaces the oldest value by the newest.
    #[inline(always)]
    fn step(&mut self, newest: f64) -> [f64; O] {
        // Normalise -0.0: equal values must be interchangeable.
        let newest = newest + 0.0;
        let oldest = std::mem::replace(&mut self.ring[self.oldest], newest);
        self.oldest = if self.oldest + 1 == self.ring.len() { 0 } else { self.oldest + 1 };
        match (oldest.is_nan(), newest.is_nan()) {
            (false, false) => self.exchange(oldest, newest),
            (false, true) => drop(self.sorted.remove(position(&self.sorted, oldest))),
            (true, false) => self.sorted.insert(position(&self.sorted, newest), newest),
            (true, true) => {}
        }
        if self.sorted.len() < self.ring.len() { [f64::NAN; O] } else { self.function.values(&self.sorted) }
    }

    /// Replaces the oldest value. Rewriting all values has no branch to mispredict, which wins for short windows.
    #[inline(always)]
    fn exchange(&mut self, oldest: f64, newest: f64) {
        if self.sorted.len() <= REWRITE_MAX {
            self.next.resize(self.sorted.len(), 0.0);
            rewrite(&self.sorted, oldest, newest, &mut self.next);
            return std::mem::swap(&mut self.sorted, &mut self.next);
        }
        let (from, to) = (position(&self.sorted, oldest), position(&self.sorted, newest));
        if to > from {
            self.sorted.copy_within(from + 1..to, from);
            self.sorted[to - 1] = newest;
        } else {
            self.sorted.copy_within(to..from, to + 1);
            self.sorted[to] = newest;
        }
    }
}

/// Writes the sorted values with `oldest` replaced by `newest`.
#[inline(always)]
fn rewrite(sorted: &[f64], oldest: f64, newest: f64, next: &mut [f64]) {
    // The value at a position after the removal of the oldest.
    let remains = |value: f64, after: f64| if value < oldest { value } else { after };
    let position = |before: f64, value: f64| {
        let larger = if before > newest { before } else { newest };
        if value < larger { value } else { larger }
    };
    let len = sorted.len();
    let after = |at: usize| if at + 1 < len { sorted[at + 1] } else { f64::INFINITY };
    next[0] = position(f64::NEG_INFINITY, remains(sorted[0], after(0)));
    let middle = sorted.windows(3).zip(&mut next[1..]);
    for (three, next) in middle {
        *next = position(remains(three[0], three[1]), remains(three[1], three[2]));
    }
    if len > 1 {
        next[len - 1] = position(remains(sorted[len - 2], sorted[len - 1]), remains(sorted[len - 1], f64::INFINITY));
    }
}

leveled! {
    fn slide<K: SortedFunction<O>; const O: usize>(sorted: &mut Sorted<K, O>, input: &[f64], outputs: &mut [&mut [f64]]) {
        for (at, input) in input.iter().enumerate() {
            let values = sorted.step(*input);
            for o in 0..O {
                outputs[o][at] = canonical(values[o]);
            }
        }
    }
}

impl<K: SortedFunction<O>, const O: usize> State for Sorted<K, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        slide(self, inputs[0], outputs);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.ring.as_mut_slice().visit(fields);
        fields.below(&mut self.oldest, self.ring.len());
        // Not written, as it follows from the ring: the two cannot disagree.
        self.sorted.clear();
        self.sorted.extend(self.ring.iter().filter(|value| !value.is_nan()));
        self.sorted.sort_unstable_by(f64::total_cmp);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
