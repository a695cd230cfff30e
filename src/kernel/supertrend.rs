//! Supertrend: a band that follows prices on one side until the close breaks through it.

use super::{Field, Fields, Kernel, Memory, State};

/// The trailing band and the side it is on, of high, low, close and average true range: its price, and 1 while it is
/// below prices or -1 while it is above.
#[derive(Debug, Clone)]
pub struct Supertrend {
    /// How many average true ranges the band is from the middle of the bar.
    pub multiplier: f64,
}

impl Kernel for Supertrend {
    fn outputs(&self) -> usize {
        2
    }

    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Whole
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

impl Band {
    /// The bands at the next bar. Each moves towards the price only, until a close beyond it sets it free.
    fn next(self, upper: f64, lower: f64, close: f64) -> Self {
        let upper = if upper < self.upper || self.close > self.upper { upper } else { self.upper };
        let lower = if lower > self.lower || self.close < self.lower { lower } else { self.lower };
        let rising = if self.rising { close >= lower } else { close > upper };
        Self { upper, lower, rising, close }
    }
}

impl Field for Band {
    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.upper, &mut self.lower, &mut self.rising, &mut self.close]);
    }
}

impl State for Bands {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for at in 0..inputs[0].len() {
            let [high, low, close, range] = [0, 1, 2, 3].map(|input: usize| inputs[input][at]);
            let exists = [high, low, close, range].iter().all(|value| value.is_finite());
            let (mut line, mut direction) = (f64::NAN, f64::NAN);
            if exists {
                let middle = (high + low) / 2.0;
                let (upper, lower) = (middle + self.multiplier * range, middle - self.multiplier * range);
                let first = Band { upper, lower, rising: true, close };
                let band = self.last.map_or(first, |last| last.next(upper, lower, close));
                (line, direction) = if band.rising { (band.lower, 1.0) } else { (band.upper, -1.0) };
                self.last = Some(band);
            }
            outputs[0][at] = line;
            outputs[1][at] = direction;
        }
    }

    fn walk(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.last]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
