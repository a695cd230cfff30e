//! Wilder's parabolic stop, with a start and paces of one's own.

use std::hint::select_unpredictable;

use crate::kernel::{Field, Fields, Sequential, parameters, sequential};

/// The stop of high and low: its price while prices are rising, the price below zero while they are falling.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) struct Parabolic {
    /// The first stop, below zero for a falling trend; 0 to find it from the first two bars.
    pub(in crate::indicator) start: f64,
    /// The share by which a stop is moved away when it turns.
    pub(in crate::indicator) offset: f64,
    /// The pace while prices are rising.
    pub(in crate::indicator) rising: Pace,
    /// The pace while prices are falling.
    pub(in crate::indicator) falling: Pace,
}

parameters!(Parabolic { start, offset, rising, falling });

/// By which fraction of its distance to the furthest price a stop moves.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) struct Pace {
    /// The fraction at first.
    pub(in crate::indicator) first: f64,
    /// What it grows by with each new furthest price.
    pub(in crate::indicator) step: f64,
    /// The largest.
    pub(in crate::indicator) max: f64,
}

parameters!(Pace { first, step, max });

/// A bar, seen so that the trend at hand is a rising one: while prices are falling, with both signs changed.
#[derive(Clone, Copy)]
struct Bar {
    /// The end that the trend goes to.
    ahead: f64,
    /// The end that the stop is at.
    back: f64,
}

#[derive(Clone)]
struct Stopping {
    kernel: Parabolic,
    /// How many bars there were, up to 2.
    bars: usize,
    /// High and low of the bar before.
    before: [f64; 2],
    rising: bool,
    trend: Trend,
}

/// The trend at hand. Prices are seen as `Bar` says.
#[derive(Clone, Copy, Default)]
struct Trend {
    stop: f64,
    furthest: f64,
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
    /// The stop of the next bar: nearer to the furthest price, but outside both bars.
    #[inline(always)]
    fn moved(self, before: Bar, now: Bar) -> f64 {
        lower(self.stop + self.pace * (self.furthest - self.stop), lower(before.back, now.back))
    }

    /// The trend after a bar that did not reach the stop.
    #[inline(always)]
    fn going_on(mut self, pace: Pace, before: Bar, now: Bar) -> Self {
        // Nobody can foresee which bar is further, so there is no branch on it.
        let step = select_unpredictable(now.ahead > self.furthest, lower(pace.step, pace.max), 0.0);
        self.pace = lower(self.pace + step, pace.max);
        self.furthest = if now.ahead > self.furthest { now.ahead } else { self.furthest };
        self.stop = self.moved(before, now);
        self
    }
}

// By value and not by reference: what nothing points to can stay in registers.
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
        (rising, Trend { stop, furthest: seen(now, rising).ahead, pace: lower(pace.first, pace.max) })
    }

    /// The stop at a bar, and the way and the trend after it; `rising` is the way before it.
    #[inline(always)]
    fn next(self, rising: bool, trend: Trend, before: [f64; 2], now: [f64; 2]) -> (f64, bool, Trend) {
        let bar = seen(now, rising);
        if bar.back <= trend.stop {
            let (stop, trend) = self.turned(!rising, trend, before, now);
            return (stop, !rising, trend);
        }
        (trend.stop, rising, trend.going_on(self.pace(rising), seen(before, rising), bar))
    }

    /// The stop at a bar that reached it, and the trend that starts there and goes the other way, `rising` or not.
    #[inline(always)]
    fn turned(self, rising: bool, trend: Trend, before: [f64; 2], now: [f64; 2]) -> (f64, Trend) {
        let (bar_before, bar) = (seen(before, rising), seen(now, rising));
        let stop = lower(lower(-trend.furthest, bar_before.back), bar.back);
        // Away from prices: down while they rise, and up, where `stop` is seen below zero, while they fall.
        let stop = stop - stop.abs() * self.offset;
        let pace = self.pace(rising);
        let next = Trend { stop, furthest: bar.ahead, pace: lower(pace.first, pace.max) };
        (stop, Trend { stop: next.moved(bar_before, bar), ..next })
    }
}

impl Field for Trend {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.stop, &mut self.furthest, &mut self.pace]);
    }
}

impl Sequential<2, 1> for Stopping {
    #[inline(always)]
    fn step(&mut self, now: [f64; 2]) -> [f64; 1] {
        let mut before = std::mem::replace(&mut self.before, now);
        if self.bars < 2 {
            self.bars += 1;
            if self.bars == 1 {
                return [f64::NAN];
            }
            (self.rising, self.trend) = self.kernel.first(before, now);
            // The second bar is looked at as if it were the one before itself too.
            before = now;
        }
        let (kernel, trend) = (self.kernel, self.trend);
        // A trend seldom turns, so each way has a body of its own, which need not ask for it.
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

sequential!(Parabolic: 2 => 1, |_| 1, |kernel| Stopping {
    kernel: *kernel,
    bars: 0,
    before: [f64::NAN; 2],
    rising: true,
    trend: Trend::default(),
});
