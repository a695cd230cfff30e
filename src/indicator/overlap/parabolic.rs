//! Wilder's parabolic stop, with a start and paces of one's own.

use crate::kernel::{Field, Fields, Walk, by_walk};

/// The stop of high and low: its price while prices are rising, the price below zero while they are falling.
#[derive(Debug, Clone)]
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
    /// High and low of the bar before.
    before: Option<[f64; 2]>,
    trend: Option<Trend>,
}

/// The trend at hand. Prices are seen as `Bar` says.
#[derive(Clone, Copy, Default)]
struct Trend {
    rising: bool,
    stop: f64,
    furthest: f64,
    pace: f64,
}

fn seen([high, low]: [f64; 2], rising: bool) -> Bar {
    if rising { Bar { ahead: high, back: low } } else { Bar { ahead: -low, back: -high } }
}

fn lower(a: f64, b: f64) -> f64 {
    if a > b { b } else { a }
}

impl Trend {
    /// The stop of the next bar: nearer to the furthest price, but outside both bars.
    fn moved(self, before: Bar, now: Bar) -> f64 {
        lower(lower(self.stop + self.pace * (self.furthest - self.stop), before.back), now.back)
    }

    /// The trend after a bar that did not reach the stop.
    fn going_on(mut self, pace: Pace, before: Bar, now: Bar) -> Self {
        if now.ahead > self.furthest {
            self.furthest = now.ahead;
            self.pace = lower(self.pace + lower(pace.step, pace.max), pace.max);
        }
        self.stop = self.moved(before, now);
        self
    }
}

impl Stopping {
    fn pace(&self, rising: bool) -> Pace {
        if rising { self.kernel.rising } else { self.kernel.falling }
    }

    /// The trend before the second bar.
    fn first(&self, before: [f64; 2], now: [f64; 2]) -> Trend {
        let (up, down) = (now[0] - before[0], before[1] - now[1]);
        let start = self.kernel.start;
        let rising = if start == 0.0 { !(down > 0.0 && down > up) } else { start > 0.0 };
        let stop = if start == 0.0 { seen(before, rising).back } else { start };
        let pace = self.pace(rising);
        Trend { rising, stop, furthest: seen(now, rising).ahead, pace: lower(pace.first, pace.max) }
    }

    /// The stop at a bar that reached it, and the trend that starts there.
    fn turned(&self, trend: Trend, before: [f64; 2], now: [f64; 2]) -> (f64, Trend) {
        let rising = !trend.rising;
        let (bar_before, bar) = (seen(before, rising), seen(now, rising));
        let stop = lower(lower(-trend.furthest, bar_before.back), bar.back);
        // Away from prices: down while they rise, and up, where `stop` is seen below zero, while they fall.
        let stop = stop - stop.abs() * self.kernel.offset;
        let pace = self.pace(rising);
        let next = Trend { rising, stop, furthest: bar.ahead, pace: lower(pace.first, pace.max) };
        (stop, Trend { stop: next.moved(bar_before, bar), ..next })
    }
}

impl Field for Trend {
    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.rising, &mut self.stop, &mut self.furthest, &mut self.pace]);
    }
}

impl Walk<2, 1> for Stopping {
    #[inline(always)]
    fn step(&mut self, now: [f64; 2]) -> [f64; 1] {
        let Some(before) = self.before.replace(now) else { return [f64::NAN] };
        // The second bar is looked at as if it were the one before itself too.
        let (trend, before) = match self.trend {
            Some(trend) => (trend, before),
            None => (self.first(before, now), now),
        };
        let bar = seen(now, trend.rising);
        let (stop, next) = if bar.back <= trend.stop {
            self.turned(trend, before, now)
        } else {
            (trend.stop, trend.going_on(self.pace(trend.rising), seen(before, trend.rising), bar))
        };
        self.trend = Some(next);
        [stop]
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.before, &mut self.trend]);
    }
}

by_walk!(Parabolic: 2 => 1, |_| 1, |kernel| Stopping { kernel: kernel.clone(), before: None, trend: None });
