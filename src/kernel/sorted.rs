//! Windows of the newest values, kept in their order.

use super::{Field, Fields, State};

/// What is read off the values of a window in their order, smallest first.
pub(crate) trait Order<const O: usize>: Clone + Send + Sync + 'static {
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
}

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

impl<K: Order<O>, const O: usize> Sorted<K, O> {
    /// The state before the first bar.
    pub(crate) fn new(order: K) -> Self {
        let window = order.window();
        Self { order, ring: vec![f64::NAN; window], oldest: 0, sorted: Vec::with_capacity(window) }
    }

    /// Takes the newest value in the place of the oldest.
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

    fn exchange(&mut self, oldest: f64, newest: f64) {
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

impl<K: Order<O>, const O: usize> State for Sorted<K, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (at, input) in inputs[0].iter().enumerate() {
            for (output, value) in outputs.iter_mut().zip(self.step(*input)) {
                output[at] = value;
            }
        }
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        self.ring.as_mut_slice().pass(fields);
        fields.below(&mut self.oldest, self.ring.len());
        fields.pass(&mut [&mut self.sorted]);
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
                Box::new($crate::kernel::sorted::Sorted::<_, $outputs>::new(self.clone()))
            }
        }
    )+};
}
pub(crate) use sorted;
