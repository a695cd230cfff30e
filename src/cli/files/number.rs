//! Decimal text to the nearest `f64`, with a fast path for the short decimals of price files.

/// Powers of ten that are exact in `f64`, as far as needed.
const POWERS: [f64; 20] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19];

/// How a file writes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// The mark before the fraction: a point or a comma.
    pub(crate) decimal: char,
    /// The thousands separator, if there is one.
    pub(crate) thousands: Option<char>,
    /// Prices without a point are whole billionths.
    pub(crate) nanos: bool,
}

impl Style {
    /// A decimal point and no thousands separator.
    pub(crate) const PLAIN: Self = Self { decimal: '.', thousands: None, nanos: false };
}

impl Default for Style {
    fn default() -> Self {
        Self::PLAIN
    }
}

/// The suffixes of large numbers, and their powers of ten.
const SUFFIXES: [(u8, u8); 4] = [(b'K', 3), (b'M', 6), (b'B', 9), (b'T', 12)];

/// The signs of currencies that stand before prices.
const CURRENCIES: [&str; 4] = ["$", "\u{20ac}", "\u{a3}", "\u{a5}"];

/// The most bytes of a plain decimal: as many digits always fit into 64 bits.
const PLAIN_MAX: usize = 19;

/// The number of significant digits that a float64 always preserves.
pub(crate) const EXACT_DIGITS: usize = 15;

/// The notations of a missing value.
const NOTHING: [&str; 7] = ["", "nan", "null", "none", "n/a", "na", "-"];

/// The nearest number to a decimal.
pub(crate) fn read(text: &[u8]) -> Option<f64> {
    plain(text).or_else(|| std::str::from_utf8(text).ok()?.parse().ok())
}

/// The nearest number to a price.
pub(crate) fn price(text: &[u8], style: Style) -> Option<f64> {
    match (style, plain(text)) {
        (Style::PLAIN, Some(number)) => Some(number),
        (Style { nanos: true, .. }, Some(_)) if !text.contains(&b'.') => {
            read(format!("{}e-9", std::str::from_utf8(text).ok()?).as_bytes())
        }
        _ => read(&bare(text, style)?),
    }
}

/// The nearest number to a volume, which may end in K, M, B or T.
pub(crate) fn volume(text: &[u8], style: Style) -> Option<f64> {
    if let (Style { decimal: '.', thousands: None, .. }, Some(number)) = (style, plain(text)) {
        return Some(number);
    }
    let (number, last) = text.split_at(text.len().checked_sub(1)?);
    let power = SUFFIXES.iter().find(|(letter, _)| last[0].eq_ignore_ascii_case(letter)).map(|(_, power)| power);
    let Some(power) = power else { return read(&bare(text, style)?) };
    let mut number = bare(number.trim_ascii_end(), style)?;
    // The power of ten goes into the text, so that the product is rounded once.
    let is_plain = number.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.' || *byte == b'-');
    number.extend_from_slice(format!("e{power}").as_bytes());
    if is_plain { read(&number) } else { None }
}

/// Whether a text says that there is no value.
pub(crate) fn is_nothing(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.len() <= 4 && NOTHING.contains(&&*text.to_lowercase()))
}

/// Whether a whole number lies between two of `f64`.
pub(crate) fn is_rounded(text: &[u8], number: f64) -> bool {
    text.len() > EXACT_DIGITS
        && std::str::from_utf8(text).ok().and_then(|text| text.parse::<i128>().ok()).is_some_and(|whole| {
            // Beyond 2^127 a conversion saturates, which is unequal too.
            number as i128 != whole
        })
}

/// A number in the usual style: without a currency, without thousands separators, with a decimal point.
fn bare(text: &[u8], style: Style) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let text = CURRENCIES.iter().find_map(|sign| text.strip_prefix(sign)).unwrap_or(text).trim_start();
    let (whole, fraction) = text.split_once(style.decimal).unwrap_or((text, ""));
    let has_point = text.contains(style.decimal);
    let whole = match style.thousands {
        Some(mark) => ungrouped(whole, mark)?,
        None => whole.to_owned(),
    };
    // A mark that is not of the style is no part of a number.
    let foreign = |text: &str| text.contains(['.', ',']);
    if foreign(&whole) || (has_point && foreign(fraction)) {
        return None;
    }
    Some(format!("{sign}{whole}{}{fraction}", if has_point { "." } else { "" }).into_bytes())
}

/// Digits without the marks between groups: the last group has three digits, others two (in India) or three.
fn ungrouped(whole: &str, mark: char) -> Option<String> {
    let mut groups = whole.split(mark);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let legal = match rest.split_last() {
        None => true,
        Some((last, middle)) => {
            last.len() == 3 && middle.iter().all(|group| matches!(group.len(), 2 | 3)) && (1..=3).contains(&first.len())
        }
    };
    legal.then(|| whole.replace(mark, ""))
}

/// Why a text is not a number; follows the name of its column.
pub(crate) fn complain(text: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(text).chars().take(40).collect();
    if NOTHING.contains(&&*text.to_lowercase()) {
        return "has no value".into();
    }
    let is_number = |text: String| text.parse::<f64>().is_ok();
    let hint = match (text.rfind('.'), text.rfind(',')) {
        (Some(point), Some(comma)) if point < comma && is_number(text.replace('.', "").replace(',', ".")) => {
            "; use --decimal , --thousands ."
        }
        (None, Some(_)) if is_number(text.replace(',', ".")) => {
            "; if the comma is the decimal separator, use --decimal , and if it separates thousands, --thousands ,"
        }
        (_, Some(_)) if is_number(text.replace(',', "")) => "; if commas separate thousands, use --thousands ,",
        _ => "",
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
            (
                "1,5",
                "is not a number: \"1,5\"; if the comma is the decimal separator, use --decimal , and if it separates \
                 thousands, --thousands ,",
            ),
            ("1,000.5", "is not a number: \"1,000.5\"; if commas separate thousands, use --thousands ,"),
            ("1.000,5", "is not a number: \"1.000,5\"; use --decimal , --thousands ."),
        ] {
            assert_eq!(complain(text.as_bytes()), why);
        }
        for text in ["", ".", "-", "1.2.3", "1_000", "0x10", "1 2", "--1"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_read_in_the_style_of_the_file() {
        let english = Style { thousands: Some(','), ..Style::PLAIN };
        let german = Style { decimal: ',', thousands: Some('.'), nanos: false };
        let swiss = Style { thousands: Some('\''), ..Style::PLAIN };
        for (style, text, expected) in [
            (Style::PLAIN, "$217.43", Some(217.43)),
            (Style::PLAIN, "-$1.5", Some(-1.5)),
            (english, "4,281.50", Some(4281.5)),
            (english, "12,34,567", Some(1_234_567.0)),
            (english, "1,5", None),
            (german, "1.234,5", Some(1234.5)),
            (german, "0,25", Some(0.25)),
            (german, "1.5", None),
            (swiss, "1'234'567.5", Some(1_234_567.5)),
            (Style::PLAIN, "1,234", None),
            (Style { decimal: ',', ..Style::PLAIN }, "1.5", None),
            (Style { nanos: true, ..Style::PLAIN }, "5432250000000", Some(5432.25)),
            (Style { nanos: true, ..Style::PLAIN }, "5432.250000000", Some(5432.25)),
        ] {
            assert_eq!(price(text.as_bytes(), style), expected, "{text} {style:?}");
        }
        for (text, expected) in [
            ("1.25M", Some(1.25e6)),
            ("98.53K", Some(98_530.0)),
            ("2b", Some(2e9)),
            ("0.1T", Some(1e11)),
            ("M", None),
            ("1e3M", None),
            ("1.5", Some(1.5)),
        ] {
            assert_eq!(volume(text.as_bytes(), Style::PLAIN), expected, "{text}");
        }
        assert_eq!(volume(b"1,250.5K", english), Some(1_250_500.0));
        assert!(is_rounded(b"1152921504606846977", 1_152_921_504_606_846_976.0));
        assert!(!is_rounded(b"1152921504606846976", 1_152_921_504_606_846_976.0) && !is_rounded(b"12.5", 12.5));
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
