//! `sorted!`, the driver for functions of the sorted values of a window: a ring of the values in order of time, and the same
//! values sorted.
//!
//! Short windows are rewritten whole by comparisons without a branch; in longer ones a branch-free binary search finds
//! the place and one `memmove` shifts the values between the old and the new one.

use crate::kernel::simd::dispatch::leveled;
use crate::kernel::{Field, Fields, State};

/// What is read off the values of a window in their order, smallest first.
pub(crate) trait SortedFunction<const O: usize>: Clone + Send + Sync + 'static {
    /// The number of bars.
    fn window(&self) -> usize;

    /// What is read off.
    fn values(&self, sorted: &[f64]) -> [f64; O];
}

/// The state of what is read off windows in their order. A bar takes one search in the window and one move of a part of
/// it; a window that holds a NaN has no value.
#[derive(Clone)]
pub(crate) struct Sorted<K, const O: usize> {
    order: K,
    /// The values of the window, one after the other.
    ring: Vec<f64>,
    /// Where in the ring the oldest is.
    oldest: usize,
    /// Those of the window that exist, smallest first.
    sorted: Vec<f64>,
    /// Room for those of the next bar.
    next: Vec<f64>,
}

/// As many values as are rewritten rather than moved.
const FEW: usize = 128;

/// The number of values below `x` in sorted ones, found without a branch on them.
#[inline(always)]
fn place(sorted: &[f64], x: f64) -> usize {
    let (mut base, mut len) = (0, sorted.len());
    while len > 1 {
        let half = len / 2;
        base += if sorted[base + half - 1] < x { half } else { 0 };
        len -= half;
    }
    base + usize::from(len == 1 && sorted[base] < x)
}

impl<K: SortedFunction<O>, const O: usize> Sorted<K, O> {
    /// The state before the first bar.
    pub(crate) fn new(order: K) -> Self {
        let window = order.window();
        Self { order, ring: vec![f64::NAN; window], oldest: 0, sorted: Vec::with_capacity(window), next: vec![] }
    }

    /// Takes the newest value in the place of the oldest.
    #[inline(always)]
    fn step(&mut self, newest: f64) -> [f64; O] {
        // Zero has one sign here: equal values are in no order of their own.
        let newest = newest + 0.0;
        let oldest = std::mem::replace(&mut self.ring[self.oldest], newest);
        self.oldest = if self.oldest + 1 == self.ring.len() { 0 } else { self.oldest + 1 };
        match (oldest.is_nan(), newest.is_nan()) {
            (false, false) => self.exchange(oldest, newest),
            (false, true) => drop(self.sorted.remove(place(&self.sorted, oldest))),
            (true, false) => self.sorted.insert(place(&self.sorted, newest), newest),
            (true, true) => {}
        }
        if self.sorted.len() < self.ring.len() { [f64::NAN; O] } else { self.order.values(&self.sorted) }
    }

    /// Replaces the oldest value. Rewriting every value has no branch to mispredict, which wins while they are few.
    #[inline(always)]
    fn exchange(&mut self, oldest: f64, newest: f64) {
        if self.sorted.len() <= FEW {
            self.next.resize(self.sorted.len(), 0.0);
            rewrite(&self.sorted, oldest, newest, &mut self.next);
            return std::mem::swap(&mut self.sorted, &mut self.next);
        }
        let (from, to) = (place(&self.sorted, oldest), place(&self.sorted, newest));
        if to > from {
            self.sorted.copy_within(from + 1..to, from);
            self.sorted[to - 1] = newest;
        } else {
            self.sorted.copy_within(to..from, to + 1);
            self.sorted[to] = newest;
        }
    }
}

/// Writes sorted values, one of which is `oldest`, with `newest` in its stead.
#[inline(always)]
fn rewrite(sorted: &[f64], oldest: f64, newest: f64, next: &mut [f64]) {
    // What remains at a place without the oldest.
    let remains = |here: f64, after: f64| if here < oldest { here } else { after };
    let place = |before: f64, here: f64| {
        let larger = if before > newest { before } else { newest };
        if here < larger { here } else { larger }
    };
    let len = sorted.len();
    let after = |at: usize| if at + 1 < len { sorted[at + 1] } else { f64::INFINITY };
    next[0] = place(f64::NEG_INFINITY, remains(sorted[0], after(0)));
    let middle = sorted.windows(3).zip(&mut next[1..]);
    for (three, next) in middle {
        *next = place(remains(three[0], three[1]), remains(three[1], three[2]));
    }
    if len > 1 {
        next[len - 1] = place(remains(sorted[len - 2], sorted[len - 1]), remains(sorted[len - 1], f64::INFINITY));
    }
}

leveled! {
    fn slide<K: SortedFunction<O>; const O: usize>(sorted: &mut Sorted<K, O>, input: &[f64], outputs: &mut [&mut [f64]]) {
        for (at, input) in input.iter().enumerate() {
            let values = sorted.step(*input);
            for o in 0..O {
                outputs[o][at] = values[o];
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

/// Implements `Kernel` for what is read off windows in their order, by the number of outputs.
macro_rules! sorted {
    ($($kernel:ty: $outputs:literal),+ $(,)?) => {$(
        impl $crate::kernel::Kernel for $kernel {
            fn outputs(&self) -> usize {
                $outputs
            }

            fn lookback(&self) -> usize {
                self.window - 1
            }

            fn start(&self) -> Box<dyn $crate::kernel::State> {
                Box::new($crate::kernel::rolling::order::sorted_window::Sorted::<_, $outputs>::new(self.clone()))
            }
        }
    )+};
}
pub(crate) use sorted;
