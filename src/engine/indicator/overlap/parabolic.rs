//! Wilder's parabolic stop, with a selectable start and acceleration per side.

use std::hint::select_unpredictable;

use crate::kernel::{Field, Fields, Sequential, parameters, sequential};

/// The stop from high and low: its price in a rising trend, the negated price in a falling one.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) struct Parabolic {
    /// The initial stop, negative for a falling trend; 0 derives it from the first two bars.
    pub(in crate::indicator) start: f64,
    /// The fraction by which a stop is moved away on a reversal.
    pub(in crate::indicator) offset: f64,
    /// The acceleration of a rising trend.
    pub(in crate::indicator) rising: Pace,
    /// The acceleration of a falling trend.
    pub(in crate::indicator) falling: Pace,
}

parameters!(Parabolic { start, offset, rising, falling });

/// The acceleration factor: the fraction of its distance to the extreme price that a stop moves.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) struct Pace {
    /// The initial factor.
    pub(in crate::indicator) first: f64,
    /// The increment at each new extreme price.
    pub(in crate::indicator) step: f64,
    /// The largest factor.
    pub(in crate::indicator) max: f64,
}

parameters!(Pace { first, step, max });

/// A bar oriented so that the current trend rises: in a falling trend both signs are changed.
#[derive(Clone, Copy)]
struct Bar {
    /// The end in the direction of the trend.
    ahead: f64,
    /// The end facing the stop.
    back: f64,
}

#[derive(Clone)]
struct ParabolicState {
    kernel: Parabolic,
    /// The number of bars so far, up to 2.
    bars: usize,
    /// High and low of the previous bar.
    before: [f64; 2],
    rising: bool,
    trend: Trend,
}

/// The current trend, with prices oriented as in `Bar`.
#[derive(Clone, Copy, Default)]
struct Trend {
    stop: f64,
    extreme: f64,
    pace: f64,
}

#[inline(always)]
fn seen([high, low]: [f64; 2], rising: bool) -> Bar {
    if rising { Bar { ahead: high, back: low } } else { Bar { ahead: -low, back: -high } }
}

#[inline(always)]
fn lower(a: f64, b: f64) -> f64 {
    if a > b { b } else { a }
}

impl Trend {
    /// The stop of the next bar: nearer to the extreme price, but outside both bars.
    #[inline(always)]
    fn moved(self, before: Bar, now: Bar) -> f64 {
        lower(self.stop + self.pace * (self.extreme - self.stop), lower(before.back, now.back))
    }

    /// The trend after a bar that did not reach the stop.
    #[inline(always)]
    fn going_on(mut self, pace: Pace, before: Bar, now: Bar) -> Self {
        // Branch-free: which bar makes the new extreme is unpredictable.
        let step = select_unpredictable(now.ahead > self.extreme, lower(pace.step, pace.max), 0.0);
        self.pace = lower(self.pace + step, pace.max);
        self.extreme = if now.ahead > self.extreme { now.ahead } else { self.extreme };
        self.stop = self.moved(before, now);
        self
    }
}

// By value, not by reference, so that it can stay in registers.
impl Parabolic {
    #[inline(always)]
    fn pace(self, rising: bool) -> Pace {
        if rising { self.rising } else { self.falling }
    }

    /// The trend before the second bar.
    #[cold]
    fn first(self, before: [f64; 2], now: [f64; 2]) -> (bool, Trend) {
        let (up, down) = (now[0] - before[0], before[1] - now[1]);
        let start = self.start;
        let rising = if start == 0.0 { !(down > 0.0 && down > up) } else { start > 0.0 };
        let stop = if start == 0.0 { seen(before, rising).back } else { start };
        let pace = self.pace(rising);
        (rising, Trend { stop, extreme: seen(now, rising).ahead, pace: lower(pace.first, pace.max) })
    }

    /// The stop at a bar, and the direction and the trend after it; `rising` is the direction before it.
    #[inline(always)]
    fn next(self, rising: bool, trend: Trend, before: [f64; 2], now: [f64; 2]) -> (f64, bool, Trend) {
        let bar = seen(now, rising);
        if bar.back <= trend.stop {
            let (stop, trend) = self.turned(!rising, trend, before, now);
            return (stop, !rising, trend);
        }
        (trend.stop, rising, trend.going_on(self.pace(rising), seen(before, rising), bar))
    }

    /// The stop at a bar that reached it, and the reversed trend that starts there, `rising` or not.
    #[inline(always)]
    fn turned(self, rising: bool, trend: Trend, before: [f64; 2], now: [f64; 2]) -> (f64, Trend) {
        let (bar_before, bar) = (seen(before, rising), seen(now, rising));
        let stop = lower(lower(-trend.extreme, bar_before.back), bar.back);
        // Away from prices: down in a rising trend; up in a falling one, where `stop` is negated.
        let stop = stop - stop.abs() * self.offset;
        let pace = self.pace(rising);
        let next = Trend { stop, extreme: bar.ahead, pace: lower(pace.first, pace.max) };
        (stop, Trend { stop: next.moved(bar_before, bar), ..next })
    }
}

impl Field for Trend {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.stop, &mut self.extreme, &mut self.pace]);
    }
}

impl Sequential<2, 1> for ParabolicState {
    #[inline(always)]
    fn step(&mut self, now: [f64; 2]) -> [f64; 1] {
        let mut before = std::mem::replace(&mut self.before, now);
        if self.bars < 2 {
            self.bars += 1;
            if self.bars == 1 {
                return [f64::NAN];
            }
            (self.rising, self.trend) = self.kernel.first(before, now);
            // The second bar also serves as its own previous bar.
            before = now;
        }
        let (kernel, trend) = (self.kernel, self.trend);
        // Reversals are rare, so each direction has its own loop without a test for it.
        let (stop, rising, trend) =
            if self.rising { kernel.next(true, trend, before, now) } else { kernel.next(false, trend, before, now) };
        (self.rising, self.trend) = (rising, trend);
        [stop]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.below(&mut self.bars, 3);
        fields.visit(&mut [&mut self.before, &mut self.rising, &mut self.trend]);
    }
}

sequential!(Parabolic: 2 => 1, |_| 1, |kernel| ParabolicState {
    kernel: *kernel,
    bars: 0,
    before: [f64::NAN; 2],
    rising: true,
    trend: Trend::default(),
});
