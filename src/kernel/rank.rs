//! Where values stand in the order of their window.

use super::history::History;
use super::lanes::{array, lanes};
use super::level::leveled;
use super::{Field, Fields, Kernel, State};

/// The mean of the values of rank `from` and `to`, counted from the smallest of the newest `window` values, which has
/// rank 0.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// The number of bars.
    pub window: usize,
    /// The first rank.
    pub from: usize,
    /// The second rank, the same or the next.
    pub to: usize,
}

/// How many of the `bars` values before the newest are smaller.
#[derive(Debug, Clone)]
pub struct SmallerBefore {
    /// The number of bars.
    pub bars: usize,
}

impl Kernel for Ranked {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Sorted {
            ranked: self.clone(),
            ring: vec![f64::NAN; self.window],
            oldest: 0,
            sorted: Vec::with_capacity(self.window),
            next: Vec::new(),
        })
    }
}

#[derive(Clone)]
struct Sorted {
    ranked: Ranked,
    /// The values of the window, one after the other.
    ring: Vec<f64>,
    /// Where in the ring the oldest is.
    oldest: usize,
    /// Those of the window that exist, smallest first.
    sorted: Vec<f64>,
    /// Room for those of the next bar.
    next: Vec<f64>,
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

impl Sorted {
    /// Takes the newest value in the place of the oldest.
    #[inline(always)]
    fn step(&mut self, newest: f64) -> f64 {
        let oldest = std::mem::replace(&mut self.ring[self.oldest], newest);
        self.oldest = if self.oldest + 1 == self.ring.len() { 0 } else { self.oldest + 1 };
        match (oldest.is_nan(), newest.is_nan()) {
            (false, false) => self.exchange(oldest, newest),
            (false, true) => drop(self.sorted.remove(place(&self.sorted, oldest))),
            (true, false) => self.sorted.insert(place(&self.sorted, newest), newest),
            (true, true) => {}
        }
        if self.sorted.len() < self.ranked.window {
            return f64::NAN;
        }
        let (from, to) = (self.sorted[self.ranked.from], self.sorted[self.ranked.to]);
        if self.ranked.from == self.ranked.to { from } else { (from + to) / 2.0 }
    }

    /// Rewriting all values takes no decision, which is faster than moving some as long as they are few.
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

/// As many values as are rewritten rather than moved.
const FEW: usize = 128;

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
    fn slide(sorted: &mut Sorted, input: &[f64], output: &mut [f64]) {
        for (input, output) in input.iter().zip(output) {
            *output = sorted.step(*input);
        }
    }
}

impl State for Sorted {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        slide(self, inputs[0], outputs[0]);
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        self.ring.as_mut_slice().pass(fields);
        fields.below(&mut self.oldest, self.ranked.window);
        fields.pass(&mut [&mut self.sorted]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

impl Kernel for SmallerBefore {
    fn lookback(&self) -> usize {
        self.bars
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Comparing { bars: self.bars, history: History::new(self.bars) })
    }
}

#[derive(Clone)]
struct Comparing {
    bars: usize,
    history: History,
}

#[inline(always)]
fn smaller_at<const L: usize>(bars: usize, history: &History, output: &mut [f64], at: usize) {
    let [newest]: [[f64; L]; 1] = lanes(&[history.lagged(0)], at);
    let mut counts = [0.0; L];
    let mut missing: [f64; L] = array(0.0, |l| 0.0 * newest[l]);
    for lag in 1..=bars {
        let [value]: [[f64; L]; 1] = lanes(&[history.lagged(lag)], at);
        counts = array(0.0, |l| counts[l] + if value[l] < newest[l] { 1.0 } else { 0.0 });
        missing = array(0.0, |l| if value[l].is_nan() { f64::NAN } else { missing[l] });
    }
    let values: [f64; L] = array(0.0, |l| counts[l] + missing[l]);
    output[at..at + L].copy_from_slice(&values);
}

leveled! {
    fn smaller(bars: usize, history: &History, output: &mut [f64]) {
        let whole = output.len() / 32 * 32;
        for at in (0..whole).step_by(32) {
            smaller_at::<32>(bars, history, output, at);
        }
        for at in whole..output.len() {
            smaller_at::<1>(bars, history, output, at);
        }
    }
}

impl State for Comparing {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.history.block_mut(inputs[0].len()).copy_from_slice(inputs[0]);
        smaller(self.bars, &self.history, outputs[0]);
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.history]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
