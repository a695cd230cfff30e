//! Candle settings (long, short, doji, near, ...): parameters with TA-Lib's defaults.

use crate::indicator::{Kind, PERIOD_MAX, Param};

/// The largest real parameter, as in TA-Lib.
const REAL_MAX: f64 = 3e37;

const fn period(name: &'static str, default: usize, help: &'static str) -> Param {
    Param { name, kind: Kind::Integer { default, min: 0, max: PERIOD_MAX }, help }
}

const fn factor(name: &'static str, default: f64, help: &'static str) -> Param {
    Param::real(name, default, 0.0, REAL_MAX, help)
}

/// The penetration of the first body by the last close of a star.
pub(super) const fn penetration(default: f64) -> Param {
    factor(
        "penetration",
        default,
        "the penetration of the first body that the close must exceed, as a fraction of that body",
    )
}

/// Declares both parameters of a setting: the number of preceding candles averaged, and the factor.
macro_rules! settings {
    ($($period:ident $factor:ident: $name:literal, $bars:literal, $times:literal, $what:literal;)+) => {$(
        pub(super) const $period: Param = period(
            concat!($name, "_period"),
            $bars,
            concat!("the number of preceding candles averaged for ", $what, "; 0 for the candle itself"),
        );
        pub(super) const $factor: Param =
            factor(concat!($name, "_factor"), $times, concat!("the multiple of that mean that bounds ", $what));
    )+};
}

settings! {
    LONG_PERIOD LONG_FACTOR: "long", 10, 1.0, "a long body (of bodies)";
    SHORT_PERIOD SHORT_FACTOR: "short", 10, 1.0, "a short body (of bodies)";
    DOJI_PERIOD DOJI_FACTOR: "doji", 10, 0.1, "a doji body (of ranges)";
    SHADOW_LONG_PERIOD SHADOW_LONG_FACTOR: "shadow_long", 0, 1.0, "a long shadow (of bodies)";
    SHADOW_VERY_LONG_PERIOD SHADOW_VERY_LONG_FACTOR: "shadow_very_long", 0, 2.0, "a very long shadow (of bodies)";
    SHADOW_SHORT_PERIOD SHADOW_SHORT_FACTOR: "shadow_short", 10, 1.0, "a short shadow (of half the sum of both shadows)";
    SHADOW_VERY_SHORT_PERIOD SHADOW_VERY_SHORT_FACTOR: "shadow_very_short", 10, 0.1, "a very short shadow (of ranges)";
    NEAR_PERIOD NEAR_FACTOR: "near", 5, 0.2, "a near distance (of ranges)";
    FAR_PERIOD FAR_FACTOR: "far", 5, 0.6, "a far distance (of ranges)";
    EQUAL_PERIOD EQUAL_FACTOR: "equal", 5, 0.05, "equal prices (of ranges)";
}
