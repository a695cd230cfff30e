//! Every kernel with its reference implementation.

use super::super::*;
use super::exact::Exact;

/// A value and the scale of its error; 0 if there is no value.
pub(super) type Expected = (f64, f64);

type PairTwin = dyn Fn(&[f64], &[f64]) -> Vec<f64>;
type ValuesTwin = dyn Fn(&[f64]) -> Vec<Expected>;

/// The expected values.
pub(super) enum Reference {
    /// A function of the newest bars of each input.
    Window(usize, fn(&[&[f64]]) -> Vec<Expected>),
    /// A function of a bar and a lagged one.
    Pair(usize, Box<PairTwin>),
    /// A function of all existing values.
    Values(Box<ValuesTwin>),
    /// Tested elsewhere.
    Elsewhere,
}

pub(super) struct Case {
    pub(super) kernel: Box<dyn Kernel>,
    pub(super) inputs: usize,
    pub(super) reference: Reference,
}

pub(super) fn exact(values: &[f64]) -> impl Iterator<Item = Exact> {
    values.iter().map(|value| Exact::from(*value))
}

pub(super) fn mean(values: &[f64]) -> Exact {
    exact(values).sum::<Exact>() / Exact::from(values.len() as f64)
}

/// The co-moment.
pub(super) fn products(one: &[f64], two: &[f64]) -> Exact {
    let (one_mean, two_mean) = (mean(one), mean(two));
    exact(one).zip(exact(two)).map(|(one, two)| (one - one_mean) * (two - two_mean)).sum()
}

fn deviation(values: &[f64]) -> f64 {
    (products(values, values) / Exact::from(values.len() as f64)).sqrt().value()
}

pub(super) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(f64::MIN, |a, b| a.max(*b))
}

pub(super) fn smallest(values: &[f64]) -> f64 {
    values.iter().fold(f64::MAX, |a, b| a.min(*b))
}

pub(super) fn size(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |size: f64, value| size.max(value.abs()))
}

fn bars_since(values: &[f64], extreme: f64) -> f64 {
    values.iter().rev().position(|value| *value == extreme).expect("an extreme is one of them") as f64
}

fn bars_since_oldest(values: &[f64], extreme: f64) -> f64 {
    let oldest = values.iter().position(|value| *value == extreme).expect("an extreme is one of them");
    (values.len() - 1 - oldest) as f64
}

fn relative(value: Exact) -> Vec<Expected> {
    vec![(value.value(), value.value().abs())]
}

fn scaled(value: Exact, scale: f64) -> Vec<Expected> {
    vec![(value.value(), scale)]
}

fn weighted(values: &[f64]) -> Vec<Expected> {
    let weights = |at: usize| Exact::from((at + 1) as f64);
    let sum: Exact = exact(values).enumerate().map(|(at, value)| value * weights(at)).sum();
    scaled(sum / (0..values.len()).map(weights).sum(), size(values))
}

/// The regression line at the newest and the oldest bar, and its slope.
fn regression(values: &[f64]) -> [Expected; 3] {
    let ages: Vec<f64> = (0..values.len()).map(|at| at as f64).collect();
    let squares = products(&ages, &ages);
    let slope = if squares.is_zero() { squares } else { products(&ages, values) / squares };
    let half = slope * mean(&ages);
    let range = largest(values) - smallest(values);
    let end = |value: Exact| (value.value(), size(values));
    [end(mean(values) + half), (slope.value(), range / values.len() as f64), end(mean(values) - half)]
}

fn distance(values: &[f64]) -> Exact {
    let mean = mean(values);
    exact(values).map(|value| (value - mean).abs()).sum::<Exact>() / Exact::from(values.len() as f64)
}

/// The newest value minus the mean.
fn off_center(values: &[f64]) -> Exact {
    Exact::from(values[values.len() - 1]) - mean(values)
}

/// The ratio of two sums, and the scale of its error: both sums may cancel.
fn sum_ratio(part: &[f64], whole: &[f64], flat: f64) -> Expected {
    let (sum, divisor) = (exact(part).sum::<Exact>(), exact(whole).sum::<Exact>());
    if divisor.is_zero() {
        return (flat, 0.0);
    }
    let size = |values: &[f64]| values.iter().map(|x| x.abs()).sum::<f64>();
    let (value, whole_size) = ((sum / divisor).value(), divisor.value().abs());
    (value, (size(part) + value.abs() * size(whole)) / whole_size)
}

/// The money flow volume of high, low, close and volume.
fn money_flow(bar: impl Iterator<Item = f64>) -> f64 {
    let [high, low, close, volume] = bar.collect::<Vec<f64>>().try_into().expect("a bar");
    if high == low { 0.0 } else { ((close - low) - (high - close)) / (high - low) * volume }
}

fn slope(inputs: &[&[f64]]) -> Vec<Expected> {
    let squares = products(inputs[0], inputs[0]);
    let slope = products(inputs[0], inputs[1]) / squares;
    let scale = deviation(inputs[1]) / deviation(inputs[0]);
    if squares.is_zero() { vec![(0.0, 0.0)] } else { scaled(slope, scale) }
}

fn correlation(inputs: &[&[f64]]) -> Vec<Expected> {
    let scale = products(inputs[0], inputs[0]).sqrt() * products(inputs[1], inputs[1]).sqrt();
    if scale.is_zero() { vec![(0.0, 0.0)] } else { scaled(products(inputs[0], inputs[1]) / scale, 1.0) }
}

fn covariance(inputs: &[&[f64]]) -> Vec<Expected> {
    let covariance = products(inputs[0], inputs[1]) / Exact::from(inputs[0].len() as f64);
    scaled(covariance, deviation(inputs[0]) * deviation(inputs[1]))
}

fn place(inputs: &[&[f64]]) -> Expected {
    let newest = inputs[2][inputs[2].len() - 1];
    let (top, bottom) = (largest(inputs[0]), smallest(inputs[1]));
    let range = Exact::from(top) - Exact::from(bottom);
    let value = (Exact::from(newest) - Exact::from(bottom)) / range * Exact::from(100.0);
    let is_flat = (top - bottom).abs() <= 1e-14 * (top.abs() + bottom.abs());
    (if is_flat { 20.0 } else { value.value().clamp(20.0, 50.0) }, 100.0)
}

fn sample_variance(inputs: &[&[f64]]) -> Vec<Expected> {
    let bars = inputs[0].len();
    if bars == 1 {
        return vec![(f64::NAN, 0.0)];
    }
    relative(products(inputs[0], inputs[0]) / Exact::from((bars - 1) as f64))
}

fn recurrence(scan: &FirstOrder, values: &[f64]) -> Vec<Expected> {
    let (beta, gain) = (Exact::from(scan.beta), Exact::from(scan.gain));
    let (mut value, mut size) = (Exact::default(), 0.0);
    let lookback = scan.lookback();
    let mut expected = Vec::new();
    for (at, input) in exact(values).enumerate() {
        if at < lookback {
            expected.push((f64::NAN, 0.0));
            continue;
        }
        if at == lookback {
            let seeds = &values[scan.warm_up..=at];
            value = if matches!(scan.seed, Seed::Sum(_)) { exact(seeds).sum() } else { mean(seeds) };
            size = seeds.iter().map(|seed| seed.abs()).sum();
        } else {
            value = beta * value + gain * input;
            size = scan.beta * size + scan.gain * input.value().abs();
        }
        expected.push((value.value(), size));
    }
    expected
}

fn adjusted(beta: f64, values: &[f64]) -> Vec<Expected> {
    let beta = Exact::from(beta);
    let (mut sum, mut weights, mut size) = (Exact::default(), Exact::default(), Exact::default());
    let step = |value: Exact| {
        sum = beta * sum + value;
        size = beta * size + value.abs();
        weights = beta * weights + Exact::from(1.0);
        ((sum / weights).value(), (size / weights).value())
    };
    exact(values).map(step).collect()
}

fn total(values: &[f64]) -> Vec<Expected> {
    let (mut sum, mut size) = (Exact::default(), 0.0);
    let step = |value: Exact| {
        sum = sum + value;
        size += value.value().abs();
        (sum.value(), size)
    };
    exact(values).map(step).collect()
}

fn windows(window: usize) -> Vec<Case> {
    let case = |kernel, inputs, reference| Case { kernel, inputs, reference: Reference::Window(window, reference) };
    vec![
        case(Box::new(Sum { window }), 1, |i| scaled(exact(i[0]).sum(), i[0].iter().map(|x| x.abs()).sum())),
        case(Box::new(Mean { window }), 1, |i| scaled(mean(i[0]), size(i[0]))),
        case(Box::new(Min { window }), 1, |i| vec![(smallest(i[0]), 0.0)]),
        case(Box::new(Max { window }), 1, |i| vec![(largest(i[0]), 0.0)]),
        case(Box::new(BarsSinceMax { window }), 1, |i| vec![(bars_since(i[0], largest(i[0])), 0.0)]),
        case(Box::new(BarsSinceMin { window }), 1, |i| vec![(bars_since(i[0], smallest(i[0])), 0.0)]),
        case(Box::new(BarsSinceOldestMax { window }), 1, |i| vec![(bars_since_oldest(i[0], largest(i[0])), 0.0)]),
        case(Box::new(BarsSinceOldestMin { window }), 1, |i| vec![(bars_since_oldest(i[0], smallest(i[0])), 0.0)]),
        case(Box::new(Variance { window, ddof: 0 }), 1, |i| {
            relative(products(i[0], i[0]) / Exact::from(i[0].len() as f64))
        }),
        case(Box::new(Variance { window, ddof: 1 }), 1, sample_variance),
        case(Box::new(StandardDeviation { window, ddof: 0 }), 1, |i| vec![(deviation(i[0]), deviation(i[0]))]),
        case(Box::new(MeanAndStandardDeviation { window, ddof: 0 }), 1, |i| {
            vec![(mean(i[0]).value(), size(i[0])), (deviation(i[0]), deviation(i[0]))]
        }),
        case(Box::new(DeviationOfNewest { window, ddof: 0 }), 1, |i| {
            vec![(off_center(i[0]).value(), largest(i[0]) - smallest(i[0])), (deviation(i[0]), deviation(i[0]))]
        }),
        case(Box::new(WeightedMean { window }), 2, |i| {
            let money: Vec<f64> = i[0].iter().zip(i[1]).map(|(x, weight)| x * weight).collect();
            vec![sum_ratio(&money, i[1], f64::NAN)]
        }),
        case(Box::new(MoneyFlowShare { window }), 4, |i| {
            let flow: Vec<f64> = (0..i[0].len()).map(|at| money_flow(i.iter().map(|input| input[at]))).collect();
            vec![sum_ratio(&flow, i[3], 0.0)]
        }),
        case(Box::new(MeanDifference { window }), 2, |i| {
            let differences: Vec<f64> = i[0].iter().zip(i[1]).map(|(one, other)| one - other).collect();
            scaled(mean(&differences), size(&differences))
        }),
        case(Box::new(MinAndMax { window }), 1, |i| vec![(smallest(i[0]), 0.0), (largest(i[0]), 0.0)]),
        case(Box::new(Midrange { window }), 2, |i| vec![((largest(i[0]) + smallest(i[1])) / 2.0, 0.0)]),
        case(Box::new(TimeCorrelation { window }), 1, |i| {
            let times: Vec<f64> = (0..i[0].len()).map(|at| at as f64).collect();
            correlation(&[&times, i[0]])
        }),
        case(Box::new(Covariance { window, ddof: 0 }), 2, covariance),
        case(Box::new(Correlation { window }), 2, correlation),
        case(Box::new(RegressionBeta { window }), 2, slope),
        case(Box::new(LinearWeightedMean { window }), 1, |i| weighted(i[0])),
        case(Box::new(RegressionValue { window, ahead: 0.0 }), 1, |i| vec![regression(i[0])[0]]),
        case(Box::new(RegressionSlope { window }), 1, |i| vec![regression(i[0])[1]]),
        case(Box::new(RegressionValue { window, ahead: 1.0 - window as f64 }), 1, |i| vec![regression(i[0])[2]]),
        case(Box::new(RangePosition { window, scale: 100.0, from_top: false, limits: [20.0, 50.0] }), 3, |i| {
            vec![place(i)]
        }),
        case(Box::new(Centered { window }), 1, |i| scaled(off_center(i[0]), largest(i[0]) - smallest(i[0]))),
        case(Box::new(MeanAbsoluteDeviation { window }), 1, |i| relative(distance(i[0]))),
    ]
}

fn recurrences() -> Vec<Case> {
    let mut cases = Vec::new();
    for period in [1, 2, 3, 14, 20, 200, 1500] {
        let n = period as f64;
        let (ema, wilder) = ((n - 1.0) / (n + 1.0), (n - 1.0) / n);
        let scans = [
            FirstOrder { beta: ema, gain: 1.0 - ema, seed: Seed::Mean(period), warm_up: 0, around_zero: false },
            FirstOrder { beta: ema, gain: 1.0 - ema, seed: Seed::First, warm_up: 0, around_zero: false },
            FirstOrder { beta: wilder, gain: 1.0, seed: Seed::Sum(period), warm_up: 0, around_zero: false },
            FirstOrder { beta: ema, gain: 1.0 - ema, seed: Seed::Mean(period), warm_up: 0, around_zero: true },
            FirstOrder { beta: wilder, gain: 1.0 - wilder, seed: Seed::Mean(period), warm_up: 11, around_zero: false },
        ];
        for scan in scans {
            let reference = Box::new({
                let scan = scan.clone();
                move |values: &[f64]| recurrence(&scan, values)
            });
            cases.push(Case { kernel: Box::new(scan), inputs: 1, reference: Reference::Values(reference) });
        }
        let reference = Box::new(move |values: &[f64]| adjusted(ema, values));
        cases.push(Case {
            kernel: Box::new(AdjustedEwma { beta: ema }),
            inputs: 1,
            reference: Reference::Values(reference),
        });
    }
    cases.push(Case { kernel: Box::new(CumulativeSum), inputs: 1, reference: Reference::Values(Box::new(total)) });
    cases
}

fn pair(
    kernel: impl Kernel,
    inputs: usize,
    bars: usize,
    reference: impl Fn(&[f64], &[f64]) -> Vec<f64> + 'static,
) -> Case {
    Case { kernel: Box::new(kernel), inputs, reference: Reference::Pair(bars, Box::new(reference)) }
}

fn elements() -> Vec<Case> {
    let one = |kernel: Box<dyn Kernel>, rule: fn(f64) -> f64| {
        let reference = Box::new(move |now: &[f64], _: &[f64]| vec![rule(now[0])]);
        Case { kernel, inputs: 1, reference: Reference::Pair(0, reference) }
    };
    let two = |op, rule: fn(f64, f64) -> f64| pair(Arithmetic { op }, 2, 0, move |now, _| vec![rule(now[0], now[1])]);
    vec![
        one(Box::new(Affine { scale: 3.0, offset: -2.0 }), |x| x * 3.0 - 2.0),
        one(Box::new(Absolute), f64::abs),
        one(Box::new(SquareRoot), f64::sqrt),
        one(Box::new(PositivePart), |x| if x.is_nan() { x } else { x.max(0.0) }),
        one(Box::new(NegativePart), |x| if x.is_nan() { x } else { (-x).max(0.0) }),
        one(Box::new(Clamp { min: 99.0, max: 101.0 }), |x| x.clamp(99.0, 101.0)),
        two(Binary::Add, |a, b| a + b),
        two(Binary::Subtract, |a, b| a - b),
        two(Binary::Multiply, |a, b| a * b),
        two(Binary::Divide, |a, b| a / b),
        two(Binary::Min, |a, b| if (a + b).is_nan() && !a.is_infinite() { f64::NAN } else { a.min(b) }),
        two(Binary::Max, |a, b| if (a + b).is_nan() && !a.is_infinite() { f64::NAN } else { a.max(b) }),
        pair(Ratio { flat: 50.0 }, 2, 0, |x, _| vec![if x[1] == 0.0 { 50.0 } else { x[0] / x[1] }]),
        pair(DifferenceRatio { flat: 50.0 }, 4, 0, |x, _| {
            let (part, whole) = (x[0] - x[1], x[2] - x[3]);
            vec![if whole == 0.0 && !part.is_nan() { 50.0 } else { part / whole }]
        }),
        pair(Average { inputs: 2 }, 2, 0, |x, _| vec![(x[0] + x[1]) / 2.0]),
        pair(Average { inputs: 3 }, 3, 0, |x, _| vec![(x[0] + x[1] + x[2]) / 3.0]),
        pair(Average { inputs: 4 }, 4, 0, |x, _| vec![((x[0] + x[1]) + (x[2] + x[3])) / 4.0]),
        pair(Aligned, 3, 0, |x, _| vec![if x.iter().any(|x| x.is_nan()) { f64::NAN } else { x[0] }]),
    ]
}

fn lags() -> Vec<Case> {
    let mut cases = Vec::new();
    for bars in [1, 2, 7, 10, 1000] {
        cases.push(pair(Lag { bars }, 1, bars, |_, before| vec![before[0]]));
        cases.push(pair(Change { bars }, 1, bars, |now, before| vec![now[0] - before[0]]));
        cases.push(pair(AbsoluteChange { bars }, 1, bars, |now, before| vec![(now[0] - before[0]).abs()]));
        cases.push(pair(SimpleReturn { bars }, 1, bars, |now, before| {
            vec![if before[0] == 0.0 { f64::NAN } else { (now[0] - before[0]) / before[0] }]
        }));
    }
    cases
}

fn directional(now: &[f64], before: &[f64]) -> Vec<f64> {
    let (up, down) = (now[0] - before[0], before[1] - now[1]);
    match () {
        () if up.is_nan() || down.is_nan() => vec![f64::NAN; 2],
        () if up > down && up > 0.0 => vec![up, 0.0],
        () if down > up && down > 0.0 => vec![0.0, down],
        () => vec![0.0, 0.0],
    }
}

fn true_range(now: &[f64], before: &[f64]) -> Vec<f64> {
    let range = [now[0] - now[1], (now[0] - before[2]).abs(), (now[1] - before[2]).abs()];
    vec![if range.iter().any(|range| range.is_nan()) { f64::NAN } else { largest(&range) }]
}

pub(super) fn all() -> Vec<Case> {
    let elsewhere = |kernel, inputs| Case { kernel, inputs, reference: Reference::Elsewhere };
    let mut cases: Vec<Case> =
        [1, 2, 3, 4, 5, 7, 13, 14, 20, 31, 64, 100, 200, 1000].into_iter().flat_map(windows).collect();
    cases.extend(recurrences());
    cases.extend(elements());
    cases.extend(lags());
    cases.push(pair(TrueRange { first: false }, 3, 1, true_range));
    cases.push(pair(DirectionalMovement, 2, 1, directional));
    for window in [1, 5, 14, 35, 70, 300] {
        cases.push(elsewhere(Box::new(Vortex { window }), 3));
        cases.push(elsewhere(Box::new(Efficiency { window }), 2));
        cases.push(elsewhere(Box::new(EfficiencyWeight { window, fast: 0.7, slow: 0.1 }), 2));
        cases.push(elsewhere(Box::new(UltimateOscillator { windows: [1, window, 2 * window] }), 3));
        cases.push(elsewhere(Box::new(MidpointOscillator { windows: [window, 34] }), 2));
    }
    cases.push(elsewhere(Box::new(LaggedMinus { bars: 7 }), 2));
    cases.extend(super::two_inputs::all());
    cases.extend(super::ranks_and_recurrences::all());
    cases.extend(super::order::all());
    cases.push(elsewhere(Box::new(TrueRange { first: true }), 3));
    cases.push(elsewhere(Box::new(SignedByChange { first: true }), 2));
    cases.push(elsewhere(Box::new(SignedByChange { first: false }), 2));
    cases.push(elsewhere(Box::new(Supertrend { multiplier: 3.0 }), 4));
    cases
}
