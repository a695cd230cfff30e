//! Decimal text to the nearest `f64`, with a fast path for the short decimals of price files.

/// Powers of ten that are exact in `f64`, as far as needed.
const POWERS: [f64; 20] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19];

/// The most bytes of a plain decimal: as many digits always fit into 64 bits.
const PLAIN_MAX: usize = 19;

/// The notations of a missing value.
const NOTHING: [&str; 7] = ["", "nan", "null", "none", "n/a", "na", "-"];

/// The nearest number to a decimal.
pub(crate) fn read(text: &[u8]) -> Option<f64> {
    plain(text).or_else(|| std::str::from_utf8(text).ok()?.parse().ok())
}

/// Why a text is not a number; follows the name of its column.
pub(crate) fn complain(text: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(text).chars().take(40).collect();
    if NOTHING.contains(&&*text.to_lowercase()) {
        return "has no value".into();
    }
    let commas = text.matches(',').count();
    let hint = match text.replace(',', ".").parse::<f64>() {
        Ok(_) => "; commas in numbers are not read, write 1.5 for one and a half",
        Err(_) if commas > 0 && text.replace(',', "").parse::<f64>().is_ok() => "; commas in numbers are not read",
        Err(_) => "",
    };
    format!("is not a number: {text:?}{hint}")
}

/// Digits with at most one point among them. Up to 2^53 they are exact as a whole number, and so is the power of ten
/// that divides it, so the quotient is rounded once: it is the nearest.
fn plain(text: &[u8]) -> Option<f64> {
    let (sign, digits) = text.strip_prefix(b"-").map_or((1.0, text), |rest| (-1.0, rest));
    if digits.len() > PLAIN_MAX {
        return None;
    }
    let (mut whole, mut decimals, mut count, mut points) = (0_u64, 0, 0, 0);
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                whole = whole * 10 + u64::from(byte - b'0');
                decimals += points;
                count += 1;
            }
            b'.' => points += 1,
            _ => return None,
        }
    }
    let exact = count > 0 && points < 2 && whole <= 1 << 53;
    exact.then(|| sign * (whole as f64 / POWERS[decimals]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nonsense_is_told() {
        for (text, why) in [
            ("", "has no value"),
            ("NaN", "has no value"),
            ("abc", "is not a number: \"abc\""),
            ("1,5", "is not a number: \"1,5\"; commas in numbers are not read, write 1.5 for one and a half"),
            ("1,000.5", "is not a number: \"1,000.5\"; commas in numbers are not read"),
        ] {
            assert_eq!(complain(text.as_bytes()), why);
        }
        for text in ["", ".", "-", "1.2.3", "1_000", "0x10", "1 2", "--1"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_nearest_number_is_read(text in "-?[0-9]{0,17}\\.?[0-9]{0,12}(e-?[0-9]{1,2})?") {
            prop_assert_eq!(read(text.as_bytes()).map(f64::to_bits), text.parse().ok().map(f64::to_bits));
        }

        #[test]
        fn what_is_written_is_read(value in any::<f64>().prop_filter("a number", |value| !value.is_nan())) {
            prop_assert_eq!(read(value.to_string().as_bytes()).map(f64::to_bits), Some(value.to_bits()));
        }
    }
}
