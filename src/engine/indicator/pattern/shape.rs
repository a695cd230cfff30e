//! The vocabulary of patterns: candles, their prices, and the conditions long, short and near.

use std::ops::{Add, Sub};

use crate::indicator::{Args, Graph, Input, Port, Value};
use crate::kernel::{Condition, Measure, Pattern, Quantity, Term};

/// The inputs of every pattern.
pub(super) const CANDLE: &[Input] = &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE];

/// A candle of a pattern, by its lag in bars.
#[derive(Clone, Copy)]
pub(super) struct Candle(usize);

/// A price or distance derived from candles.
#[derive(Clone)]
pub(super) struct Price(Vec<Term>);

/// The arguments of a pattern.
pub(super) struct Shape<'a>(&'a Args<'a>);

/// The condition of every nonzero value, and the values.
pub(super) struct Answers(Condition, Vec<(f64, Condition)>);

/// Adds a pattern to a graph. Its lookback is the longest period of its settings plus `before` bars.
pub(super) fn pattern(
    graph: &mut Graph,
    args: &Args<'_>,
    before: usize,
    describe: fn(&Shape<'_>) -> Answers,
) -> Vec<Port> {
    let periods = args.values.iter().map(|value| if let Value::Integer(period) = value { *period } else { 0 });
    let lookback = periods.max().unwrap_or(0) + before;
    let Answers(always, answers) = describe(&Shape(args));
    vec![graph.add(Pattern { lookback, always, answers }, args.inputs)]
}

/// The last candles, oldest first.
pub(super) fn candles<const N: usize>() -> [Candle; N] {
    std::array::from_fn(|index| Candle(N - 1 - index))
}

/// The condition that always holds.
pub(super) fn always() -> Condition {
    Condition::All(vec![])
}

/// 100 where the condition is true.
pub(super) fn bullish(condition: Condition) -> Answers {
    Answers(condition, vec![(100.0, always())])
}

/// -100 where the condition is true.
pub(super) fn bearish(condition: Condition) -> Answers {
    Answers(condition, vec![(-100.0, always())])
}

/// 100 where `both` and `up` are true, -100 where `both` and `down` are.
pub(super) fn either(both: Condition, up: Condition, down: Condition) -> Answers {
    Answers(both, vec![(100.0, up), (-100.0, down)])
}

/// Where `both` is true, the first of these values whose condition is true too.
pub(super) fn first_of<const N: usize>(both: Condition, answers: [(f64, Condition); N]) -> Answers {
    Answers(both, answers.into())
}

/// A candle opens strictly within the body of another.
pub(super) fn opens_within(candle: Candle, other: Candle) -> Condition {
    candle.open().below(other.top()) & candle.open().above(other.bottom())
}

/// The first close beyond a shape within the three bars after it, unless another shape (`known`) follows; `beyond` takes
/// the lag of the shape in bars.
pub(super) fn confirmed(
    shape: impl Fn() -> Condition,
    known: impl Fn() -> Condition,
    beyond: impl Fn(usize) -> Condition,
) -> Condition {
    let at = |lag: usize| {
        let between = (1..lag).map(|bars| !known().earlier(bars) & !beyond(lag - bars).earlier(bars));
        between.fold(shape().earlier(lag) & beyond(lag), |all, quiet| all & quiet)
    };
    at(1) | at(2) | at(3)
}

impl Candle {
    /// The candle of this lag.
    pub(super) fn lag(bars: usize) -> Self {
        Self(bars)
    }

    fn measure(self, measure: Measure) -> Price {
        Price(vec![Term { quantity: Quantity::Of(measure), lag: self.0 }])
    }

    pub(super) fn open(self) -> Price {
        self.measure(Measure::Open)
    }

    pub(super) fn high(self) -> Price {
        self.measure(Measure::High)
    }

    pub(super) fn low(self) -> Price {
        self.measure(Measure::Low)
    }

    pub(super) fn close(self) -> Price {
        self.measure(Measure::Close)
    }

    /// The upper end of the body.
    pub(super) fn top(self) -> Price {
        self.measure(Measure::Top)
    }

    /// The lower end of the body.
    pub(super) fn bottom(self) -> Price {
        self.measure(Measure::Bottom)
    }

    pub(super) fn body(self) -> Price {
        self.measure(Measure::Body)
    }

    pub(super) fn upper_shadow(self) -> Price {
        self.measure(Measure::UpperShadow)
    }

    pub(super) fn lower_shadow(self) -> Price {
        self.measure(Measure::LowerShadow)
    }

    /// A part of the body.
    pub(super) fn body_part(self, part: f64) -> Price {
        Price(vec![Term { quantity: Quantity::Times(Measure::Body, part), lag: self.0 }])
    }

    /// Half of the range.
    pub(super) fn half_range(self) -> Price {
        Price(vec![Term { quantity: Quantity::Times(Measure::Range, 0.5), lag: self.0 }])
    }

    /// It closes at its open or above.
    pub(super) fn white(self) -> Condition {
        !self.black()
    }

    /// It closes below its open.
    pub(super) fn black(self) -> Condition {
        self.open().above(self.close())
    }

    /// The body is above that of another.
    pub(super) fn gaps_up(self, other: Self) -> Condition {
        self.bottom().above(other.top())
    }

    /// The body is below that of another.
    pub(super) fn gaps_down(self, other: Self) -> Condition {
        self.top().below(other.bottom())
    }

    /// Body and shadows are above those of another.
    pub(super) fn clears_up(self, other: Self) -> Condition {
        self.low().above(other.high())
    }

    /// Body and shadows are below those of another.
    pub(super) fn clears_down(self, other: Self) -> Condition {
        self.high().below(other.low())
    }

    /// Both ends are higher than those of another.
    pub(super) fn higher(self, other: Self) -> Condition {
        self.high().above(other.high()) & self.low().above(other.low())
    }

    /// Both ends are lower than those of another.
    pub(super) fn lower(self, other: Self) -> Condition {
        self.high().below(other.high()) & self.low().below(other.low())
    }

    /// Both ends are within those of another.
    pub(super) fn inside(self, other: Self) -> Condition {
        self.high().below(other.high()) & self.low().above(other.low())
    }

    /// The body is strictly within that of another.
    pub(super) fn body_inside(self, other: Self) -> Condition {
        self.top().below(other.top()) & self.bottom().above(other.bottom())
    }
}

impl Price {
    pub(super) fn above(self, other: Self) -> Condition {
        Condition::Greater(self.0, other.0)
    }

    pub(super) fn below(self, other: Self) -> Condition {
        other.above(self)
    }

    pub(super) fn at_least(self, other: Self) -> Condition {
        !self.below(other)
    }

    pub(super) fn at_most(self, other: Self) -> Condition {
        !self.above(other)
    }

    /// It is within `distance` of another.
    pub(super) fn within(self, other: Self, distance: Self) -> Condition {
        self.clone().at_most(other.clone() + distance.clone()) & self.at_least(other - distance)
    }
}

impl Shape<'_> {
    /// A setting's limit at a candle.
    fn limit(&self, name: &str, measure: Measure, candle: Candle) -> Price {
        let period = self.0.integer(&format!("{name}_period"));
        // TA-Lib's mean of both shadows is one of a single shadow.
        let shadows = if measure == Measure::Shadows { 0.5 } else { 1.0 };
        let factor = self.0.real(&format!("{name}_factor")) * shadows;
        Price(vec![match period {
            0 => Term { quantity: Quantity::Times(measure, factor), lag: candle.0 },
            _ => Term { quantity: Quantity::Mean(measure, period, factor), lag: candle.0 },
        }])
    }

    /// The parameter of this name.
    pub(super) fn penetration(&self) -> f64 {
        self.0.real("penetration")
    }

    /// The body is long.
    pub(super) fn long(&self, candle: Candle) -> Condition {
        candle.body().above(self.limit("long", Measure::Body, candle))
    }

    /// The body is shorter than the limit of short bodies.
    pub(super) fn short(&self, candle: Candle) -> Condition {
        candle.body().below(self.limit("short", Measure::Body, candle))
    }

    /// The body is longer than the limit of short bodies.
    pub(super) fn longer_than_short(&self, candle: Candle) -> Condition {
        candle.body().above(self.limit("short", Measure::Body, candle))
    }

    /// The body is that of a doji.
    pub(super) fn doji(&self, candle: Candle) -> Condition {
        self.doji_at(candle, candle)
    }

    /// The body is that of a doji by the limit of another candle.
    pub(super) fn doji_at(&self, candle: Candle, other: Candle) -> Condition {
        candle.body().at_most(self.limit("doji", Measure::Range, other))
    }

    /// The upper shadow is very short.
    pub(super) fn no_upper(&self, candle: Candle) -> Condition {
        candle.upper_shadow().below(self.limit("shadow_very_short", Measure::Range, candle))
    }

    /// The lower shadow is very short.
    pub(super) fn no_lower(&self, candle: Candle) -> Condition {
        candle.lower_shadow().below(self.limit("shadow_very_short", Measure::Range, candle))
    }

    /// There is an upper shadow.
    pub(super) fn some_upper(&self, candle: Candle) -> Condition {
        candle.upper_shadow().above(self.limit("shadow_very_short", Measure::Range, candle))
    }

    /// There is a lower shadow.
    pub(super) fn some_lower(&self, candle: Candle) -> Condition {
        candle.lower_shadow().above(self.limit("shadow_very_short", Measure::Range, candle))
    }

    /// The upper shadow is short.
    pub(super) fn short_upper(&self, candle: Candle) -> Condition {
        candle.upper_shadow().below(self.limit("shadow_short", Measure::Shadows, candle))
    }

    /// The upper shadow is longer than the limit of short shadows.
    pub(super) fn longer_upper(&self, candle: Candle) -> Condition {
        candle.upper_shadow().above(self.limit("shadow_short", Measure::Shadows, candle))
    }

    /// The lower shadow is short.
    pub(super) fn short_lower(&self, candle: Candle) -> Condition {
        candle.lower_shadow().below(self.limit("shadow_short", Measure::Shadows, candle))
    }

    /// The upper shadow is long.
    pub(super) fn long_upper(&self, candle: Candle) -> Condition {
        candle.upper_shadow().above(self.limit("shadow_long", Measure::Body, candle))
    }

    /// The lower shadow is long.
    pub(super) fn long_lower(&self, candle: Candle) -> Condition {
        candle.lower_shadow().above(self.limit("shadow_long", Measure::Body, candle))
    }

    /// The upper shadow is very long.
    pub(super) fn very_long_upper(&self, candle: Candle) -> Condition {
        candle.upper_shadow().above(self.limit("shadow_very_long", Measure::Body, candle))
    }

    /// The lower shadow is very long.
    pub(super) fn very_long_lower(&self, candle: Candle) -> Condition {
        candle.lower_shadow().above(self.limit("shadow_very_long", Measure::Body, candle))
    }

    /// The distance that is near at a candle.
    pub(super) fn near(&self, candle: Candle) -> Price {
        self.limit("near", Measure::Range, candle)
    }

    /// The distance that is far at a candle.
    pub(super) fn far(&self, candle: Candle) -> Price {
        self.limit("far", Measure::Range, candle)
    }

    /// Two prices are equal within the tolerance at a candle.
    pub(super) fn equal(&self, candle: Candle, price: Price, other: Price) -> Condition {
        let limit = self.limit("equal", Measure::Range, candle);
        price.within(other, limit)
    }

    /// A price is above another by more than the tolerance of equal at a candle.
    pub(super) fn clearly_above(&self, candle: Candle, price: Price, other: Price) -> Condition {
        price.above(other + self.limit("equal", Measure::Range, candle))
    }
}

impl Add for Price {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl Sub for Price {
    type Output = Self;

    fn sub(mut self, other: Self) -> Self {
        self.0.extend(other.0.iter().map(|term| Term { quantity: term.quantity.negative(), ..*term }));
        self
    }
}
