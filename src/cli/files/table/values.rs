//! Columns of Arrow as numbers and texts, of whatever type they are.

use std::collections::BTreeMap;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType, Float16Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_schema::DataType;

use crate::cli::files::number::{self, Style};

/// The values of a column, and why some rows have none.
pub(super) struct Values {
    values: Vec<f64>,
    wrong: BTreeMap<usize, String>,
    /// The rows with a whole number that no `f64` is, and the number.
    rounded: BTreeMap<usize, String>,
    /// The relative distance of neighbours of the type.
    pub(super) slack: f64,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    /// Prices.
    Price,
    /// Volumes, which may end in K, M, B or T.
    Volume,
}

impl Values {
    /// The value of a row, or why the column of this name has none.
    pub(super) fn get(&self, row: usize, column: &str) -> Result<f64, String> {
        match self.wrong.get(&row) {
            Some(why) => Err(format!("{column} {why}")),
            None => Ok(self.values[row]),
        }
    }

    /// The number of a row that no `f64` is.
    pub(super) fn rounded(&self, row: usize) -> Option<&str> {
        self.rounded.get(&row).map(String::as_str)
    }

    /// Whether a row has no value, and nothing else is wrong with it.
    pub(super) fn is_missing(&self, row: usize) -> bool {
        self.wrong.get(&row).is_some_and(|why| why == MISSING)
    }
}

/// Why a row has no value.
const MISSING: &str = "has no value";

impl FromIterator<Result<f64, String>> for Values {
    fn from_iter<I: IntoIterator<Item = Result<f64, String>>>(items: I) -> Self {
        let items = items.into_iter();
        let values = Vec::with_capacity(items.size_hint().0);
        let mut all = Self { values, wrong: BTreeMap::new(), rounded: BTreeMap::new(), slack: f64::EPSILON };
        for item in items {
            let row = all.values.len();
            all.values.push(item.unwrap_or_else(|why| {
                all.wrong.insert(row, why);
                f64::NAN
            }));
        }
        all
    }
}

/// Returns the text of a row.
pub(super) type Texts<'a> = Box<dyn Fn(usize) -> Option<&'a str> + 'a>;

/// The texts of a column; the type when it has none.
pub(super) fn texts(array: &dyn Array) -> Result<Texts<'_>, &DataType> {
    Ok(match array.data_type() {
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            Box::new(|row| array.is_valid(row).then(|| array.value(row)))
        }
        DataType::LargeUtf8 => {
            let array = array.as_string::<i64>();
            Box::new(|row| array.is_valid(row).then(|| array.value(row)))
        }
        DataType::Utf8View => {
            let array = array.as_string_view();
            Box::new(|row| array.is_valid(row).then(|| array.value(row)))
        }
        DataType::Dictionary(_, _) => {
            let array = array.as_any_dictionary();
            let (keys, values) = (array.normalized_keys(), texts(array.values().as_ref())?);
            Box::new(move |row| array.is_valid(row).then(|| values(keys[row])).flatten())
        }
        other => return Err(other),
    })
}

fn primitives<T: ArrowPrimitiveType>(array: &dyn Array, read: impl Fn(T::Native) -> Result<f64, String>) -> Values {
    array.as_primitive::<T>().iter().map(|value| read(value.ok_or(MISSING)?)).collect()
}

/// Whole numbers, each the nearest `f64`; of prices in billionths, if the style says so.
fn whole<T: ArrowPrimitiveType<Native: Into<i128>>>(array: &dyn Array, quantity: Quantity, style: Style) -> Values {
    /// What Databento writes for a price that is not there.
    const UNDEFINED: i128 = i64::MAX as i128;
    let is_nanos = quantity == Quantity::Price && style.nanos;
    let mut values = primitives::<T>(array, |value| match value.into() {
        UNDEFINED if is_nanos => Err(MISSING.into()),
        nanos if is_nanos => number::read(format!("{nanos}e-9").as_bytes()).ok_or_else(|| MISSING.into()),
        whole => Ok(whole as f64),
    });
    for (row, value) in array.as_primitive::<T>().iter().enumerate() {
        let Some(whole) = value.map(Into::<i128>::into).filter(|_| !is_nanos) else { continue };
        if values.values[row] as i128 != whole {
            values.rounded.insert(row, whole.to_string());
        }
    }
    values
}

fn decimals<T: DecimalType + ArrowPrimitiveType>(array: &dyn Array) -> Values {
    let array = array.as_primitive::<T>();
    let value = |row| array.is_valid(row).then(|| number::read(array.value_as_string(row).as_bytes())).flatten();
    (0..array.len()).map(|row| value(row).ok_or_else(|| MISSING.into())).collect()
}

/// Numbers of any type, each the nearest `f64`; the type when it has none.
pub(super) fn numbers(array: &dyn Array, quantity: Quantity, style: Style) -> Result<Values, &DataType> {
    Ok(match array.data_type() {
        DataType::Float64 => primitives::<Float64Type>(array, Ok),
        DataType::Float32 => {
            let values = primitives::<Float32Type>(array, |value| Ok(value.into()));
            Values { slack: f32::EPSILON.into(), ..values }
        }
        DataType::Float16 => {
            let values = primitives::<Float16Type>(array, |value| Ok(value.to_f64()));
            Values { slack: 1.0 / 1024.0, ..values }
        }
        DataType::Int8 => whole::<Int8Type>(array, quantity, style),
        DataType::Int16 => whole::<Int16Type>(array, quantity, style),
        DataType::Int32 => whole::<Int32Type>(array, quantity, style),
        DataType::Int64 => whole::<Int64Type>(array, quantity, style),
        DataType::UInt8 => whole::<UInt8Type>(array, quantity, style),
        DataType::UInt16 => whole::<UInt16Type>(array, quantity, style),
        DataType::UInt32 => whole::<UInt32Type>(array, quantity, style),
        DataType::UInt64 => whole::<UInt64Type>(array, quantity, style),
        DataType::Decimal32(..) => decimals::<Decimal32Type>(array),
        DataType::Decimal64(..) => decimals::<Decimal64Type>(array),
        DataType::Decimal128(..) => decimals::<Decimal128Type>(array),
        DataType::Decimal256(..) => decimals::<Decimal256Type>(array),
        _ => in_text(&texts(array)?, array.len(), quantity, style),
    })
}

fn in_text(texts: &Texts<'_>, rows: usize, quantity: Quantity, style: Style) -> Values {
    let text = |row| texts(row).unwrap_or_default().trim();
    let read = |row| {
        let text = text(row).as_bytes();
        let number = match quantity {
            Quantity::Price => number::price(text, style),
            Quantity::Volume => number::volume(text, style),
        };
        number.ok_or_else(|| number::complain(text))
    };
    let mut values: Values = (0..rows).map(read).collect();
    let is_rounded = |row: &usize| number::is_rounded(text(*row).as_bytes(), values.values[*row]);
    values.rounded = (0..rows).filter(is_rounded).map(|row| (row, text(row).to_owned())).collect();
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use arrow_array::builder::StringDictionaryBuilder;
    use arrow_array::types::Int8Type as Key;
    use arrow_array::{
        ArrayRef, BooleanArray, Decimal128Array, Float32Array, Float64Array, Int32Array, Int64Array, LargeStringArray,
        StringArray, StringViewArray, UInt64Array,
    };

    fn dictionary(values: [&str; 2]) -> ArrayRef {
        let mut builder = StringDictionaryBuilder::<Key>::new();
        values.iter().for_each(|value| builder.append_value(value));
        Arc::new(builder.finish())
    }

    #[test]
    fn numbers_of_every_type_are_read() {
        let arrays: [ArrayRef; 9] = [
            Arc::new(Float64Array::from(vec![1.5, 2.0])),
            Arc::new(Float32Array::from(vec![1.5, 2.0])),
            Arc::new(Decimal128Array::from(vec![150, 200]).with_precision_and_scale(10, 2).expect("legal")),
            Arc::new(Decimal128Array::from(vec![15, 20]).with_precision_and_scale(10, 1).expect("legal")),
            Arc::new(StringArray::from(vec!["1.5", "2"])),
            Arc::new(LargeStringArray::from(vec![" 1.5", "2 "])),
            Arc::new(StringViewArray::from(vec!["1.5", "2"])),
            Arc::new(StringArray::from(vec!["15e-1", "2"])),
            dictionary(["1.5", "2"]),
        ];
        for array in arrays {
            let numbers = numbers(&array, Quantity::Volume, Style::PLAIN).unwrap_or_else(|kind| panic!("{kind}"));
            assert_eq!((numbers.values, numbers.wrong.len()), (vec![1.5, 2.0], 0), "{:?}", array.data_type());
        }
        let wholes: [ArrayRef; 2] = [Arc::new(Int32Array::from(vec![-5, 7])), Arc::new(Int64Array::from(vec![-5, 7]))];
        for array in wholes {
            assert_eq!(
                numbers(&array, Quantity::Price, Style::PLAIN).map(|numbers| numbers.values),
                Ok(vec![-5.0, 7.0])
            );
        }
        assert!(numbers(&BooleanArray::from(vec![true]), Quantity::Price, Style::PLAIN).is_err());
    }

    #[test]
    fn what_has_no_value_is_told() {
        let read_as = |array: ArrayRef| {
            let numbers = numbers(&array, Quantity::Volume, Style::PLAIN).unwrap_or_else(|kind| panic!("{kind}"));
            assert_eq!(numbers.get(0, "close"), Ok(1.0));
            numbers.get(1, "close").expect_err("no number")
        };
        assert_eq!(read_as(Arc::new(Float64Array::from(vec![Some(1.0), None]))), "close has no value");
        assert_eq!(read_as(Arc::new(StringArray::from(vec![Some("1"), None]))), "close has no value");
        assert_eq!(read_as(Arc::new(StringArray::from(vec!["1", "x"]))), "close is not a number: \"x\"");
    }

    #[test]
    fn big_whole_numbers_are_the_nearest_and_told() {
        for (big, nearest) in [((1 << 53) + 1, 9_007_199_254_740_992.0), (u64::MAX, 18_446_744_073_709_551_616.0)] {
            let array = UInt64Array::from(vec![1, big]);
            let numbers = numbers(&array, Quantity::Volume, Style::PLAIN).unwrap_or_else(|kind| panic!("{kind}"));
            assert_eq!((numbers.get(1, "volume"), numbers.rounded(1)), (Ok(nearest), Some(&*big.to_string())));
            assert_eq!(numbers.rounded(0), None);
        }
        let style = Style { nanos: true, ..Style::PLAIN };
        let nanos = Int64Array::from(vec![5_432_250_000_000, i64::MAX]);
        let numbers = numbers(&nanos, Quantity::Price, style).unwrap_or_else(|kind| panic!("{kind}"));
        assert_eq!((numbers.get(0, "open"), numbers.is_missing(1)), (Ok(5432.25), true));
    }
}
