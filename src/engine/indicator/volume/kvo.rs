//! Klinger Volume Oscillator.

use std::hint::select_unpredictable;

use crate::indicator::builders::ema_from_first;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::simd::tile::TILE;
use crate::kernel::{Fields, Sequential, VolumeForce, WarmUp, parameters, sequential};

/// Klinger Volume Oscillator.
pub(in crate::indicator) static KVO: Indicator = Indicator {
    name: "kvo",
    title: "Klinger Volume Oscillator",
    summary: "A fast minus a slow exponential moving average of volume force, which carries the sign of the trend.",
    formula: "force = trend * volume * |2 * range / cm - 1| * 100, or 0 where cm is 0; force=factored: |2 * (range / cm - 1)|; trend is 1 where high + low + close rose, -1 where it fell, else the previous value; range = high - low; cm is the sum of the ranges of the trend, seeded with the range of the bar before it; kvo = ema(force, fast, seed=first) - ema(force, slow, seed=first); signal = ema(kvo, signal, seed=first); output starts after the warm-up of the slowest average",
    source: "TA-Lib 0.8.3 KVO",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[
        Param::bars("fast", 34, 2, "the period of the fast moving average, in bars"),
        Param::bars("slow", 55, 2, "the period of the slow moving average, in bars"),
        Param::bars("signal", 13, 2, "the period of the signal line, in bars"),
        Param::choice(
            "force",
            &["standard", "factored"],
            "the factor of the volume: |2 range / cm - 1| (standard: TA-Lib, Tulip Indicators) or |2 (range / cm - 1)| (factored: Stock Indicators for .NET)",
        ),
    ],
    outputs: &[
        Output { name: "kvo", help: "the fast minus the slow moving average" },
        Output { name: "signal", help: "the signal line" },
    ],
    build: |graph, args| {
        let bars: [Port; 4] = args.inputs();
        let [high, low, close, volume] = bars;
        let trend = graph.add(Trend, &[high, low, close]);
        let offset = if args.choice("force") == "factored" { 2.0 } else { 1.0 };
        let force = graph.add(VolumeForce { offset }, &[high, low, volume, trend]);
        let periods = ["fast", "slow", "signal"].map(|name| args.integer(name));
        let pair = [periods[0], periods[1]].map(|period| ema_from_first(graph, force, period));
        let line = graph.minus(pair);
        let signal = ema_from_first(graph, line, periods[2]);
        let longest = periods.into_iter().max().expect("three periods");
        [line, signal].map(|x| graph.add(WarmUp { bars: longest - 1 }, &[x])).into()
    },
};

/// The cumulative range of the trend of high, low and close, negative in a falling trend.
#[derive(Debug, Clone)]
struct Trend;

parameters!(Trend);

#[derive(Clone, Default)]
struct TrendState {
    /// The sum of high, low and close, and the range, of the previous bar.
    before: Option<[f64; 2]>,
    /// 1 or -1.
    sign: f64,
    /// The sum of the ranges of the trend.
    ranges: f64,
}

impl Sequential<3, 1> for TrendState {
    #[inline(always)]
    fn step(&mut self, [high, low, close]: [f64; 3]) -> [f64; 1] {
        let (sum, range) = (high + low + close, high - low);
        let Some([sum_before, range_before]) = self.before.replace([sum, range]) else {
            (self.sign, self.ranges) = (1.0, range);
            return [f64::NAN];
        };
        // Branch-free: the direction of a bar is unpredictable, so all cases are computed.
        let fallen = select_unpredictable(sum < sum_before, -1.0, self.sign);
        let sign = select_unpredictable(sum > sum_before, 1.0, fallen);
        self.ranges = range + select_unpredictable(sign == self.sign, self.ranges, range_before);
        self.sign = sign;
        [self.ranges * sign]
    }

    // Only the sum of the ranges goes from bar to bar, by one fused multiply-add: by 1 within a trend, by 0 where one begins.
    #[inline(always)]
    fn steps<const L: usize>(&mut self, bars: &[&[f64; L]; 3], [values]: &mut [[f64; L]; 1]) {
        let (Some([sum, range]), true) = (self.before, L > 1) else {
            for l in 0..L {
                [values[l]] = self.step([bars[0][l], bars[1][l], bars[2][l]]);
            }
            return;
        };
        let ([high, low, close], mut sums, mut ranges) = (bars, [sum; 1 + TILE], [range; 1 + TILE]);
        for l in 0..L {
            sums[l + 1] = high[l] + low[l] + close[l];
            ranges[l + 1] = high[l] - low[l];
        }
        let (mut signs, mut unchanged) = ([self.sign; 1 + TILE], 0);
        for l in 0..L {
            signs[l + 1] = if sums[l + 1] > sums[l] { 1.0 } else { -1.0 };
            unchanged |= u64::from(sums[l + 1] == sums[l]);
        }
        if unchanged != 0 {
            for l in 0..L {
                signs[l + 1] = if sums[l + 1] == sums[l] { signs[l] } else { signs[l + 1] };
            }
        }
        let (mut factors, mut terms) = ([0.0; L], [0.0; L]);
        for l in 0..L {
            let is_same = signs[l + 1] == signs[l];
            factors[l] = if is_same { 1.0 } else { 0.0 };
            terms[l] = if is_same { ranges[l + 1] } else { ranges[l + 1] + ranges[l] };
        }
        for l in 0..L {
            self.ranges = self.ranges.mul_add(factors[l], terms[l]);
            values[l] = self.ranges;
        }
        for l in 0..L {
            values[l] *= signs[l + 1];
        }
        (self.before, self.sign) = (Some([sums[L], ranges[L]]), signs[L]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.before, &mut self.sign, &mut self.ranges]);
    }
}

sequential!(Trend: 3 => 1, |_| 1, |_| TrendState::default());
