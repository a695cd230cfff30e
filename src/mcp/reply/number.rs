//! Numbers with as many digits as a reader needs.

use serde_json::Value;

/// The digits of values that stand alone.
pub(in crate::mcp) const DIGITS: usize = 7;

/// The digits of the points of a curve.
pub(in crate::mcp) const CURVE_DIGITS: usize = 5;

/// A value rounded to `digits` significant digits; null for NaN and infinities.
pub(in crate::mcp) fn number(value: f64, digits: usize) -> Value {
    let rounded: f64 = format!("{value:.*e}", digits - 1).parse().unwrap_or(f64::NAN);
    if rounded.fract() == 0.0 && rounded.abs() < 1e15 {
        return Value::from(rounded as i64);
    }
    serde_json::Number::from_f64(rounded).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn digits_are_significant() {
        for (value, expected) in [
            (43_567.123_456, json!(43567.12)),
            (0.000_123_456_789, json!(0.0001234568)),
            (-0.0, json!(0)),
            (100.0, json!(100)),
            (12_345_678.9, json!(12_345_680)),
            (f64::NAN, json!(null)),
            (f64::NEG_INFINITY, json!(null)),
            (1e300, json!(1e300)),
        ] {
            assert_eq!(number(value, DIGITS), expected, "{value}");
        }
    }
}
