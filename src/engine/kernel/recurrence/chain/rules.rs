//! The rules of the shapes: each is written once, over an [`Evaluator`].

use super::shape::{Evaluator, INPUTS, NUMBERS, OUTPUTS, Shape};
use crate::kernel::recurrence::block8::{AROUND_ZERO, GENERAL, MEAN};
use crate::kernel::simd::vector8::Vector8;

const CONVERGENCE: usize = Shape::Convergence as usize;
const TWICE: usize = Shape::Twice as usize;
const THRICE: usize = Shape::Thrice as usize;
const SIXFOLD: usize = Shape::Sixfold as usize;
const THRICE_RATE: usize = Shape::ThriceRate as usize;
const STRENGTH: usize = Shape::Strength as usize;
const RANGE_RATIO: usize = Shape::RangeRatio as usize;
const RANGE: usize = Shape::Range as usize;
const TRUE_RANGE: usize = Shape::TrueRange as usize;
const TRUE_RANGE_RATIO: usize = Shape::TrueRangeRatio as usize;
const RELATIVE: usize = Shape::Relative as usize;
const UPWARD: usize = Shape::Upward as usize;
const DOWNWARD: usize = Shape::Downward as usize;
const RELATIVE_DIFFERENCE: usize = Shape::RelativeDifference as usize;
const MONEY_FLOW: usize = Shape::MoneyFlow as usize;
const MONEY_FLOW_DIFFERENCE: usize = Shape::MoneyFlowDifference as usize;
const RETURN_FLOW: usize = Shape::ReturnFlow as usize;
const WEIGHTED_MEAN: usize = Shape::WeightedMean as usize;
const SMOOTHED_TWICE: usize = Shape::SmoothedTwice as usize;
const CHANGE_TWICE: usize = Shape::ChangeTwice as usize;
const AVERAGED_BARS: usize = Shape::AveragedBars as usize;
const VOLUME_FORCE: usize = Shape::VolumeForce as usize;
const DISTANCES: usize = Shape::Distances as usize;

/// The true range of high, low and close, given the close before.
#[inline(always)]
fn true_range<V: Vector8, E: Evaluator<V>>(evaluator: &E, [high, low, ..]: [V; INPUTS], close: V) -> V {
    let range = (high - low).larger((high - close).magnitude()).larger((low - close).magnitude());
    // The larger of two numbers drops the first of them if it is NaN.
    evaluator.aligned(range, high)
}

/// The money flow volume of high, low, close and volume.
#[inline(always)]
fn money_flow<V: Vector8, E: Evaluator<V>>(evaluator: &E, [high, low, close, volume]: [V; INPUTS]) -> V {
    let range = high - low;
    let flow = ((close - low) - (high - close)) / range * volume;
    evaluator.aligned(flow.unless_zero(range, V::splat(0.0)), volume)
}

/// The difference of two averages, its signal line and the difference of both.
#[inline(always)]
fn convergence<V: Vector8, E: Evaluator<V>>(e: &mut E, now: [V; INPUTS], before: [V; INPUTS]) -> [V; OUTPUTS] {
    let [x, ..] = now;
    let fast = e.scan_after::<MEAN>(0, 0, x, before[0]);
    let slow = e.scan_after::<MEAN>(1, 0, x, before[0]);
    let line = e.late(0, fast - slow);
    let signal = e.scan::<MEAN>(2, 1, line);
    [e.aligned(line, signal), signal, line - signal, V::splat(0.0)]
}

/// A linear combination of an average and its own.
#[inline(always)]
fn twice<V: Vector8, E: Evaluator<V>>(e: &mut E, n: &[f64; NUMBERS], now: [V; INPUTS], before: [V; INPUTS]) -> V {
    let [x, ..] = now;
    let once = e.scan_after::<MEAN>(0, 0, x, before[0]);
    let once = e.late(0, once);
    let twice = e.scan::<MEAN>(1, 1, once);
    once * V::splat(n[0]) + twice * V::splat(n[1])
}

/// A linear combination of an average, its own and that of it.
#[inline(always)]
fn thrice<V: Vector8, E: Evaluator<V>>(e: &mut E, n: &[f64; NUMBERS], now: [V; INPUTS], before: [V; INPUTS]) -> V {
    let [x, ..] = now;
    let once = e.scan_after::<MEAN>(0, 0, x, before[0]);
    let once = e.late(0, once);
    let twice = e.scan::<MEAN>(1, 1, once);
    let (lag, twice) = (e.late(1, once - twice), e.late(2, twice));
    let thrice = e.scan::<MEAN>(2, 2, twice);
    lag * V::splat(n[0]) + thrice * V::splat(n[1])
}

/// A sum of the last four of six averages of averages.
#[inline(always)]
fn sixfold<V: Vector8, E: Evaluator<V>>(e: &mut E, n: &[f64; NUMBERS], now: [V; INPUTS], before: [V; INPUTS]) -> V {
    let [x, ..] = now;
    // Two in each stage: their values fill the registers.
    let once = e.scan_after::<MEAN>(0, 0, x, before[0]);
    let twice = e.scan::<MEAN>(1, 0, once);
    let twice = e.late(0, twice);
    let a = e.scan::<MEAN>(2, 1, twice);
    let b = e.scan::<MEAN>(3, 1, a);
    let first = e.late(1, V::splat(n[0]) * a + V::splat(n[1]) * b);
    let b = e.late(2, b);
    let c = e.scan::<MEAN>(4, 2, b);
    let d = e.scan::<MEAN>(5, 2, c);
    first + (V::splat(n[2]) * c + V::splat(n[3]) * d)
}

/// The rate of change of an average thrice over.
#[inline(always)]
fn thrice_rate<V: Vector8, E: Evaluator<V>>(e: &mut E, n: &[f64; NUMBERS], now: [V; INPUTS], before: [V; INPUTS]) -> V {
    let [x, ..] = now;
    let once = e.scan_after::<MEAN>(0, 0, x, before[0]);
    let once = e.late(0, once);
    let twice = e.scan::<MEAN>(1, 1, once);
    let twice = e.late(1, twice);
    let thrice = e.scan::<MEAN>(2, 2, twice);
    let before = e.before(2, thrice);
    e.ratio(Some(n[0]), [thrice - before, before], 0.0)
}

/// The true strength.
#[inline(always)]
fn strength<V: Vector8, E: Evaluator<V>>(e: &mut E, n: &[f64; NUMBERS], now: [V; INPUTS], before: [V; INPUTS]) -> V {
    let [x, ..] = now;
    let change = x - before[0];
    let size = change.magnitude();
    let once = [change, size];
    let once =
        [e.scan_after::<AROUND_ZERO>(0, 0, once[0], once[0]), e.scan_after::<AROUND_ZERO>(2, 0, once[1], once[1])];
    let (once, size) = ([e.late(0, once[0]), e.late(1, once[1])], e.late(2, size));
    let twice = [e.scan::<AROUND_ZERO>(1, 1, once[0]), e.scan::<AROUND_ZERO>(3, 1, once[1])];
    let strength = e.ratio(Some(n[0]), twice, n[1]);
    e.hold(1, strength, size, true)
}

/// The averaged range over its own average.
#[inline(always)]
fn range_ratio<V: Vector8, E: Evaluator<V>>(e: &mut E, n: &[f64; NUMBERS], now: [V; INPUTS]) -> V {
    let [x, y, ..] = now;
    let once = e.scan::<MEAN>(0, 0, x - y);
    let once = e.late(0, once);
    let twice = e.scan::<MEAN>(1, 1, once);
    e.ratio(None, [once, twice], n[1])
}

/// The relative strength.
#[inline(always)]
fn relative<V: Vector8, E: Evaluator<V>>(e: &mut E, n: &[f64; NUMBERS], now: [V; INPUTS], before: [V; INPUTS]) -> V {
    let [x, ..] = now;
    let zero = V::splat(0.0);
    let change = x - before[0];
    let gain = e.aligned(change.where_greater(change, zero), change);
    let loss = e.aligned((zero - change).where_greater(zero, change), change);
    let a = e.scan_after::<AROUND_ZERO>(0, 0, gain, gain);
    let b = e.scan_after::<AROUND_ZERO>(1, 0, loss, loss);
    let share = e.ratio(Some(n[0]), [a, a + b], n[1]);
    e.hold(0, share, gain + loss, false)
}

/// The difference of two averages relative to the second.
#[inline(always)]
fn relative_difference<V: Vector8, E: Evaluator<V>>(
    e: &mut E,
    n: &[f64; NUMBERS],
    now: [V; INPUTS],
    before: [V; INPUTS],
) -> V {
    let [x, ..] = now;
    let fast = e.scan_after::<MEAN>(0, 0, x, before[0]);
    let slow = e.scan_after::<MEAN>(1, 0, x, before[0]);
    e.ratio(Some(n[0]), [fast - slow, slow], n[1])
}

/// The difference of two averages of the money flow so far.
#[inline(always)]
fn money_flow_difference<V: Vector8, E: Evaluator<V>>(e: &mut E, now: [V; INPUTS]) -> V {
    let flow = money_flow(e, now);
    let line = e.sum(0, 0, flow);
    let line = e.late(0, line);
    e.scan::<MEAN>(0, 1, line) - e.scan::<MEAN>(1, 1, line)
}

/// The volume times return so far.
#[inline(always)]
fn return_flow<V: Vector8, E: Evaluator<V>>(e: &mut E, now: [V; INPUTS], before: [V; INPUTS]) -> V {
    let [x, y, ..] = now;
    let zero = V::splat(0.0);
    let before = e.previous_after(0, x, before[0], x);
    let flow = ((x - before) / before).unless_zero(before, zero) * y;
    // A price that is missing gives no flow, whatever the one before.
    let flow = e.aligned(flow, x);
    e.sum(0, 0, flow)
}

/// The mean price so far, weighted by volume.
#[inline(always)]
fn weighted_mean<V: Vector8, E: Evaluator<V>>(e: &mut E, n: &[f64; NUMBERS], now: [V; INPUTS]) -> V {
    let [x, y, z, _] = now;
    let money = (x + y + z) / V::splat(3.0) * now[3];
    let traded = e.aligned(now[3], money);
    let sums = [e.sum(0, 0, money), e.sum(1, 0, traded)];
    e.ratio(None, sums, n[1])
}

/// Two real poles after two zeros at the two-bar cycle.
#[inline(always)]
fn smoothed_twice<V: Vector8, E: Evaluator<V>>(e: &mut E, now: [V; INPUTS], before: [V; INPUTS]) -> V {
    let [x, ..] = now;
    let half = V::splat(0.5);
    let once = (x + e.previous_after(0, x, before[0], x)) * half;
    let smooth = (once + e.previous(1, 0, once, once)) * half;
    let once = e.scan::<MEAN>(0, 0, smooth);
    let once = e.late(0, once);
    e.scan::<MEAN>(1, 1, once)
}

/// Two real poles, each after a change.
#[inline(always)]
fn change_twice<V: Vector8, E: Evaluator<V>>(e: &mut E, now: [V; INPUTS], before: [V; INPUTS]) -> V {
    let [x, ..] = now;
    let change = x - e.previous_after(0, x, before[0], x);
    let once = e.scan_after::<AROUND_ZERO>(0, 0, change, change);
    let once = e.late(0, once);
    let change = once - e.previous(1, 1, once, once);
    e.scan_after::<AROUND_ZERO>(1, 1, change, change)
}

/// The directional indicator of the movement up, or down.
#[inline(always)]
fn directional<V: Vector8, E: Evaluator<V>, const SHAPE: usize>(
    e: &mut E,
    n: &[f64; NUMBERS],
    now: [V; INPUTS],
    before: [V; INPUTS],
) -> V {
    let zero = V::splat(0.0);
    let (up, down) = (now[0] - before[0], before[1] - now[1]);
    let (own, other) = if SHAPE == UPWARD { (up, down) } else { (down, up) };
    let movement = own.where_greater(own, other).where_greater(own, zero);
    let movement = e.aligned(e.aligned(movement, up), down);
    let range = true_range(e, now, before[2]);
    let a = e.scan_after::<AROUND_ZERO>(0, 0, movement, movement);
    let b = e.scan::<GENERAL>(1, 0, range);
    let share = e.ratio(Some(n[0]), [a, b], n[1]);
    e.hold(0, share, movement + range.magnitude(), false)
}

/// The averaged true range, and in terms of the close.
#[inline(always)]
fn averaged_true_range<V: Vector8, E: Evaluator<V>, const SHAPE: usize>(
    e: &mut E,
    n: &[f64; NUMBERS],
    now: [V; INPUTS],
    before: [V; INPUTS],
) -> V {
    let range = true_range(e, now, before[2]);
    let average = e.scan::<MEAN>(0, 0, range);
    if SHAPE == TRUE_RANGE { average } else { e.ratio(Some(n[0]), [average, now[2]], n[1]) }
}

/// The averaged bars.
#[inline(always)]
fn averaged_bars<V: Vector8, E: Evaluator<V>>(e: &mut E, [open, high, low, close]: [V; INPUTS]) -> [V; OUTPUTS] {
    let mean = ((open + high) + (low + close)) * V::splat(0.25);
    let first = (open + close) * V::splat(0.5);
    let opened = e.previous(0, 0, mean, first);
    let opened = e.scan::<MEAN>(0, 0, opened);
    // The larger and the smaller of two numbers drop the first of them if it is NaN.
    let highest = e.aligned(high.larger(opened).larger(mean), opened);
    let lowest = e.aligned(low.smaller(opened).smaller(mean), opened);
    [opened, highest, lowest, mean]
}

/// The difference of two averages of the volume force, and its signal line.
#[inline(always)]
fn volume_force<V: Vector8, E: Evaluator<V>>(
    e: &mut E,
    n: &[f64; NUMBERS],
    [high, low, volume, trend]: [V; INPUTS],
) -> [V; OUTPUTS] {
    let (zero, two) = (V::splat(0.0), V::splat(2.0));
    let share = two * ((high - low) / trend.magnitude()) - V::splat(n[0]);
    let force = share.magnitude() * V::splat(100.0) * volume;
    let force = (force - (two * force).where_greater(zero, trend)).unless_zero(trend, zero);
    let force = e.aligned(e.aligned(force, volume), trend);
    let force = e.existing(force);
    let line = e.scan::<MEAN>(0, 0, force) - e.scan::<MEAN>(1, 0, force);
    let line = e.late(0, line);
    [line, e.scan::<MEAN>(2, 1, line), zero, zero]
}

/// The distances of the first two inputs from the average of the third.
#[inline(always)]
fn distances<V: Vector8, E: Evaluator<V>>(e: &mut E, now: [V; INPUTS], before: [V; INPUTS]) -> [V; OUTPUTS] {
    let average = e.scan_after::<MEAN>(0, 0, now[2], before[2]);
    let zero = V::splat(0.0);
    [now[0] - average, now[1] - average, zero, zero]
}

/// The outputs of shape number `SHAPE` at a block, given the inputs and those one bar before.
#[inline(always)]
pub(super) fn values<V: Vector8, E: Evaluator<V>, const SHAPE: usize>(
    e: &mut E,
    n: &[f64; NUMBERS],
    now: [V; INPUTS],
    before: [V; INPUTS],
) -> [V; OUTPUTS] {
    let one = match SHAPE {
        CONVERGENCE => return convergence(e, now, before),
        AVERAGED_BARS => return averaged_bars(e, now),
        VOLUME_FORCE => return volume_force(e, n, now),
        DISTANCES => return distances(e, now, before),
        TWICE => twice(e, n, now, before),
        THRICE => thrice(e, n, now, before),
        SIXFOLD => sixfold(e, n, now, before),
        THRICE_RATE => thrice_rate(e, n, now, before),
        STRENGTH => strength(e, n, now, before),
        RANGE_RATIO => range_ratio(e, n, now),
        RELATIVE => relative(e, n, now, before),
        RELATIVE_DIFFERENCE => relative_difference(e, n, now, before),
        MONEY_FLOW_DIFFERENCE => money_flow_difference(e, now),
        RETURN_FLOW => return_flow(e, now, before),
        WEIGHTED_MEAN => weighted_mean(e, n, now),
        SMOOTHED_TWICE => smoothed_twice(e, now, before),
        CHANGE_TWICE => change_twice(e, now, before),
        RANGE => e.scan::<MEAN>(0, 0, now[0] - now[1]),
        TRUE_RANGE | TRUE_RANGE_RATIO => averaged_true_range::<V, E, SHAPE>(e, n, now, before),
        UPWARD | DOWNWARD => directional::<V, E, SHAPE>(e, n, now, before),
        MONEY_FLOW => {
            let flow = money_flow(e, now);
            e.sum(0, 0, flow)
        }
        _ => unreachable!("every shape has a rule"),
    };
    let none = V::splat(0.0);
    [one, none, none, none]
}
