//! Supertrend (Seban): a trailing band that ratchets towards prices until a close breaks through it.
//!
//! Bar by bar, as the band depends on comparisons with its own past; the basic bands are vectorised first.

use std::array::from_fn;

use crate::kernel::simd::dispatch::leveled;
use crate::kernel::{Field, Fields, Kernel, Memory, State, parameters};

/// Supertrend of high, low, close and average true range: the price of the trailing band, and 1 while it is below prices
/// or -1 while it is above.
#[derive(Debug, Clone)]
pub struct Supertrend {
    /// The distance of the band from the midpoint of the bar, in average true ranges.
    pub multiplier: f64,
}

parameters!(Supertrend { multiplier });

impl Kernel for Supertrend {
    fn outputs(&self) -> usize {
        2
    }

    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(SupertrendState { multiplier: self.multiplier, last: None })
    }
}

#[derive(Clone)]
struct SupertrendState {
    multiplier: f64,
    last: Option<Band>,
}

/// The bands after a bar.
#[derive(Clone, Copy, Default)]
struct Band {
    upper: f64,
    lower: f64,
    rising: bool,
    close: f64,
}

/// A reset band. Cold: the branch is predictable, and a select would lengthen the dependency chain.
#[cold]
fn reset(band: f64) -> f64 {
    band
}

/// The smaller of two numbers that are not NaN.
#[inline(always)]
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The larger of two numbers that are not NaN.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

impl Band {
    /// The bands at the next bar. Each moves only towards the price, until a close beyond it resets it.
    #[inline(always)]
    fn next(self, upper: f64, lower: f64, close: f64) -> Self {
        let (below, above) = (smaller(upper, self.upper), larger(lower, self.lower));
        let upper = if self.close > self.upper { reset(upper) } else { below };
        let lower = if self.close < self.lower { reset(lower) } else { above };
        let rising = if self.rising { close >= lower } else { close > upper };
        Self { upper, lower, rising, close }
    }

    /// The active band and its side.
    #[inline(always)]
    fn active(self) -> [f64; 2] {
        if self.rising { [self.lower, 1.0] } else { [self.upper, -1.0] }
    }
}

impl Field for Band {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.upper, &mut self.lower, &mut self.rising, &mut self.close]);
    }
}

impl State for SupertrendState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let [line, direction] = outputs else { unreachable!("a state is fed as many outputs as it has") };
        let close = inputs[2];
        // The basic bands, upper and lower.
        let all_exist = basic_bands(self.multiplier, from_fn(|input| inputs[input]), [&mut **line, &mut **direction]);
        match self.last {
            Some(last) if all_exist => self.last = Some(follow(last, close, line, direction)),
            _ => self.feed_with_gaps(close, line, direction),
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.last]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[inline(always)]
fn exists(upper: f64, lower: f64, close: f64) -> bool {
    upper.is_finite() & lower.is_finite() & close.is_finite()
}

impl SupertrendState {
    fn feed_with_gaps(&mut self, close: &[f64], upper: &mut [f64], lower: &mut [f64]) {
        for at in 0..close.len() {
            if !exists(upper[at], lower[at], close[at]) {
                (upper[at], lower[at]) = (f64::NAN, f64::NAN);
                continue;
            }
            let first = Band { upper: upper[at], lower: lower[at], rising: true, close: close[at] };
            let band = self.last.map_or(first, |last| last.next(upper[at], lower[at], close[at]));
            [upper[at], lower[at]] = band.active();
            self.last = Some(band);
        }
    }
}

/// Replaces the basic bands of each bar by the active band and its side.
fn follow(mut band: Band, close: &[f64], upper: &mut [f64], lower: &mut [f64]) -> Band {
    for ((&close, upper), lower) in close.iter().zip(upper).zip(lower) {
        band = band.next(*upper, *lower, close);
        [*upper, *lower] = band.active();
    }
    band
}

leveled! {
    /// The basic bands of each bar; returns whether none is missing.
    fn basic_bands(multiplier: f64, inputs: [&[f64]; 4], outputs: [&mut [f64]; 2]) -> bool {
        let [high, low, close, range] = inputs;
        let [upper, lower] = outputs;
        let inputs = high.iter().zip(low).zip(close.iter().zip(range));
        // Integers reduce faster than comparisons: the sign is set where an exponent is that of infinity or NaN.
        const EXPONENT: u64 = 0x7ff << 52;
        const CARRY: u64 = 1 << 52;
        let mut any = 0;
        for (((high, low), (close, range)), (upper, lower)) in inputs.zip(upper.iter_mut().zip(lower)) {
            let (middle, distance) = ((high + low) / 2.0, multiplier * range);
            (*upper, *lower) = (middle + distance, middle - distance);
            any |= ((upper.to_bits() & EXPONENT) + CARRY) | ((lower.to_bits() & EXPONENT) + CARRY);
            any |= (close.to_bits() & EXPONENT) + CARRY;
        }
        any >> 63 == 0
    }
}
