//! Ratios of two rolling sums. A missing value of one is missing in the ratio, so that both are of the same bars.

use crate::kernel::parameters;
use crate::kernel::rolling::fold::doubling::{Doubled, doubled};
use crate::kernel::simd::vector8::Vector8;

/// The mean of the first input over the newest `window` bars, weighted by the second; NaN where the weights sum to 0.
#[derive(Debug, Clone)]
pub struct WeightedMean {
    /// The number of bars.
    pub window: usize,
}

parameters!(WeightedMean { window });

/// The sum of the money flow volume of high, low, close and volume over the newest `window` bars as a share of that of the
/// volume; 0 where there is none.
#[derive(Debug, Clone)]
pub struct MoneyFlowShare {
    /// The number of bars.
    pub window: usize,
}

parameters!(MoneyFlowShare { window });

/// The movements of the vortex of high, low and close over the newest `window` bars, from the low before to the high and from
/// the high before to the low, each as a share of the true range; 0 where that is 0.
#[derive(Debug, Clone)]
pub struct Vortex {
    /// The number of bars.
    pub window: usize,
}

parameters!(Vortex { window });

/// The buying pressure of high, low and close as a share of the true range over three windows, ascending, with weights
/// 4/7, 2/7 and 1/7, in percent; 0 where the true range is 0.
#[derive(Debug, Clone)]
pub struct UltimateOscillator {
    /// The numbers of bars.
    pub windows: [usize; 3],
}

parameters!(UltimateOscillator { windows });

/// The ratio; `flat` where the second part is 0.
#[inline(always)]
fn ratio<V: Vector8>([part, whole]: [V; 2], flat: f64) -> V {
    (part / whole).unless_zero(whole, V::splat(flat).if_number(part, part))
}

/// The true range of high, low and close, given the close before.
#[inline(always)]
fn true_range<V: Vector8>([high, low, _]: [V; 3], before: V) -> V {
    let range = (high - low).larger((high - before).magnitude()).larger((low - before).magnitude());
    // The larger of two numbers drops the first of them if it is NaN.
    range.if_number(high, high)
}

impl Doubled<2, 2, 1, 1> for WeightedMean {
    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, [x, weight]: [V; 2], _: [V; 2]) -> [V; 2] {
        let money = x * weight;
        [money, weight.if_number(money, money)]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, _: [V; 2], [parts]: [[V; 2]; 1]) -> [V; 1] {
        [ratio(parts, f64::NAN)]
    }
}

impl Doubled<4, 2, 1, 1> for MoneyFlowShare {
    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, [high, low, close, volume]: [V; 4], _: [V; 4]) -> [V; 2] {
        let range = high - low;
        let flow = ((close - low) - (high - close)) / range * volume;
        let flow = flow.unless_zero(range, V::splat(0.0));
        [flow.if_number(close + volume, close + volume), volume]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, _: [V; 4], [parts]: [[V; 2]; 1]) -> [V; 1] {
        [ratio(parts, 0.0)]
    }
}

impl Doubled<3, 3, 1, 2> for Vortex {
    const BEFORE: bool = true;

    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, now: [V; 3], before: [V; 3]) -> [V; 3] {
        [true_range(now, before[2]), (now[0] - before[1]).magnitude(), (now[1] - before[0]).magnitude()]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, _: [V; 3], [[range, up, down]]: [[V; 3]; 1]) -> [V; 2] {
        [ratio([up, range], 0.0), ratio([down, range], 0.0)]
    }
}

impl Doubled<3, 2, 3, 1> for UltimateOscillator {
    const BEFORE: bool = true;

    fn windows(&self) -> [usize; 3] {
        self.windows
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, now: [V; 3], before: [V; 3]) -> [V; 2] {
        let [_, low, close] = now;
        [close - low.smaller(before[2]), true_range(now, before[2])]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, _: [V; 3], [one, two, three]: [[V; 2]; 3]) -> [V; 1] {
        let pair = ratio(one, 0.0) * (400.0 / 7.0) + ratio(two, 0.0) * (200.0 / 7.0);
        [pair + ratio(three, 0.0) * (100.0 / 7.0)]
    }
}

doubled!(
    WeightedMean => 1, |kernel| kernel.window - 1;
    MoneyFlowShare => 1, |kernel| kernel.window - 1;
    Vortex => 2, |kernel| kernel.window;
    UltimateOscillator => 1, |kernel| kernel.windows[2]
);
