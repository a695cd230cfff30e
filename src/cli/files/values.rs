//! Columns of Arrow as times, numbers and texts, of whatever type they are.

use std::collections::BTreeMap;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_schema::{DataType, TimeUnit};

use super::layout::Role;
use super::number;
use crate::cli::times;

/// The values of a column, and why some rows have none.
pub(super) struct Values<T> {
    values: Vec<T>,
    wrong: BTreeMap<usize, String>,
}

impl<T: Copy> Values<T> {
    /// The value of a row, or why the column of this role has none.
    pub(super) fn get(&self, row: usize, role: Role) -> Result<T, String> {
        match self.wrong.get(&row) {
            Some(why) => Err(format!("{} {why}", role.name())),
            None => Ok(self.values[row]),
        }
    }
}

impl<T: Default> FromIterator<Result<T, String>> for Values<T> {
    fn from_iter<I: IntoIterator<Item = Result<T, String>>>(items: I) -> Self {
        let items = items.into_iter();
        let mut all = Self { values: Vec::with_capacity(items.size_hint().0), wrong: BTreeMap::new() };
        for item in items {
            let row = all.values.len();
            all.values.push(item.unwrap_or_else(|why| {
                all.wrong.insert(row, why);
                T::default()
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

fn primitives<T: ArrowPrimitiveType, V: Default>(
    array: &dyn Array,
    read: impl Fn(T::Native) -> Result<V, String>,
) -> Values<V> {
    array.as_primitive::<T>().iter().map(|value| read(value.ok_or("has no value")?)).collect()
}

/// Numbers of any type; decimals are rounded to the nearest `f64`.
pub(super) fn numbers(array: &dyn Array) -> Result<Values<f64>, &DataType> {
    fn whole<T: ArrowPrimitiveType<Native: Into<i128>>>(array: &dyn Array) -> Values<f64> {
        primitives::<T, _>(array, |value| {
            let whole: i128 = value.into();
            let number = whole as f64;
            if number as i128 == whole { Ok(number) } else { Err(format!("has no exact f64 value: {whole}")) }
        })
    }
    fn decimals<T: DecimalType + ArrowPrimitiveType>(array: &dyn Array) -> Values<f64> {
        let array = array.as_primitive::<T>();
        let value = |row| array.is_valid(row).then(|| number::read(array.value_as_string(row).as_bytes())).flatten();
        (0..array.len()).map(|row| value(row).ok_or_else(|| "has no value".into())).collect()
    }
    Ok(match array.data_type() {
        DataType::Float64 => primitives::<Float64Type, _>(array, Ok),
        DataType::Float32 => primitives::<Float32Type, _>(array, |value| Ok(value.into())),
        DataType::Float16 => primitives::<Float16Type, _>(array, |value| Ok(value.to_f64())),
        DataType::Int8 => whole::<Int8Type>(array),
        DataType::Int16 => whole::<Int16Type>(array),
        DataType::Int32 => whole::<Int32Type>(array),
        DataType::Int64 => whole::<Int64Type>(array),
        DataType::UInt8 => whole::<UInt8Type>(array),
        DataType::UInt16 => whole::<UInt16Type>(array),
        DataType::UInt32 => whole::<UInt32Type>(array),
        DataType::UInt64 => whole::<UInt64Type>(array),
        DataType::Decimal32(..) => decimals::<Decimal32Type>(array),
        DataType::Decimal64(..) => decimals::<Decimal64Type>(array),
        DataType::Decimal128(..) => decimals::<Decimal128Type>(array),
        DataType::Decimal256(..) => decimals::<Decimal256Type>(array),
        _ => {
            let text = texts(array)?;
            let read = |row| {
                let text = text(row).unwrap_or_default().trim().as_bytes();
                number::read(text).ok_or_else(|| number::complain(text))
            };
            (0..array.len()).map(read).collect()
        }
    })
}

/// Times of any type. Times without a zone are UTC; the unit of counts is detected by magnitude.
pub(super) fn moments(array: &dyn Array) -> Result<Values<i64>, &DataType> {
    fn units<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &dyn Array, nanos: i64) -> Values<i64> {
        primitives::<T, _>(array, |value| {
            let count: i64 = value.into();
            count.checked_mul(nanos).ok_or_else(|| format!("is out of range: {count}"))
        })
    }
    fn counts<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &dyn Array) -> Values<i64> {
        primitives::<T, _>(array, |value| {
            let count: i64 = value.into();
            times::of_count(count).ok_or_else(|| format!("is out of range: {count}"))
        })
    }
    Ok(match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => units::<TimestampSecondType>(array, 1_000_000_000),
        DataType::Timestamp(TimeUnit::Millisecond, _) => units::<TimestampMillisecondType>(array, 1_000_000),
        DataType::Timestamp(TimeUnit::Microsecond, _) => units::<TimestampMicrosecondType>(array, 1000),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => units::<TimestampNanosecondType>(array, 1),
        DataType::Date32 => units::<Date32Type>(array, 86_400_000_000_000),
        DataType::Date64 => units::<Date64Type>(array, 1_000_000),
        DataType::Int64 => counts::<Int64Type>(array),
        DataType::Int32 => counts::<Int32Type>(array),
        DataType::UInt32 => counts::<UInt32Type>(array),
        DataType::UInt64 | DataType::Float64 => {
            let counts = numbers(array)?;
            let read = |(row, &value): (usize, &f64)| {
                let exact = value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0;
                let count = if exact { times::of_count(value as i64) } else { None };
                count.ok_or_else(|| {
                    counts.wrong.get(&row).cloned().unwrap_or_else(|| format!("has an unknown format: {value}"))
                })
            };
            counts.values.iter().enumerate().map(read).collect()
        }
        _ => {
            let text = texts(array)?;
            let read = |row| {
                let text = text(row).unwrap_or_default();
                times::read(text.trim()).ok_or_else(|| format!("has an unknown format: {text:?}"))
            };
            (0..array.len()).map(read).collect()
        }
    })
}

/// Times from separate columns of dates and times of day.
pub(super) fn of_days<'a>(dates: &Texts<'a>, clocks: &Texts<'a>, rows: usize) -> Values<i64> {
    let read = |row| {
        let (date, clock) = (dates(row).unwrap_or_default(), clocks(row).unwrap_or_default());
        times::of_day(date, clock).ok_or_else(|| format!("has an unknown format: {date:?} {clock:?}"))
    };
    (0..rows).map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use arrow_array::builder::StringDictionaryBuilder;
    use arrow_array::types::Int8Type as Key;
    use arrow_array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int32Array, Int64Array,
        LargeStringArray, StringArray, StringViewArray, TimestampMicrosecondArray, TimestampSecondArray, UInt64Array,
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
            let numbers = numbers(&array).unwrap_or_else(|kind| panic!("{kind}"));
            assert_eq!((numbers.values, numbers.wrong.len()), (vec![1.5, 2.0], 0), "{:?}", array.data_type());
        }
        let wholes: [ArrayRef; 2] = [Arc::new(Int32Array::from(vec![-5, 7])), Arc::new(Int64Array::from(vec![-5, 7]))];
        for array in wholes {
            assert_eq!(numbers(&array).map(|numbers| numbers.values), Ok(vec![-5.0, 7.0]));
        }
        assert!(numbers(&BooleanArray::from(vec![true])).is_err());
    }

    #[test]
    fn what_has_no_value_is_told() {
        let told = |array: ArrayRef| {
            let numbers = numbers(&array).unwrap_or_else(|kind| panic!("{kind}"));
            assert_eq!(numbers.get(0, Role::Close), Ok(1.0));
            numbers.get(1, Role::Close).expect_err("no number")
        };
        assert_eq!(told(Arc::new(Float64Array::from(vec![Some(1.0), None]))), "close has no value");
        assert_eq!(told(Arc::new(StringArray::from(vec![Some("1"), None]))), "close has no value");
        assert_eq!(told(Arc::new(StringArray::from(vec!["1", "x"]))), "close is not a number: \"x\"");
        for big in [(1 << 53) + 1, u64::MAX] {
            let why = format!("close has no exact f64 value: {big}");
            assert_eq!(told(Arc::new(UInt64Array::from(vec![1, big]))), why);
        }
    }

    #[test]
    fn times_of_every_type_are_read() {
        const SECOND: i64 = 1_000_000_000;
        let noon = 1_577_880_000;
        let arrays: [(ArrayRef, i64); 8] = [
            (Arc::new(TimestampSecondArray::from(vec![noon])), noon),
            (Arc::new(TimestampMicrosecondArray::from(vec![noon * 1_000_000]).with_timezone("+02:00")), noon),
            (Arc::new(Int64Array::from(vec![noon * 1000])), noon),
            (Arc::new(UInt64Array::from(vec![noon as u64])), noon),
            (Arc::new(Float64Array::from(vec![noon as f64])), noon),
            (Arc::new(StringArray::from(vec!["2020-01-01 12:00:00"])), noon),
            (dictionary(["2020-01-01T12:00Z", "x"]), noon),
            (Arc::new(Date32Array::from(vec![18_262])), 1_577_836_800),
        ];
        for (array, seconds) in arrays {
            let times = moments(&array).unwrap_or_else(|kind| panic!("{kind}"));
            assert_eq!(times.get(0, Role::Time), Ok(seconds * SECOND), "{:?}", array.data_type());
        }
        let far: ArrayRef = Arc::new(TimestampSecondArray::from(vec![Some(i64::MAX), None]));
        let times = moments(&far).unwrap_or_else(|kind| panic!("{kind}"));
        assert_eq!(times.get(0, Role::Time), Err(format!("time is out of range: {}", i64::MAX)));
        assert_eq!(times.get(1, Role::Time), Err("time has no value".into()));
        let fraction = Float64Array::from(vec![1.5]);
        let times = moments(&fraction).unwrap_or_else(|kind| panic!("{kind}"));
        assert_eq!(times.get(0, Role::Time), Err("time has an unknown format: 1.5".into()));
    }
}
