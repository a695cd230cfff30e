//! `Sorted`, the driver for functions of the sorted values of a window: a ring buffer of the values in time order, and
//! the same values sorted.
//!
//! Short windows are rewritten, eight values at a time; in longer ones a branch-free binary search finds the position
//! and one `memmove` shifts the values between the old and the new one.
//!
//! Rewriting is insertion sort without a position. If the newest value is not below the oldest, what is above the oldest
//! moves down by one place until the newest: `min(next, max(value, newest))` is the next value, or the newest, or the value
//! itself beyond it. Else it is the mirror image. Both directions at once would need no branch, but twice the work; the
//! values one place further come from registers, as a load across two stores would wait for both.

use crate::kernel::simd::canonical_nan::canonical;
use crate::kernel::simd::vector8::{Vector8, vectored};
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
    /// The values of the window that are not NaN, smallest first, then infinity up to whole chunks.
    sorted: Vec<f64>,
    /// The number of values that are not NaN.
    count: usize,
}

/// The number of values that are rewritten at a time.
const CHUNK: usize = 8;

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
        let sorted = vec![f64::INFINITY; window.next_multiple_of(CHUNK)];
        Self { function, ring: vec![f64::NAN; window], oldest: 0, sorted, count: 0 }
    }

    /// Replaces the oldest value by the newest.
    #[inline(always)]
    fn step<V: Vector8>(&mut self, newest: f64) -> [f64; O] {
        // Normalise -0.0: equal values must be interchangeable.
        let newest = newest + 0.0;
        let oldest = std::mem::replace(&mut self.ring[self.oldest], newest);
        self.oldest = if self.oldest + 1 == self.ring.len() { 0 } else { self.oldest + 1 };
        match (oldest.is_nan(), newest.is_nan()) {
            (false, false) if self.ring.len() <= REWRITE_MAX => rewrite::<V>(&mut self.sorted, oldest, newest),
            (false, false) => self.exchange(oldest, newest),
            (false, true) => self.remove(oldest),
            (true, false) => self.insert(newest),
            (true, true) => {}
        }
        if self.count < self.ring.len() { [f64::NAN; O] } else { self.function.values(&self.sorted[..self.count]) }
    }

    /// Replaces the oldest value.
    fn exchange(&mut self, oldest: f64, newest: f64) {
        let sorted = &mut self.sorted[..self.count];
        let (from, to) = (position(sorted, oldest), position(sorted, newest));
        if to > from {
            sorted.copy_within(from + 1..to, from);
            sorted[to - 1] = newest;
        } else {
            sorted.copy_within(to..from, to + 1);
            sorted[to] = newest;
        }
    }

    fn remove(&mut self, oldest: f64) {
        let at = position(&self.sorted[..self.count], oldest);
        self.sorted.copy_within(at + 1..self.count, at);
        self.count -= 1;
        self.sorted[self.count] = f64::INFINITY;
    }

    fn insert(&mut self, newest: f64) {
        let at = position(&self.sorted[..self.count], newest);
        self.sorted.copy_within(at..self.count, at + 1);
        self.sorted[at] = newest;
        self.count += 1;
    }
}

/// Replaces `oldest` by `newest` among sorted values, which infinity fills up to whole chunks.
#[inline(always)]
fn rewrite<V: Vector8>(sorted: &mut [f64], oldest: f64, newest: f64) {
    let chunks = sorted.as_chunks_mut::<CHUNK>().0;
    let (from, to) = (V::splat(oldest), V::splat(newest));
    if newest >= oldest {
        let mut after = V::splat(f64::INFINITY);
        for chunk in chunks.iter_mut().rev() {
            let now = V::load(chunk);
            let moved = now.one_after(after).smaller(now.larger(to));
            V::if_greater(from, now, now, moved).store(chunk);
            after = now;
        }
    } else {
        let mut before = V::splat(f64::NEG_INFINITY);
        for chunk in chunks {
            let now = V::load(chunk);
            let moved = now.one_before(before).larger(now.smaller(to));
            V::if_greater(now, from, now, moved).store(chunk);
            before = now;
        }
    }
}

vectored! {
    fn slide<const O: usize; K: SortedFunction<O>>(sorted: &mut Sorted<K, O>, input: &[f64], outputs: &mut [&mut [f64]]) {
        for (at, input) in input.iter().enumerate() {
            let values = sorted.step::<V>(*input);
            for o in 0..O {
                outputs[o][at] = canonical(values[o]);
            }
        }
    }
}

impl<K: SortedFunction<O>, const O: usize> State for Sorted<K, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        slide::<K, O>(self, inputs[0], outputs);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.ring.as_mut_slice().visit(fields);
        fields.below(&mut self.oldest, self.ring.len());
        // Not written, as it follows from the ring: the two cannot disagree.
        let values = self.ring.iter().filter(|value| !value.is_nan());
        self.count = values.clone().count();
        self.sorted.fill(f64::INFINITY);
        self.sorted.iter_mut().zip(values).for_each(|(place, value)| *place = *value);
        self.sorted.sort_unstable_by(f64::total_cmp);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
