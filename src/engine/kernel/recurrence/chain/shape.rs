//! What a chain computes: recurrences and the arithmetic between them, each shape written once over an [`Evaluator`].
//!
//! Every expression is that of the kernels it stands for, so a plan may use either and gives the same bits.

use crate::kernel::parameters;
use crate::kernel::recurrence::block8::{AROUND_ZERO, GENERAL, MEAN};
use crate::kernel::simd::vector8::Vector8;

/// The maximum numbers of inputs, recurrences, cumulative sums, outputs and constants of a shape.
pub(super) const INPUTS: usize = 4;
pub(super) const SCANS: usize = 6;
pub(super) const SUMS: usize = 2;
pub(super) const OUTPUTS: usize = 4;
pub(super) const NUMBERS: usize = 4;

/// What is computed from inputs `x`, `y`, `z` by recurrences `s0 ..` and constants `n0 ..`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `line = s0(x) - s1(x)`, `signal = s2(line)`, `line - signal`; the line only where there is a signal.
    Convergence,
    /// `n0 * s0(x) + n1 * s1(s0(x))`.
    Twice,
    /// `n0 * (a - b) + n1 * c`, where `a = s0(x)`, `b = s1(a)`, `c = s2(b)`.
    Thrice,
    /// The last four of six recurrences, each over the one before, times the constants.
    Sixfold,
    /// The rate of change of `s2(s1(s0(x)))` from bar to bar, times `n0`.
    ThriceRate,
    /// `n0 * a / b`, where `a` and `b` are twice averaged, of the change of `x` and of its magnitude; `n1` where `b` is 0.
    /// Held while nothing changes.
    Strength,
    /// `a / b`, where `a = s0(x - y)`, `b = s1(a)`; `n1` where `b` is 0.
    RangeRatio,
    /// `s0(x - y)`.
    Range,
    /// `s0` of the true range of high, low and close.
    TrueRange,
    /// `n0 * a / close`, where `a` is as by `TrueRange`; `n1` where the close is 0.
    TrueRangeRatio,
    /// `n0 * a / (a + b)` of the averages of gains and losses of `x`; `n1` where both are 0. Held while nothing changes.
    Relative,
    /// `n0 * a / b`, where `a` is the recurrence over upward movements, `b` over true ranges; `n1` where `b` is 0. Held
    /// while nothing moves.
    Upward,
    /// As `Upward`, of downward movements.
    Downward,
    /// `n0 * (s0(x) - s1(x)) / s1(x)`; `n1` where that is 0.
    RelativeDifference,
    /// The cumulative sum of the money flow volume of high, low, close and volume.
    MoneyFlow,
    /// `s0(a) - s1(a)`, where `a` is as by `MoneyFlow`.
    MoneyFlowDifference,
    /// The cumulative sum of volume times return of close and volume.
    ReturnFlow,
    /// The mean of `(high + low + close) / 3` so far, weighted by volume; `n1` where the sum of volumes is 0.
    WeightedMean,
    /// `s1(s0(x))` of the mean of three inputs with weights 1, 2, 1.
    SmoothedTwice,
    /// `s1` of the change of `s0` of the change of `x`, where the first change is 0.
    ChangeTwice,
    /// Heikin-Ashi bars of open, high, low and close: `open = s0` of the mean of the bar before, and the rest.
    AveragedBars,
    /// The difference `line = s0(f) - s1(f)` of averages of the volume force of high, low, volume and trend, and `s2(line)`;
    /// `n0` is the offset of the force.
    VolumeForce,
    /// `x - a`, `y - a`, where `a = s0(z)`.
    Distances,
}

parameters!(Shape as number);

/// The numbers of inputs and sums, the forms of the recurrences, the number of outputs, and of how many blocks the outputs are late.
pub(super) struct Facts {
    pub(super) inputs: usize,
    pub(super) sums: usize,
    pub(super) forms: &'static [usize],
    pub(super) outputs: usize,
    pub(super) depth: usize,
}

impl Shape {
    pub(super) const fn facts(self) -> Facts {
        let (inputs, forms, outputs, depth): (_, &[usize], _, _) = match self {
            Self::Convergence => (1, &[MEAN; 3], 3, 1),
            Self::Twice => (1, &[MEAN; 2], 1, 1),
            Self::Thrice => (1, &[MEAN; 3], 1, 2),
            Self::Sixfold => (1, &[MEAN; 6], 1, 2),
            Self::ThriceRate => (1, &[MEAN; 3], 1, 2),
            Self::Strength => (1, &[AROUND_ZERO; 4], 1, 1),
            Self::RangeRatio => (2, &[MEAN; 2], 1, 1),
            Self::Range => (2, &[MEAN], 1, 0),
            Self::TrueRange | Self::TrueRangeRatio => (3, &[MEAN], 1, 0),
            Self::Relative => (1, &[AROUND_ZERO; 2], 1, 0),
            Self::Upward | Self::Downward => (3, &[AROUND_ZERO, GENERAL], 1, 0),
            Self::RelativeDifference => (1, &[MEAN; 2], 1, 0),
            Self::MoneyFlow | Self::WeightedMean => (4, &[], 1, 0),
            Self::MoneyFlowDifference => (4, &[MEAN; 2], 1, 1),
            Self::ReturnFlow => (2, &[], 1, 0),
            Self::SmoothedTwice => (1, &[MEAN; 2], 1, 1),
            Self::ChangeTwice => (1, &[AROUND_ZERO; 2], 1, 1),
            Self::AveragedBars => (4, &[MEAN], 4, 0),
            Self::VolumeForce => (4, &[MEAN; 3], 2, 1),
            Self::Distances => (3, &[MEAN], 2, 0),
        };
        let sums = match self {
            Self::MoneyFlow | Self::MoneyFlowDifference | Self::ReturnFlow => 1,
            Self::WeightedMean => 2,
            _ => 0,
        };
        Facts { inputs, sums, forms, outputs, depth }
    }
}

/// What a shape needs besides arithmetic on lanes.
///
/// The scans of a chain wait for each other. So they run on different blocks, as in a pipeline (software pipelining, Lam
/// 1988): a value that passes through `late` is that of the block before, and what is computed from it belongs to the next
/// stage. Evaluators that have no pipeline return it as it is.
pub(super) trait Evaluator<V: Vector8> {
    /// The outputs of a recurrence at values, given those one bar before, which around zero are not read.
    fn scan_after<const FORM: usize>(&mut self, scan: usize, stage: usize, now: V, before: V) -> V;

    /// The outputs of a recurrence at values.
    fn scan<const FORM: usize>(&mut self, scan: usize, stage: usize, now: V) -> V;

    /// The values, which must exist.
    fn existing(&mut self, now: V) -> V;

    /// The cumulative sum of values.
    fn sum(&mut self, sum: usize, stage: usize, now: V) -> V;

    /// The previous values, gaps skipped, given those one bar before; before the first value that of `opening`. `slot` is
    /// one per call.
    fn previous_after(&mut self, slot: usize, now: V, before: V, opening: V) -> V;

    /// As `previous_after`, of values that are no input.
    fn previous(&mut self, slot: usize, stage: usize, now: V, opening: V) -> V;

    /// The values of the block before; `slot` is one per call.
    fn late(&mut self, slot: usize, now: V) -> V;

    /// The values one bar before; once per shape.
    fn before(&mut self, stage: usize, now: V) -> V;

    /// The values where others have one too.
    fn aligned(&self, now: V, others: V) -> V;

    /// The first part over the second, times `scale` if given; `flat` where the second is 0.
    fn ratio(&self, scale: Option<f64>, parts: [V; 2], flat: f64) -> V;

    /// The values, held where nothing moves, as by [`Hold`](crate::kernel::Hold); once per shape.
    fn hold(&mut self, stage: usize, now: V, moves: V, drifts: bool) -> V;
}

/// The first part over the second, times `scale` if given; `flat` where the second is 0.
#[inline(always)]
pub(super) fn ratio<V: Vector8>(scale: Option<f64>, [part, whole]: [V; 2], flat: f64) -> V {
    let quotient = part / whole;
    let scaled = match scale {
        Some(scale) => V::splat(scale) * quotient,
        None => quotient,
    };
    scaled.unless_zero(whole, V::splat(flat))
}

/// The shapes by number.
pub(super) const SHAPES: [Shape; 23] = [
    Shape::Convergence,
    Shape::Twice,
    Shape::Thrice,
    Shape::Sixfold,
    Shape::ThriceRate,
    Shape::Strength,
    Shape::RangeRatio,
    Shape::Range,
    Shape::TrueRange,
    Shape::TrueRangeRatio,
    Shape::Relative,
    Shape::Upward,
    Shape::Downward,
    Shape::RelativeDifference,
    Shape::MoneyFlow,
    Shape::MoneyFlowDifference,
    Shape::ReturnFlow,
    Shape::WeightedMean,
    Shape::SmoothedTwice,
    Shape::ChangeTwice,
    Shape::AveragedBars,
    Shape::VolumeForce,
    Shape::Distances,
];
