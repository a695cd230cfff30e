//! A series against itself some bars before.

use super::element::each;
use super::history::History;
use super::{Fields, Kernel, State};

/// The input so many bars before.
#[derive(Debug, Clone)]
pub struct Lag {
    /// The number of bars.
    pub bars: usize,
}

/// The input minus the input so many bars before.
#[derive(Debug, Clone)]
pub struct Change {
    /// The number of bars.
    pub bars: usize,
}

/// The change from the input so many bars before as a fraction of it; none where that is zero.
#[derive(Debug, Clone)]
pub struct Rate {
    /// The number of bars.
    pub bars: usize,
}

/// A rule for each value and the one so many bars before.
#[derive(Clone)]
struct Lagged<F> {
    bars: usize,
    history: History,
    rule: F,
}

impl<F: Fn([f64; 2]) -> f64 + Clone + Send + Sync + 'static> Lagged<F> {
    fn boxed(bars: usize, rule: F) -> Box<dyn State> {
        Box::new(Self { bars, history: History::new(bars), rule })
    }
}

impl<F: Fn([f64; 2]) -> f64 + Clone + Send + Sync + 'static> State for Lagged<F> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.history.block_mut(inputs[0].len()).copy_from_slice(inputs[0]);
        each(&self.rule, [inputs[0], self.history.lagged(self.bars)], outputs[0]);
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.history]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// Implements `Kernel` for rules of a value and the one some bars before.
macro_rules! lagged {
    ($($kernel:ty: $rule:expr),+ $(,)?) => {$(
        impl Kernel for $kernel {
            fn lookback(&self) -> usize {
                self.bars
            }

            fn start(&self) -> Box<dyn State> {
                Lagged::boxed(self.bars, $rule)
            }
        }
    )+};
}

lagged!(
    Lag: |[_, before]| before,
    Change: |[now, before]| now - before,
    Rate: |[now, before]| if before == 0.0 { f64::NAN } else { (now - before) / before },
);
