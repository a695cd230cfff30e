//! Supertrend (Seban): a trailing band that ratchets towards prices until a close breaks through it.
//!
//! Bar by bar, as the band depends on comparisons with its own past; the bands without history are vectorised first.

use std::array::from_fn;

use crate::kernel::simd::dispatch::leveled;
use crate::kernel::{Field, Fields, Kernel, Memory, State, parameters};

/// The trailing band and the side it is on, of high, low, close and average true range: its price, and 1 while it is
/// below prices or -1 while it is above.
#[derive(Debug, Clone)]
pub struct Supertrend {
    /// How many average true ranges the band is from the middle of the bar.
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
        Box::new(Bands { multiplier: self.multiplier, last: None })
    }
}

#[derive(Clone)]
struct Bands {
    multiplier: f64,
    last: Option<Band>,
}

/// Where the bands are after a bar.
#[derive(Clone, Copy, Default)]
struct Band {
    upper: f64,
    lower: f64,
    rising: bool,
    close: f64,
}

/// A band that is reset, which is rare: predictable branch; a select would lengthen the dependency chain.
#[cold]
fn free(band: f64) -> f64 {
    band
}

/// The smaller of two that exist.
#[inline(always)]
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The larger of two that exist.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

impl Band {
    /// The bands at the next bar. Each moves towards the price only, until a close beyond it sets it free.
    #[inline(always)]
    fn next(self, upper: f64, lower: f64, close: f64) -> Self {
        let (below, above) = (smaller(upper, self.upper), larger(lower, self.lower));
        let upper = if self.close > self.upper { free(upper) } else { below };
        let lower = if self.close < self.lower { free(lower) } else { above };
        let rising = if self.rising { close >= lower } else { close > upper };
        Self { upper, lower, rising, close }
    }

    /// The band that is followed, and its side.
    #[inline(always)]
    fn followed(self) -> [f64; 2] {
        if self.rising { [self.lower, 1.0] } else { [self.upper, -1.0] }
    }
}

impl Field for Band {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.upper, &mut self.lower, &mut self.rising, &mut self.close]);
    }
}

impl State for Bands {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let [line, direction] = outputs else { unreachable!("a state is fed as many outputs as it has") };
        let close = inputs[2];
        // The bands as if each bar were the first, upper and lower.
        let all_exist = bands(self.multiplier, from_fn(|input| inputs[input]), [&mut **line, &mut **direction]);
        match self.last {
            Some(last) if all_exist => self.last = Some(follow(last, close, line, direction)),
            _ => self.pass_over_gaps(close, line, direction),
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

impl Bands {
    fn pass_over_gaps(&mut self, close: &[f64], upper: &mut [f64], lower: &mut [f64]) {
        for at in 0..close.len() {
            if !exists(upper[at], lower[at], close[at]) {
                (upper[at], lower[at]) = (f64::NAN, f64::NAN);
                continue;
            }
            let first = Band { upper: upper[at], lower: lower[at], rising: true, close: close[at] };
            let band = self.last.map_or(first, |last| last.next(upper[at], lower[at], close[at]));
            [upper[at], lower[at]] = band.followed();
            self.last = Some(band);
        }
    }
}

/// Puts the band and its side in the place of the upper and lower bands of each bar.
fn follow(mut band: Band, close: &[f64], upper: &mut [f64], lower: &mut [f64]) -> Band {
    for ((&close, upper), lower) in close.iter().zip(upper).zip(lower) {
        band = band.next(*upper, *lower, close);
        [*upper, *lower] = band.followed();
    }
    band
}

leveled! {
    /// The upper and lower band of each bar alone; tells whether every bar has them.
    fn bands(multiplier: f64, inputs: [&[f64]; 4], outputs: [&mut [f64]; 2]) -> bool {
        let [high, low, close, range] = inputs;
        let [upper, lower] = outputs;
        let inputs = high.iter().zip(low).zip(close.iter().zip(range));
        let mut all_exist = true;
        for (((high, low), (close, range)), (upper, lower)) in inputs.zip(upper.iter_mut().zip(lower)) {
            let (middle, distance) = ((high + low) / 2.0, multiplier * range);
            (*upper, *lower) = (middle + distance, middle - distance);
            all_exist &= exists(*upper, *lower, *close);
        }
        all_exist
    }
}
