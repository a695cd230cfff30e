//! Tolerances against TA-Lib: always finite.

use atrad::indicator::Value;

use crate::common::Question;

/// The largest error, as `common::worst` measures it. Each is made at compile time, where one that is infinite, not a
/// number, or larger than `LARGEST` is an error.
#[derive(Clone, Copy)]
pub(crate) struct Tolerance(f64);

/// No tolerance is larger: six digits agree everywhere.
const LARGEST: f64 = 1e-6;

/// Two that are the same.
const NONE: Tolerance = Tolerance::relative(0.0);

/// What is allowed where nothing else is said.
const USUAL: Tolerance = Tolerance::relative(1e-9);

impl Tolerance {
    /// A share of the value, or of the mean size of its column.
    const fn relative(share: f64) -> Self {
        assert!(share >= 0.0 && share <= LARGEST, "a tolerance is from 0 to 1e-6");
        Self(share)
    }

    /// What is allowed where sums that TA-Lib carries along the series have lost digits; `tests/exact` shows that ours
    /// have not.
    pub(crate) fn of(question: &Question, output: usize) -> Self {
        const BETA: Tolerance = Tolerance::relative(1e-6);
        const ANGLE: Tolerance = Tolerance::relative(1e-8);
        const STC: Tolerance = Tolerance::relative(1e-8);
        const PERCENT_B: Tolerance = Tolerance::relative(1e-7);
        const TRIMA: Tolerance = Tolerance::relative(2e-8);
        match (question.indicator.name, question.indicator.outputs[output].name) {
            (_, "direction") => NONE,
            // Two returns that hardly differ.
            ("beta", _) => BETA,
            // Turns an error of the slope, near zero, into one of degrees.
            ("linearreg_angle", _) => ANGLE,
            // A difference of averages that hardly moved, as a share of how little it moved.
            ("stc", _) => STC,
            ("percentb", _) => PERCENT_B,
            _ if question.values.contains(&Value::Choice("trima")) => TRIMA,
            _ => USUAL,
        }
    }

    /// Whether it may be so far off.
    pub(crate) fn admits(self, off: f64) -> bool {
        off <= self.0
    }
}
