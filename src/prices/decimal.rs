//! Decimal encoding of f64 values after ALP (Afroozeh, Kuffo, Boncz, SIGMOD 2023): value = integer / 10^exponent,
//! bit-exact or not used.
//!
//! Most market data is decimal, so a small integer replaces the 64-bit float. Decoding must be cheap and
//! correctly rounded: division is exact but slow, and a product with the rounded 10^-k is often one ulp off. ALP
//! multiplies by 10^f and 10^-e and searches for a pair that happens to round right. Here 10^-k is split in two f64, as
//! in double-double arithmetic: `high` has 9 significant bits, so its product with an integer below 2^44 is exact, and
//! `low` is the f64 nearest to the rest. `n * high + n * low` rounds to the nearest decimal in all but rare cases, with
//! one exponent to search for.
//!
//! No fused multiply-add: files must decode to the same bits on every CPU.
//!
//! Invariant: `Scale::number` returns an integer only if decoding it gives the value back bit for bit; everything else
//! (-0, NaN, too many digits, the rare misrounding) becomes an exception.

use super::integers::{INTEGER_MAX, Integers};
use super::packing::{Group, LANES};

/// The exponents: from 10^6 down to 10^-14.
pub(super) const EXPONENTS: std::ops::RangeInclusive<i8> = -6..=14;

/// The two parts of 10^-exponent for exponents from 0 on: 9 bits, and the f64 nearest to the rest.
const PARTS: [(u64, u64); 15] = [
    (0x3ff0_0000_0000_0000, 0x0000_0000_0000_0000),
    (0x3fb9_a000_0000_0000, 0xbf19_9999_9999_999a),
    (0x3f84_8000_0000_0000, 0xbee4_7ae1_47ae_147b),
    (0x3f50_6000_0000_0000, 0x3ea2_6e97_8d4f_df3b),
    (0x3f1a_3000_0000_0000, 0x3e7b_8bac_710c_b296),
    (0x3ee5_0000_0000_0000, 0xbe4d_29dc_725c_3dee),
    (0x3eb0_c000_0000_0000, 0x3e1b_de82_d7b6_34db),
    (0x3e7a_d000_0000_0000, 0x3ddf_ca6a_f2bd_215e),
    (0x3e45_8000_0000_0000, 0xbda9_c477_3dcf_1882),
    (0x3e11_3000_0000_0000, 0xbd5f_417d_9296_b4d2),
    (0x3ddb_8000_0000_0000, 0xbd29_0131_4212_2a41),
    (0x3da6_0000_0000_0000, 0xbcf4_00f4_34db_5501),
    (0x3d71_9000_0000_0000, 0x3cde_6604_b7a8_4466),
    (0x3d3c_2000_0000_0000, 0x3c97_09a1_25da_070a),
    (0x3d06_8000_0000_0000, 0x3c62_6e1a_84ae_6c08),
];
const TENS: [f64; 15] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14];
/// 1.5 * 2^52: adding and subtracting it rounds a magnitude below 2^51 to the nearest integer, without a call.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// A power of ten, split for exact decoding.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    exponent: i8,
    high: f64,
    low: f64,
}

impl Scale {
    /// The scale of an exponent; `None` out of range.
    pub(super) fn new(exponent: i8) -> Option<Self> {
        let index = EXPONENTS.contains(&exponent).then(|| usize::from(exponent.unsigned_abs()))?;
        let (high, low) = match exponent {
            0.. => (f64::from_bits(PARTS[index].0), f64::from_bits(PARTS[index].1)),
            _ => (TENS[index], 0.0),
        };
        Some(Self { exponent, high, low })
    }

    pub(super) fn exponent(&self) -> i8 {
        self.exponent
    }

    fn value(&self, number: f64) -> f64 {
        number * self.high + number * self.low
    }

    /// The integer that decodes to exactly this value, if there is one.
    pub(super) fn number(&self, value: f64) -> Option<i64> {
        let ten = TENS[usize::from(self.exponent.unsigned_abs())];
        let scaled = if self.exponent < 0 { value / ten } else { value * ten };
        let number = (scaled + ROUND) - ROUND;
        let exact = self.value(number).to_bits() == value.to_bits() && number.abs() < INTEGER_MAX as f64;
        exact.then_some(number as i64)
    }
}

/// What the numbers of a block are relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference {
    /// Zero.
    Nothing = 0,
    /// The number of the close of the same bar.
    Close = 1,
    /// The number of the close of the previous bar; for the first bar of a block, of its own close.
    CloseBefore = 2,
}

impl Reference {
    /// The references that save most come first: of two of the same cost the first is taken.
    pub(super) const ALL: [Self; 3] = [Self::Close, Self::CloseBefore, Self::Nothing];
}

/// A parsed block of decimals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimals<'a> {
    pub(super) integers: Integers<'a>,
    pub(super) scale: Scale,
    pub(super) reference: Reference,
}

impl<'a> Decimals<'a> {
    /// Parses exactly `rows` decimals from a payload.
    pub(super) fn parse(payload: &'a [u8], rows: usize) -> Option<Self> {
        let integers = Integers::parse(payload, rows, 0)?;
        let reference = match integers.tags[1] {
            0 => Reference::Nothing,
            1 => Reference::Close,
            2 => Reference::CloseBefore,
            _ => return None,
        };
        Some(Self { integers, scale: Scale::new(integers.tags[0].cast_signed())?, reference })
    }

    /// Fills `out` with the values of the groups from `first` on. `close` is the close block of the same bars, used if
    /// this block refers to it.
    pub(super) fn decode(&self, close: Option<&Decimals<'_>>, first: usize, out: &mut [Group]) {
        if out.is_empty() {
            return;
        }
        let (base, scale) = (self.integers.base as f64, self.scale);
        let value = move |number| scale.value(number);
        match (self.reference, close) {
            (Reference::Close, Some(close)) => close.numbers(base, first, out),
            (Reference::CloseBefore, Some(close)) => close.numbers_before(base, first, out),
            _ => self.integers.fill(base, first, out, value),
        }
        if self.reference != Reference::Nothing {
            self.integers.add(first, out, value);
        }
        self.integers.except(first, out, |out, bytes| *out = f64::from_le_bytes(bytes));
    }

    fn numbers(&self, more: f64, first: usize, out: &mut [Group]) {
        self.integers.fill(self.integers.base as f64 + more, first, out, |number| number);
    }

    fn numbers_before(&self, more: f64, first: usize, out: &mut [Group]) {
        self.numbers(more, first, out);
        let mut before = [[out[0][0]; LANES]];
        if first > 0 {
            self.numbers(more, first - 1, &mut before);
        }
        let out = out.as_flattened_mut();
        out.copy_within(..out.len() - 1, 1);
        out[0] = before[0][LANES - 1];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        let number = |exponent, value| Scale::new(exponent).expect("known").number(value);
        assert_eq!(number(1, 7192.9), Some(71929));
        assert_eq!(number(2, -0.07), Some(-7));
        assert_eq!(number(8, 2143.279383), Some(214_327_938_300));
        assert_eq!(number(-2, 9_616_100.0), Some(96161));
        assert_eq!(number(0, 0.0), Some(0));
        let largest = INTEGER_MAX - 1;
        assert_eq!([largest, -largest].map(|n| number(0, n as f64)), [Some(largest), Some(-largest)]);
        assert_eq!([INTEGER_MAX, -INTEGER_MAX].map(|n| number(0, n as f64)), [None, None]);
        for hostile in [-0.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE, 5e-324, 1e300, 0.1 + 0.2, 1e17] {
            assert!(EXPONENTS.filter(|&exponent| exponent >= 0).all(|e| number(e, hostile).is_none()), "{hostile}");
        }
        assert!(Scale::new(15).is_none() && Scale::new(-7).is_none() && Scale::new(-128).is_none());
    }

    #[test]
    fn every_price_of_few_digits_is_a_decimal() {
        for exponent in 0..=4 {
            let scale = Scale::new(exponent).expect("known");
            for number in (1..1 << 31).step_by(9973) {
                assert_eq!(scale.number(number as f64 / TENS[exponent as usize]), Some(number));
            }
        }
    }
}
